import assert from "node:assert/strict";
import { test } from "node:test";
import { normalise, place, read } from "./strokes.ts";

const size = { width: 400, height: 160 };

test("a stroke becomes fractions of the pad", () => {
  const drawing = normalise([[{ x: 0, y: 0 }, { x: 200, y: 80 }, { x: 400, y: 160 }]], size);
  assert.deepEqual(drawing, { aspect: 2.5, strokes: [[[0, 0], [0.5, 0.5], [1, 1]]] });
});

test("ink outside the pad is moved to its edge, and empty strokes vanish", () => {
  assert.deepEqual(normalise([[], [{ x: -20, y: 500 }]], size).strokes, [[[0, 1]]]);
});

test("a long scribble is thinned but keeps its ends", () => {
  const dots = Array.from({ length: 9001 }, (_, at) => ({ x: (at / 9000) * 400, y: 80 }));
  const [stroke] = normalise([dots], size).strokes;
  assert.ok(stroke!.length <= 4001);
  assert.deepEqual([stroke![0], stroke!.at(-1)], [[0, 0.5], [1, 0.5]]);
});

test("a drawing placed on the same pad is where it was", () => {
  const dots = [[{ x: 40, y: 20 }, { x: 120, y: 100 }]];
  assert.deepEqual(place(normalise(dots, size), size), dots);
});

test("a drawing placed on a narrower pad keeps its shape, in the middle", () => {
  const [[first, last]] = place({ aspect: 2, strokes: [[[0, 0], [1, 1]]] }, { width: 100, height: 100 }) as [[{ x: number; y: number }, { x: number; y: number }]];
  assert.deepEqual([first, last], [{ x: 0, y: 25 }, { x: 100, y: 75 }]);
});

test("what a form brings back is read, anything else is nothing", () => {
  assert.deepEqual(read('{"aspect": 2, "strokes": [[[0.1, 0.2]]]}'), { aspect: 2, strokes: [[[0.1, 0.2]]] });
  for (const text of ["", "[]", "null", '{"aspect": 0, "strokes": []}', '{"aspect": 1, "strokes": [[["a", 1]]]}', '{"aspect": 1, "strokes": []}'])
    assert.equal(read(text), null, text);
});
