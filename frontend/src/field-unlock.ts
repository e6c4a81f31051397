// The technician's unlock code: 4 to 8 digits, kept as a slow digest inside the vault; who guesses has to wait.
import { decode, encode } from "./base64.ts";

const ROUNDS = 600_000; // PBKDF2-HMAC-SHA-256, as OWASP advises
const SALT_BYTES = 16;
const FREE_TRIES = 5;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;

export interface Lock {
  salt: string;
  digest: string;
  rounds: number;
  wrong: number;
  until: number;
}

export function isCode(text: string): boolean {
  return /^\d{4,8}$/.test(text);
}

export async function makeLock(code: string, rounds = ROUNDS): Promise<Lock> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  return { salt: encode(salt), digest: await slowly(code, salt, rounds), rounds, wrong: 0, until: 0 };
}

/** How long to wait before the next try, in milliseconds; a clock that was set back does not shorten it below what was said. */
export function wait(lock: Lock, now: number): number {
  return Math.min(Math.max(0, lock.until - now), LONGEST_WAIT_MS);
}

/** Try a code. The try is counted in the lock that comes back, which is to be kept before anything is shown. */
export async function attempt(lock: Lock, code: string, now: number): Promise<{ good: boolean; lock: Lock }> {
  if (wait(lock, now) > 0) return { good: false, lock };
  const good = (await slowly(code, decode(lock.salt), lock.rounds)) === lock.digest;
  if (good) return { good, lock: { ...lock, wrong: 0, until: 0 } };
  const wrong = lock.wrong + 1;
  const pause = wrong < FREE_TRIES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES), LONGEST_WAIT_MS);
  return { good, lock: { ...lock, wrong, until: pause ? now + pause : 0 } };
}

async function slowly(code: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<string> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  return encode(new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256)));
}
