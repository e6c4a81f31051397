import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { digest } from "./canonical.ts";
import { asJson, type Content } from "./field-content.ts";
import { asConfirmed, detailed } from "./field-detail-content.ts";
import { asTyped, type Detail, normalise, type Rules, Unfit } from "./field-detail-rules.ts";

interface Vectors {
  rules: Record<string, Rules>;
  cases: { rules: string; typed: string; language: string; value: string | null }[];
}
interface Laid {
  details: Detail[];
  places: string[];
  confirmed: Record<string, string>;
  before: Content;
  after: Content;
  digest: string;
}

function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8")) as T;
}

function judged(of: Rules, typed: string, language: string): string | null {
  try {
    return normalise(of, typed, language);
  } catch (fault) {
    if (fault instanceof Unfit) return null;
    throw fault;
  }
}

test("S0-27 what is typed is judged as the server judges it, in each language", () => {
  const { rules, cases } = vectors<Vectors>("details");
  for (const { rules: name, typed, language, value } of cases) assert.equal(judged(rules[name]!, typed, language), value, `${name} ${JSON.stringify(typed)} ${language}`);
});

test("a stored value is shown as the reader types it, and read back as it was", () => {
  const { rules, cases } = vectors<Vectors>("details");
  for (const { rules: name, language, value } of cases) if (value) assert.equal(normalise(rules[name]!, asTyped(rules[name]!, value, language), language), value);
});

test("S0-27 what was confirmed makes the server's own content, to the byte", async () => {
  const { details, places, confirmed, before, after, digest: name } = vectors<Laid>("details_laid");
  const made = detailed(before, details, places, confirmed);
  assert.deepEqual(made, after);
  assert.equal(await digest(asJson(made)), name);
  assert.equal(detailed(before, details, places, null), before);
  const told = asConfirmed(details, confirmed) as { property: string; before: string; value: string }[];
  assert.deepEqual(Object.fromEntries(told.map((one) => [one.property, one.value])), confirmed);
  assert.deepEqual(told.map((one) => one.before), details.map((one) => one.value));
});
