import assert from "node:assert/strict";
import test from "node:test";
import { judge, type Place } from "./field-place.ts";
import type { Area } from "./field-types.ts";

const circle: Area = { latitude: 52.2447, longitude: 6.0466, radius_m: 150, polygon: [] };
const square: Area = { latitude: null, longitude: null, radius_m: null, polygon: [[52.244, 6.045], [52.244, 6.048], [52.246, 6.048], [52.246, 6.045]] };
const at = (latitude: number, longitude: number, accuracy_m = 12): Place => ({ latitude, longitude, accuracy_m, at: "2026-11-28T10:00:00Z", source: "test" });

test("inside, outside and in doubt, in a circle and in a polygon", () => {
  for (const area of [circle, square]) {
    assert.equal(judge(at(52.2447, 6.0466), area).verdict, "inside");
    assert.equal(judge(at(52.2547, 6.0466), area).verdict, "outside");
    assert.equal(judge(at(52.2447, 6.0466, 400), area).verdict, "unknown");
  }
  assert.equal(judge(at(52.24615, 6.0466, 30), circle).verdict, "unknown", "17 m beyond the edge, 30 m accurate");
});

test("the distance is in metres from the edge", () => {
  const { distance } = judge(at(52.2547, 6.0466), circle);
  assert.ok(Math.abs(distance - (1112 - 150)) < 3, String(distance));
});

test("without a fix or an area nothing is known, and it says why", () => {
  assert.deepEqual(judge({ missing: "denied" }, circle).why, "denied");
  assert.deepEqual(judge(at(52, 6), { ...circle, radius_m: null }).why, "no_area");
  assert.deepEqual(judge(at(52, 6), undefined).why, "no_area");
});
