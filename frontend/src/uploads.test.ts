import assert from "node:assert/strict";
import { test } from "node:test";
import { isTooLarge, outcome, percent } from "./uploads.ts";

const JSON_TYPE = "application/json; charset=utf-8";

test("a file the server took is done", () => {
  assert.deepEqual(outcome({ status: 201, type: JSON_TYPE, text: "{}" }), { kind: "taken" });
});

test("a refused file says why, in the server's words", () => {
  const text = JSON.stringify({ problem: "This PDF is locked with a password." });
  assert.deepEqual(outcome({ status: 400, type: JSON_TYPE, text }), { kind: "refused", sentence: "This PDF is locked with a password.", again: false });
});

test("a file that a busy server did not read can be tried again", () => {
  const text = JSON.stringify({ problem: "Please try again.", again: true });
  assert.deepEqual(outcome({ status: 503, type: JSON_TYPE, text }), { kind: "refused", sentence: "Please try again.", again: true });
});

test("a link that ended, or a return that was sent from elsewhere, loads the page anew", () => {
  for (const status of [403, 404, 409, 410]) assert.deepEqual(outcome({ status, type: "text/html", text: "<p>" }), { kind: "outdated" });
});

test("a broken connection and a fault of ours can be tried again", () => {
  assert.deepEqual(outcome({ status: 0, type: "", text: "" }), { kind: "lost" });
  assert.deepEqual(outcome({ status: 503, type: "text/html", text: "<p>" }), { kind: "lost" });
  for (const text of ["nonsense", "null", '{"problem": 3}']) assert.deepEqual(outcome({ status: 400, type: JSON_TYPE, text }), { kind: "lost" });
});

test("progress never says that all is done before the server answered", () => {
  assert.equal(percent(0, 0), 0);
  assert.equal(percent(51, 200), 25);
  assert.equal(percent(200, 200), 99);
});

test("a limit of nothing lets the server judge", () => {
  assert.equal(isTooLarge(11, 10), true);
  assert.equal(isTooLarge(10, 10), false);
  assert.equal(isTooLarge(11, NaN), false);
  assert.equal(isTooLarge(11, 0), false);
});
