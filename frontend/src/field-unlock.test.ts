import assert from "node:assert/strict";
import test from "node:test";
import { attempt, isCode, makeLock, wait } from "./field-unlock.ts";

const QUICK = 1000; // rounds; the product's own take half a second

test("a code has 4 to 8 digits", () => {
  assert.deepEqual(["123", "1234", "12345678", "123456789", "12a4", ""].map(isCode), [false, true, true, false, false, false]);
});

test("the right code opens, and nothing of it stands in the lock", async () => {
  const lock = await makeLock("2468", QUICK);
  assert.ok((await attempt(lock, "2468", 0)).good);
  assert.equal(JSON.stringify(lock).includes("2468"), false);
  assert.notEqual((await makeLock("2468", QUICK)).digest, lock.digest);
});

test("who guesses five times waits, longer each time, and the right code does not help meanwhile", async () => {
  let lock = await makeLock("2468", QUICK);
  for (let n = 0; n < 5; n++) ({ lock } = await attempt(lock, "0000", 1000));
  assert.equal(wait(lock, 1000), 30_000);
  assert.equal((await attempt(lock, "2468", 20_000)).good, false);
  ({ lock } = await attempt(lock, "0000", 32_000));
  assert.equal(wait(lock, 32_000), 60_000);
  const opened = await attempt(lock, "2468", 100_000);
  assert.deepEqual([opened.good, opened.lock.wrong, wait(opened.lock, 100_000)], [true, 0, 0]);
});

test("a clock set back never locks anybody out for longer than the longest wait", async () => {
  const lock = { ...(await makeLock("2468", QUICK)), wrong: 9, until: 10 ** 13 };
  assert.equal(wait(lock, 0), 15 * 60_000);
});
