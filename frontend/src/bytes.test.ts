import assert from "node:assert/strict";
import test from "node:test";
import { toBytes, toText } from "./bytes.ts";

test("bytes come back as they were, whatever their number", () => {
  for (const length of [0, 1, 2, 3, 31, 32]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 83 + 250) % 256);
    assert.deepEqual(toBytes(toText(bytes.buffer)), bytes);
  }
});

test("the alphabet is that of addresses, without padding", () => {
  assert.equal(toText(Uint8Array.of(0xfb, 0xff, 0xfe).buffer), "-__-");
  assert.equal(toText(Uint8Array.of(0xff).buffer), "_w");
});
