// The field app's icons as PNG (RFC 2083): a paraph in white on ink blue, drawn by arithmetic, so that no picture is kept.
import { deflateSync } from "node:zlib";

const INK = [31, 63, 140];
const PAPER = [255, 255, 255];
const PEN = 0.027; // half the pen's width, in widths of the icon
const SAMPLES = 3; // a side of a pixel, against jagged edges
// A flourish on a field of 1 × 1; within the circle of radius 0.4 that a maskable icon may be cut to.
const CURVES = [
  [[0.24, 0.68], [0.46, 0.52], [0.6, 0.16], [0.47, 0.2]],
  [[0.47, 0.2], [0.34, 0.25], [0.31, 0.74], [0.42, 0.71]],
  [[0.42, 0.71], [0.54, 0.7], [0.5, 0.46], [0.58, 0.48]],
  [[0.58, 0.48], [0.66, 0.5], [0.54, 0.66], [0.64, 0.66]],
  [[0.64, 0.66], [0.7, 0.66], [0.73, 0.62], [0.75, 0.58]],
];

/** A square icon of so many pixels; `round`: with round corners and transparent around them, else filled to the edge. */
export function icon(size, round) {
  const line = CURVES.flatMap((curve) => Array.from({ length: 13 }, (_, at) => bezier(curve, at / 12)));
  const rows = [];
  for (let y = 0; y < size; y++) {
    const row = Buffer.alloc(1 + 4 * size);
    for (let x = 0; x < size; x++) row.set(pixel(x, y, size, line, round), 1 + 4 * x);
    rows.push(row);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const body = deflateSync(Buffer.concat(rows), { level: 9 });
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", body), chunk("IEND", Buffer.alloc(0))]);
}

function pixel(x, y, size, line, round) {
  let ink = 0;
  let inside = 0;
  const far = distance((x + 0.5) / size, (y + 0.5) / size, line) > PEN + 1 / size;
  for (let sub = 0; sub < SAMPLES * SAMPLES; sub++) {
    const px = (x + ((sub % SAMPLES) + 0.5) / SAMPLES) / size;
    const py = (y + (Math.floor(sub / SAMPLES) + 0.5) / SAMPLES) / size;
    if (!round || isInside(px, py)) inside++;
    if (!far && distance(px, py, line) < PEN) ink++;
  }
  const all = SAMPLES * SAMPLES;
  const share = ink / all;
  return [...INK.map((part, at) => Math.round(part + (PAPER[at] - part) * share)), Math.round((255 * inside) / all)];
}

function isInside(x, y, radius = 0.19) {
  const dx = Math.max(radius - x, x - 1 + radius, 0);
  const dy = Math.max(radius - y, y - 1 + radius, 0);
  return Math.hypot(dx, dy) <= radius;
}

function bezier([a, b, c, d], t) {
  const s = 1 - t;
  return [0, 1].map((at) => s ** 3 * a[at] + 3 * s * s * t * b[at] + 3 * s * t * t * c[at] + t ** 3 * d[at]);
}

function distance(x, y, line) {
  let least = Infinity;
  for (let at = 1; at < line.length; at++) {
    const [ax, ay] = line[at - 1];
    const [bx, by] = line[at];
    const long = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = long ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) : 0;
    least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  return least;
}

function chunk(type, body) {
  const whole = Buffer.alloc(12 + body.length);
  whole.writeUInt32BE(body.length, 0);
  whole.write(type, 4, "latin1");
  body.copy(whole, 8);
  whole.writeUInt32BE(crc(whole.subarray(4, 8 + body.length)), 8 + body.length);
  return whole;
}

function crc(bytes) {
  let rest = 0xffffffff;
  for (const octet of bytes) {
    rest ^= octet;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}
