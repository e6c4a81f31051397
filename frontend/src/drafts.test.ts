import assert from "node:assert/strict";
import { test } from "node:test";
import { type Field, drop, keep, restore, type Store } from "./drafts.ts";

function store(): Store & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value), removeItem: (key) => void map.delete(key) };
}

const text = (name: string, value: string, defaultValue = ""): Field => ({ name, type: "text", value, defaultValue });

test("what was typed comes back into an untouched form", () => {
  const kept = store();
  keep(kept, "a", [text("name", "J. Jansen")]);
  const fields = [text("name", "")];
  assert.equal(restore(kept, "a", fields), true);
  assert.equal(fields[0]!.value, "J. Jansen");
});

test("a draft never overwrites what stands in the form", () => {
  const kept = store();
  keep(kept, "a", [text("name", "old")]);
  const fields = [text("name", "new")];
  assert.equal(restore(kept, "a", fields), false);
  assert.equal(fields[0]!.value, "new");
});

test("passwords, hidden fields and choices are not kept", () => {
  const kept = store();
  for (const type of ["password", "hidden", "checkbox", "file"]) keep(kept, "a", [{ name: "x", type, value: "secret", defaultValue: "" }]);
  assert.equal(kept.map.size, 0);
});

test("a day is kept as text is", () => {
  const kept = store();
  keep(kept, "a", [{ name: "day", type: "date", value: "2026-11-28", defaultValue: "" }]);
  const fields: Field[] = [{ name: "day", type: "date", value: "", defaultValue: "" }];
  assert.equal(restore(kept, "a", fields), true);
  assert.equal(fields[0]!.value, "2026-11-28");
});

test("a form emptied again, or received, leaves no draft", () => {
  const kept = store();
  keep(kept, "a", [text("name", "x")]);
  keep(kept, "a", [text("name", "")]);
  assert.equal(kept.map.size, 0);
  keep(kept, "a", [text("name", "x")]);
  drop(kept, "a");
  assert.equal(kept.map.size, 0);
});

test("a spoilt draft or a full store is no error", () => {
  const kept = store();
  kept.map.set("draft:a", "{");
  assert.equal(restore(kept, "a", [text("name", "")]), false);
  keep({ ...kept, setItem: () => { throw new Error("full"); } }, "a", [text("name", "x")]);
});
