// This phone as a device: its signing key, which no script can read, and what the server calls it.
import { encode } from "./base64.ts";
import { ask } from "./field-server.ts";
import { base, type Enrolled, newVaultKey } from "./field-vault.ts";

const DEVICE = "device";

/** The enrolled device, or undefined. */
export async function device(): Promise<Enrolled | undefined> {
  return (await (await base()).get("keys", DEVICE)) as Enrolled | undefined;
}

/**
 * Enrol this phone for a member: make the key, prove that we hold it by signing with it, and keep it.
 * It never leaves the browser; one that could be read out could sign elsewhere.
 */
export async function enrol(name: string, member: string): Promise<Enrolled> {
  await navigator.storage?.persist?.();
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const key = encode(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const claim = new TextEncoder().encode(`paraph/device/1|${member}`);
  const proof = encode(new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, claim)));
  const answer = await ask<{ device: string }>("/field/device/", { key, name, proof });
  const enrolled: Enrolled = { device: answer.device, sign: pair.privateKey, chain: { number: 0, previous: "" } };
  const vault = await newVaultKey();
  const turn = (await base()).transaction(["keys", "vault"], "readwrite");
  // Whatever an earlier member kept here is unreadable from now on, and gone.
  await Promise.all([turn.objectStore("vault").clear(), turn.objectStore("keys").put(vault, "vault"), turn.objectStore("keys").put(enrolled, DEVICE), turn.done]);
  return enrolled;
}
