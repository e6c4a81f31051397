import assert from "node:assert/strict";
import { test } from "node:test";
import { isSame, placeAt } from "./order.ts";

const box = (left: number, top: number) => ({ left, top, width: 100, height: 140 });
const GRID = [box(0, 0), box(110, 0), box(0, 150), box(110, 150)];

test("a page goes before the one in whose left half it is held", () => {
  assert.equal(placeAt(GRID, 40, 70), 0);
  assert.equal(placeAt(GRID, 60, 70), 1);
  assert.equal(placeAt(GRID, 120, 70), 1);
  assert.equal(placeAt(GRID, 40, 200), 2);
  assert.equal(placeAt(GRID, 190, 200), 4);
});

test("beside, above and below all pages it goes to the end of the row, the front and the back", () => {
  assert.equal(placeAt(GRID, 400, 70), 2);
  assert.equal(placeAt(GRID, 50, -30), 0);
  assert.equal(placeAt(GRID, 50, 900), 4);
  assert.equal(placeAt([], 50, 50), 0);
});

test("an order that was put back is no change", () => {
  assert.equal(isSame(["a", "b"], ["a", "b"]), true);
  assert.equal(isSame(["a", "b"], ["b", "a"]), false);
  assert.equal(isSame(["a"], ["a", "b"]), false);
});
