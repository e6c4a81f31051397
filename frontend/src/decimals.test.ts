import assert from "node:assert/strict";
import test from "node:test";
import { compare, percentage, plain, read, sum, times } from "./decimals.ts";

const number = (text: string) => read(text, 3)!;

test("numbers are read as people write them, and written in one way", () => {
  for (const [typed, written] of [["2,50", "2.5"], ["2.", "2"], [" 10 ", "10"], ["0.125", "0.125"], ["100", "100"], ["0", "0"], ["0.10", "0.1"]] as const) assert.equal(plain(number(typed)), written);
});

test("what is no such number is none", () => {
  for (const typed of ["", "-1", "1e3", "1.2.3", "0,0001", "half", "1 000", "9999999"]) assert.equal(read(typed, 3), undefined, typed);
});

test("half a cent goes up, as where a customer would round", () => {
  assert.equal(times(number("0.5"), 1), 1);
  assert.equal(times(number("1.5"), 3333), 5000);
  assert.equal(times(number("0.15"), 8333), 1250);
  assert.equal(percentage(number("21"), 50), 11);
  assert.equal(percentage(number("5.5"), 1000), 55);
});

test("large amounts stay exact", () => {
  assert.equal(times(number("999.999"), 9_007_199_254_740), 9_007_190_247_540_745);
});

test("sums and comparisons do not mind how many decimals", () => {
  assert.equal(plain(sum([number("0.1"), number("0.2"), number("3")])), "3.3");
  assert.equal(plain(sum([])), "0");
  assert.deepEqual([compare(number("9"), number("21")), compare(number("5.50"), number("5.5")), compare(number("6"), number("5.5"))], [-1, 0, 1]);
});
