import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { digest } from "./canonical.ts";
import { asJson, type Content, decided, type Item, report, type Shot } from "./field-content.ts";
import type { KnownLine, Order } from "./field-types.ts";

interface Described extends Omit<Item, "labour"> {
  labour: { code: string; hours: string; rate: number };
  actual_hours: string | null;
}
interface Vector {
  input: { order: { items: Described[] }; stand: Record<string, [string, boolean]>; beside: { photos?: Shot[]; checklist?: { key: string; texts: Record<string, string> }[] } };
  content: Content;
  digest: string;
}

function vector(name: string): Vector {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/report_${name}.json`, import.meta.url), "utf8")) as Vector;
}

/** The same order before anything was reported: no hours, no part, nothing decided, nothing beside it. */
function before({ content, input }: Vector): Order {
  const { photos: _photos, checklist: _checklist, ...bare } = content;
  const items = content.items.map((one) => (one.authorised ? one : { ...one, action: "", labour: { ...one.labour, hours: null }, parts: [], decision: "pending" }));
  const checklist = (input.beside.checklist ?? []).map(({ key, texts }) => ({ key, texts: {}, told: texts }));
  return { content: { ...bare, items }, lines: input.order.items.map(known), checklist } as unknown as Order;
}

function known(one: Described): KnownLine {
  const parts = one.parts.map(({ name, number, quantity, price }) => ({ name, number, quantity, unit_price: price! }));
  const { id: item, number, finding, action, tax_rate: tax } = one;
  return { item, number, finding, action, parts, labour_code: one.labour.code, hours: one.actual_hours ?? "", rate: one.labour.rate, tax: tax!, planned: one.labour.hours, left: false, settled: false };
}

for (const name of ["plain", "priced"])
  test(`what was done and decided makes the server's own report, to the byte: ${name}`, async () => {
    const told = vector(name);
    const order = before(told);
    const lines = order.lines.map((one) => ({ ...one, new: false }));
    const draft = { photos: (told.input.beside.photos ?? []).map((one) => ({ ...one, key: "", taken_at: "" })), checklist: order.checklist.map((one) => one.key) };
    const made = decided(report(order, lines, draft, { rate: () => undefined, tax: "21" }), Object.fromEntries(Object.entries(told.input.stand).map(([id, [choice]]) => [id, choice])));
    assert.deepEqual(made, told.content);
    assert.equal(await digest(asJson(made)), told.digest);
  });

test("a line found on site has the rate of its code and the shop's tax; another code brings its rate", () => {
  const told = vector("priced");
  const order = before(told);
  const [first] = order.lines;
  const found = { item: "new", new: true, number: 9, finding: "Loose", action: "", labour_code: "27-10", hours: "0,5", parts: [] };
  const prices = { rate: (code: string) => ({ "27-10": 9000, "11-11": 100 })[code], tax: "21" };
  const made = report(order, [{ ...first!, new: false, labour_code: "11-11", hours: "1" }, found], { photos: [], checklist: [] }, prices);
  const fresh = made.items.at(-1)!;
  assert.deepEqual([fresh.labour, fresh.total, fresh.tax_rate], [{ code: "27-10", hours: "0.5", rate: 9000, total: 4500 }, 4500, "21"]);
  assert.equal(made.items[0]!.labour.rate, 100);
});
