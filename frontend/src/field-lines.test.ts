import assert from "node:assert/strict";
import test from "node:test";
import { added, blank, clean, renewed, Wrong } from "./field-lines.ts";
import type { KnownLine, Order } from "./field-types.ts";

const line = (number: number, changes: Partial<KnownLine> = {}): KnownLine => ({ item: `i${number}`, number, finding: `Finding ${number}`, action: "", labour_code: "", hours: "", parts: [], rate: 0, tax: "21", planned: "2.5", left: false, settled: false, ...changes });
const order = (...lines: KnownLine[]) => ({ lines, next_number: lines.length + 1, checklist: [{ key: "a", texts: {}, told: {} }] }) as unknown as Order;
const fault = (act: () => unknown): string => {
  try {
    act();
  } catch (told) {
    if (told instanceof Wrong) return `${told.sentence} ${told.line}`;
  }
  return "";
};

test("lines that were refused before or accepted already go out as they are", () => {
  const found = order(line(1, { hours: "1" }), line(2, { left: true }), line(3, { settled: true, hours: "4" }));
  const draft = blank(found);
  assert.deepEqual(draft.lines.map((one) => one.number), [1]);
  assert.deepEqual(clean(draft, found).map((one) => [one.number, one.hours]), [[1, "1"], [2, ""], [3, "4"]]);
});

test("hours are asked for where they were planned; 0 is an answer", () => {
  const found = order(line(1), line(2, { planned: "0" }));
  const draft = blank(found);
  assert.equal(fault(() => clean(draft, found)), "hours-wrong 1");
  draft.lines[0]!.hours = "0";
  assert.deepEqual(clean(draft, found).map((one) => one.hours), ["0", ""]);
});

test("a part needs a name and a quantity, a line found on site its finding", () => {
  const found = order(line(1, { hours: "1", parts: [{ name: "Tyre", number: "", quantity: "0", unit_price: 1 }] }));
  assert.equal(fault(() => clean(blank(found), found)), "part-wrong 1");
  const more = added(order(), blank(order()));
  assert.equal(fault(() => clean(more, order())), "finding-wrong 1");
});

test("a draft is laid over what the order says now: numbers move, texts of the technician stay", () => {
  const before = order(line(1));
  const draft = added(before, blank(before));
  draft.lines[0]!.action = "Done.";
  draft.lines[1]!.finding = "Loose";
  draft.checklist = ["a", "gone"];
  const now = renewed(draft, order(line(1, { finding: "Other words" }), line(2)));
  assert.deepEqual(now.lines.map((one) => [one.number, one.finding, one.action]), [[1, "Other words", "Done."], [2, "Finding 2", ""], [3, "Loose", ""]]);
  assert.deepEqual(now.checklist, ["a"]);
});
