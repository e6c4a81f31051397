// What the phone keeps: everything with a meaning is encrypted by a key that no script can read out (security.md line 42).
// Only the queue is in the open: sealed envelopes, and which order, when, which code, in what state.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Chain, Envelope } from "./field-envelope.ts";

export interface Queued {
  id: string;
  order: string;
  at: string;
  code: string;
  act: string;
  /** `waiting`, or what the server said last: sent, approved, verification, filed, held, refused. */
  state: string;
  reasons: string[];
  envelope: Envelope;
}
export interface Enrolled {
  device: string;
  sign: CryptoKey;
  chain: Chain;
}
export interface Cipher {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}
interface Shelves extends DBSchema {
  keys: { key: string; value: CryptoKey | Enrolled };
  vault: { key: string; value: Cipher };
  queue: { key: string; value: Queued };
}
export type Base = IDBPDatabase<Shelves>;

const NAME = "paraph-field";
const VERSION = 1; // a later version adds to what is there: captures that wait are never lost (F16)
const VAULT = "vault";
const IV_BYTES = 12;
let opened: Promise<Base> | undefined;
let shut = false;

/** After sign-out, answers that are still on their way are not kept; signing in loads the page anew. */
export function close(): void {
  shut = true;
}

export function base(): Promise<Base> {
  opened ??= openDB<Shelves>(NAME, VERSION, {
    upgrade: (made, before) => {
      if (before < 1) for (const shelf of ["keys", VAULT, "queue"] as const) made.createObjectStore(shelf);
    },
    // Another tab brings a later version: let it, and go on with it.
    blocking: (_before, _after, event) => {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
    terminated: () => (opened = undefined),
  });
  return opened;
}

/** Read a value of the vault; undefined where there is none, or where its key is gone. */
export async function read<T>(name: string): Promise<T | undefined> {
  const shelves = await base();
  const [cipher, key] = await Promise.all([shelves.get(VAULT, name), shelves.get("keys", VAULT)]);
  return cipher && key ? unlock<T>(cipher, key as CryptoKey, name) : undefined;
}

/**
 * Encrypt and keep a value under a name that says nothing of anybody. A phone that is not enrolled, or was switched off
 * while an answer was on its way, keeps nothing.
 */
export async function keep(name: string, value: unknown): Promise<void> {
  const shelves = await base();
  const key = (await shelves.get("keys", VAULT)) as CryptoKey | undefined;
  if (!key) return;
  const cipher = await lock(value, key, name);
  const turn = shelves.transaction(["keys", VAULT], "readwrite");
  if (!shut && (await turn.objectStore("keys").getKey(VAULT))) await turn.objectStore(VAULT).put(cipher, name);
  await turn.done;
}

export async function drop(...names: string[]): Promise<void> {
  const shelves = await base();
  const turn = shelves.transaction(VAULT, "readwrite");
  await Promise.all([...names.map((name) => turn.store.delete(name)), turn.done]);
}

/** The names in the vault that begin so. */
export async function names(prefix: string): Promise<string[]> {
  return (await base()).getAllKeys(VAULT, IDBKeyRange.bound(prefix, `${prefix}\uffff`));
}

/** Forget everything but envelopes that were not sent: at sign-out, and when the device was revoked. */
export async function wipe(): Promise<void> {
  const shelves = await base();
  const turn = shelves.transaction(["keys", VAULT], "readwrite");
  await Promise.all([turn.objectStore("keys").clear(), turn.objectStore(VAULT).clear(), turn.done]);
}

export async function lock(value: unknown, key: CryptoKey, name: string): Promise<Cipher> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, bytes: await crypto.subtle.encrypt(named(iv, name), key, text) };
}

export async function unlock<T>(cipher: Cipher, key: CryptoKey, name: string): Promise<T> {
  const text = await crypto.subtle.decrypt(named(cipher.iv, name), key, cipher.bytes);
  return JSON.parse(new TextDecoder().decode(text)) as T;
}

export function newVaultKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** A value stands under its own name alone: moved to another one it does not open. */
function named(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
}
