// Draws every page of a PDF with pdf.js: node pdfjs.mjs MODULES FILE FOLDER DPI. MODULES holds node_modules/pdfjs-dist.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, file, folder, dpi] = process.argv.slice(2);
const find = createRequire(join(modules, "here.js"));
const home = dirname(find.resolve("pdfjs-dist/package.json"));
const { getDocument } = await import(pathToFileURL(join(home, "legacy", "build", "pdf.mjs")).href);
const { createCanvas } = find("@napi-rs/canvas");

const shown = await getDocument({
  data: new Uint8Array(readFileSync(file)),
  cMapUrl: join(home, "cmaps") + "/",
  standardFontDataUrl: join(home, "standard_fonts") + "/",
  wasmUrl: join(home, "wasm") + "/",
  isEvalSupported: false,
  verbosity: 0,
}).promise;
for (let number = 1; number <= shown.numPages; number += 1) {
  const page = await shown.getPage(number);
  const viewport = page.getViewport({ scale: Number(dpi) / 72 });
  const canvas = createCanvas(Math.round(viewport.width), Math.round(viewport.height));
  await page.render({ canvas, canvasContext: canvas.getContext("2d"), viewport }).promise;
  writeFileSync(join(folder, `page-${number}.png`), canvas.toBuffer("image/png"));
}
