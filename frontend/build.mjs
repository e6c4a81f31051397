// Bundles each entry point into one small file of the Python package. `--watch` rebuilds on change, with source maps.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../paraph/web/shared/static/built");
const entries = ["portal.ts", "upload.ts", "office.ts", "style.css", "upload.css", "office.css"].map((name) => join(here, "src", name)).filter(existsSync);
const watch = process.argv.includes("--watch");

const options = {
  entryPoints: entries,
  outdir: target,
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  external: ["*.woff2", "*.svg", "*.png"], // stay files of their own: the content security policy allows no data URLs
  legalComments: "none",
  logLevel: "warning",
};

if (watch) {
  await (await esbuild.context(options)).watch();
} else {
  const { metafile } = await esbuild.build({ ...options, metafile: true });
  const written = Object.keys(metafile.outputs).map((path) => basename(path));
  mkdirSync(target, { recursive: true });
  for (const stale of readdirSync(target).filter((name) => !written.includes(name))) rmSync(join(target, stale));
}
