import assert from "node:assert/strict";
import test from "node:test";
import { lock, newVaultKey, unlock } from "./field-vault.ts";

test("a value comes back under its own name and key, and in no other way", async () => {
  const key = await newVaultKey();
  const cipher = await lock({ name: "Jan Jansen" }, key, "order:1");
  assert.deepEqual(await unlock(cipher, key, "order:1"), { name: "Jan Jansen" });
  await assert.rejects(unlock(cipher, key, "order:2"));
  await assert.rejects(unlock(cipher, await newVaultKey(), "order:1"));
});

test("nothing readable is kept, the same value looks different each time, and the key cannot be taken out", async () => {
  const key = await newVaultKey();
  const [one, other] = await Promise.all([lock("Jan Jansen", key, "a"), lock("Jan Jansen", key, "a")]);
  assert.equal(Buffer.from(one.bytes).includes("Jansen"), false);
  assert.notDeepEqual(Buffer.from(one.bytes), Buffer.from(other.bytes));
  await assert.rejects(crypto.subtle.exportKey("raw", key));
});
