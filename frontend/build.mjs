// Bundles each entry point into one small file of the Python package. `--watch` rebuilds on change, with source maps.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { icon } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../paraph/web/shared/static/built");
const entries = ["portal.ts", "upload.ts", "office.ts", "map.ts", "field.ts", "worker/field-worker.ts", "style.css", "upload.css", "office.css", "map.css", "field.css"].map((name) => join(here, "src", name)).filter(existsSync);
// name, pixels, whether its corners are round and see-through
const icons = [["field-192.png", 192, true], ["field-512.png", 512, true], ["field-maskable-512.png", 512, false]];
const watch = process.argv.includes("--watch");

const options = {
  entryPoints: entries,
  outdir: target,
  entryNames: "[name]",
  bundle: true,
  minify: !watch,
  sourcemap: watch,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  external: ["*.woff2", "*.svg", "*.png"], // stay files of their own: the content security policy allows no data URLs
  legalComments: "none",
  logLevel: "warning",
};

mkdirSync(target, { recursive: true });
for (const [name, size, round] of icons) {
  const file = join(target, name);
  // Drawing takes a second: only when there is something new to draw.
  if (!existsSync(file) || statSync(file).mtimeMs < statSync(join(here, "icons.mjs")).mtimeMs) writeFileSync(file, icon(size, round));
}

if (watch) {
  await (await esbuild.context(options)).watch();
} else {
  const { metafile } = await esbuild.build({ ...options, metafile: true });
  const written = [...Object.keys(metafile.outputs).map((path) => basename(path)), ...icons.map(([name]) => name)];
  for (const stale of readdirSync(target).filter((name) => !written.includes(name))) rmSync(join(target, stale));
}
