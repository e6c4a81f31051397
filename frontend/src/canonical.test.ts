import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { digest, type Json, write } from "./canonical.ts";

interface Vector {
  content: Json;
  digest: string;
}
const vectors = ["plain", "priced"].map((name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/report_${name}.json`, import.meta.url), "utf8")) as Vector);

test("a report has the digest that the server gives it", async () => {
  for (const { content, digest: wanted } of vectors) assert.equal(await digest(content), wanted);
});

test("numbers, texts and the order of names are those of RFC 8785", () => {
  const given = { "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew", "1": "One", "\ud83d\ude00": "Emoji", "\u0080": "Control", "\u00f6": "O" };
  assert.deepEqual(Object.keys(JSON.parse(write(given)) as object).sort(), Object.keys(given).sort());
  assert.equal(write(given), '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"O","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji","\ufb33":"Hebrew"}');
  assert.equal(write([333333333.33333329, 4.5, 2e-3, 1e-27, -0, true, null]), "[333333333.3333333,4.5,0.002,1e-27,0,true,null]");
});

test("what has no exact form is refused", () => {
  for (const value of [NaN, Infinity, 2 ** 53, "\ud800", "\udc00x"]) assert.throws(() => write([value]), RangeError);
});
