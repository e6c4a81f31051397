// A drawing as numbers that fit any size: x and y in 0 … 1 of the pad, y downward, and the pad's aspect.

export type Point = [number, number];
export interface Drawing {
  aspect: number;
  strokes: Point[][];
}
export interface Size {
  width: number;
  height: number;
}
export interface Dot {
  x: number;
  y: number;
}

const DIGITS = 10_000; // a tenth of a pixel on the widest pad
const MOST_POINTS = 4000; // as many as the printed mark keeps

/** What was drawn on a pad of this size; thinned when somebody scribbles for minutes. */
export function normalise(strokes: readonly (readonly Dot[])[], size: Size): Drawing {
  const total = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  const step = Math.max(1, Math.ceil(total / MOST_POINTS));
  const kept = strokes.map((stroke) => stroke.filter((_, at) => at % step === 0 || at === stroke.length - 1));
  return {
    aspect: round(size.width / size.height),
    strokes: kept
      .filter((stroke) => stroke.length > 0)
      .map((stroke) => stroke.map((dot): Point => [unit(dot.x / size.width), unit(dot.y / size.height)])),
  };
}

/** The drawing on a pad of another size, as large as it fits without being stretched, in the middle. */
export function place(drawing: Drawing, size: Size): Dot[][] {
  const width = Math.min(size.width, size.height * drawing.aspect);
  const height = width / drawing.aspect;
  const left = (size.width - width) / 2;
  const top = (size.height - height) / 2;
  return drawing.strokes.map((stroke) => stroke.map(([x, y]) => ({ x: left + x * width, y: top + y * height })));
}

/** Read what a form field holds; null for anything that is no drawing. */
export function read(text: string): Drawing | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isDrawing(value) || value.strokes.length === 0) return null;
  return { aspect: value.aspect, strokes: value.strokes };
}

function isDrawing(value: unknown): value is Drawing {
  if (typeof value !== "object" || value === null) return false;
  const { aspect, strokes } = value as Partial<Drawing>;
  return typeof aspect === "number" && aspect > 0 && Array.isArray(strokes) && strokes.every(isStroke);
}

function isStroke(value: unknown): value is Point[] {
  return Array.isArray(value) && value.length > 0 && value.every(isPoint);
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

function unit(value: number): number {
  return round(Math.min(1, Math.max(0, value)));
}

function round(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}
