import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, moved } from "./numbering.ts";

test("a template row gets its number everywhere, another level keeps its placeholder", () => {
  assert.equal(fill('name="lines-__line__-parts-__part__-name"', "__line__", 3), 'name="lines-3-parts-__part__-name"');
});

test("a row moves up and down, and stays at the ends", () => {
  assert.deepEqual(moved(3, 2, 1), [0, 2, 1]);
  assert.deepEqual(moved(3, 0, 1), [1, 0, 2]);
  assert.deepEqual(moved(3, 0, -1), [0, 1, 2]);
  assert.deepEqual(moved(3, 2, 3), [0, 1, 2]);
  assert.deepEqual(moved(2, 5, 0), [0, 1]);
});
