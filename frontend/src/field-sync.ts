// Sends what waits, whoever is signed in: the device's key vouches for it. Only what the server stored leaves the phone's
// queue of envelopes; what became of it is shown until the list is tidied.
import { device } from "./field-device.ts";
import { ask, Offline, Refused } from "./field-server.ts";
import { base, type Queued } from "./field-vault.ts";
import { see } from "./field-work.ts";

interface Answers {
  now: string;
  device: "enrolled" | "revoked" | "unknown";
  /** `kept`: stored there for good, so this phone may forget it. */
  answers: Record<string, { kept: boolean; state: string; reasons: string[] }>;
}

const MOST = 20; // of one batch, as the server takes them
const MOST_BYTES = 16 * 1024 * 1024;
const PATIENCE_MS = 120_000;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 5 * 60_000;
let pause = FIRST_RETRY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
let onChange: () => void = () => undefined;
let onRevoked: () => void = () => undefined;

/** Who wants to know that something was sent, or that this phone was switched off. */
export function told(change: () => void, revoked: () => void): void {
  [onChange, onRevoked] = [change, revoked];
}

/** Try now, at every sign of a line, and again by our own clock: a browser may not notice that it is on line (stack.md). */
export function keepTrying(): void {
  addEventListener("online", () => void sync().catch(quietly));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void sync().catch(quietly));
  void sync().catch(quietly);
}

/** Send all that waits, one tab at a time. Raises `Offline` when the line is gone; nothing is lost then. */
export async function sync(): Promise<void> {
  await navigator.locks.request("paraph-sync", { ifAvailable: true }, async (mine) => {
    if (!mine) return;
    try {
      for (let batch = await next(); batch.length > 0; batch = await next()) await send(batch);
      pause = FIRST_RETRY_MS;
    } catch (fault) {
      later();
      throw fault;
    }
  });
}

function later(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void sync().catch(quietly), pause);
  pause = Math.min(2 * pause, LONGEST_RETRY_MS);
}

async function next(): Promise<Queued[]> {
  const waiting = (await (await base()).getAll("queue")).filter((one) => one.state === "waiting").sort((one, other) => one.at.localeCompare(other.at) || one.envelope.number - other.envelope.number);
  const batch: Queued[] = [];
  let bytes = 0;
  // Those of an earlier enrolment go by themselves: what the server says of that one is not said of this one.
  const same = waiting.filter((one) => one.envelope.device === waiting[0]!.envelope.device);
  for (const one of same.slice(0, MOST)) {
    bytes += one.envelope.sealed.length;
    if (batch.length > 0 && bytes > MOST_BYTES) break;
    batch.push(one);
  }
  return batch;
}

async function send(batch: Queued[]): Promise<void> {
  const answer = await ask<Answers>("/field/sync/", { envelopes: batch.map((one) => one.envelope) }, PATIENCE_MS);
  const turn = (await base()).transaction("queue", "readwrite");
  let settled = 0;
  for (const one of batch) {
    const found = answer.answers[one.id];
    if (!found) continue;
    settled++;
    const { state, reasons } = found;
    // What the server did not keep stays here, sealed, for somebody to look into.
    await turn.store.put({ ...one, state, reasons, envelope: found.kept ? { ...one.envelope, sealed: "", signature: "" } : one.envelope }, one.id);
  }
  await turn.done;
  // A server that answers about nothing is not one to be asked again at once.
  if (settled === 0) throw new Offline();
  if (answer.device === "revoked" && (await device())?.device === batch[0]!.envelope.device) return onRevoked();
  await see(answer.now);
  onChange();
}

function quietly(fault: unknown): void {
  if (!(fault instanceof Offline || fault instanceof Refused)) throw fault;
}
