// The work that is kept on the phone: fetched while there is network, read from the vault always.
import { ask, Refused } from "./field-server.ts";
import { device } from "./field-device.ts";
import type { Capture, Common, Draft, Order, Seen, Work } from "./field-types.ts";
import { base, drop, keep, names, read } from "./field-vault.ts";

const COMMON = "common";
const ORDER = "order:";
const DRAFT = "draft:";
const SEEN = "seen";
// Acts after which the order is not on the phone until the server says otherwise.
const WAITING = "waiting";
const MOST_SHOWN = 30; // of what was sent
const ENDS = new Set(["sign", "decline", "dispute", "report"]);

/** Ask the server for all of it and keep it. Raises what `ask` raises; returns what it said of this device. */
export async function refresh(): Promise<Work> {
  const mine = await device();
  const work = await ask<Work>(`/field/work.json${mine ? `?device=${mine.device}` : ""}`);
  if (!mine || work.device !== "enrolled") return work;
  const { orders, ...common } = work;
  await settle(work.captures);
  await keep(SEEN, { server: work.now, device: new Date().toISOString() } satisfies Seen);
  await keep(COMMON, common);
  await forgetOthers(new Set(orders));
  await Promise.all(orders.map(bring));
  return work;
}

export function common(): Promise<Common | undefined> {
  return read<Common>(COMMON);
}

export function seen(): Promise<Seen | undefined> {
  return read<Seen>(SEEN);
}

/** The server's time was seen in another answer. */
export function see(server: string): Promise<void> {
  return keep(SEEN, { server, device: new Date().toISOString() } satisfies Seen);
}

export async function orders(): Promise<Order[]> {
  const found = await Promise.all((await names(ORDER)).map((name) => read<Order>(name)));
  return found.filter((one) => one !== undefined).sort((one, other) => one.number.localeCompare(other.number, "en", { numeric: true }));
}

export async function order(id: string): Promise<Order | undefined> {
  const found = await read<Order>(ORDER + id);
  // One that an earlier version kept has none of these; what it lacks is found on arrival.
  return found && { ...found, details: found.details ?? [], places: found.places ?? [] };
}

export function draft(id: string): Promise<Draft | undefined> {
  return read<Draft>(DRAFT + id);
}

export function keepDraft(id: string, told: Draft): Promise<void> {
  return keep(DRAFT + id, told);
}

export async function drafts(): Promise<Set<string>> {
  return new Set((await names(DRAFT)).map((name) => name.slice(DRAFT.length)));
}

/** The names under which all that is kept of an order stands. */
export async function shelves(id: string): Promise<string[]> {
  return [ORDER + id, DRAFT + id, ...(await names(`photo:${id}:`))];
}

/** Fetch one order, unless what a customer did to it is still on its way, or was done while this was. */
async function bring(id: string): Promise<void> {
  const begun = new Date().toISOString();
  try {
    const found = await ask<Order>(`/field/orders/${id}.json`);
    if (!(await sealedOrders(begun)).has(found.number)) await keep(ORDER + id, found);
    // Once more: it may have been sealed in the moment between.
    if ((await sealedOrders(begun)).has(found.number)) await drop(ORDER + id);
  } catch (fault) {
    // It was given to somebody else a moment ago.
    if (!(fault instanceof Refused)) throw fault;
  }
}

/** Write down what became of what was sent, and forget the oldest of it. */
async function settle(captures: Capture[]): Promise<void> {
  const said = new Map(captures.map((one) => [one.id, one]));
  const turn = (await base()).transaction("queue", "readwrite");
  const sent = (await turn.store.getAll()).filter((one) => one.state !== WAITING).sort((one, other) => other.at.localeCompare(one.at));
  for (const [at, one] of sent.entries()) {
    const found = said.get(one.id);
    if (at >= MOST_SHOWN && one.envelope.sealed === "") await turn.store.delete(one.id);
    else if (found) await turn.store.put({ ...one, state: found.state, reasons: found.reasons }, one.id);
  }
  await turn.done;
}

/** Numbers of the orders that a customer acted on, while nothing was made of it yet, or since a moment. */
async function sealedOrders(since: string): Promise<Set<string>> {
  const queue = await (await base()).getAll("queue");
  return new Set(queue.filter((one) => ENDS.has(one.act) && (one.state === WAITING || one.state === "sent" || one.at >= since)).map((one) => one.order));
}

/** What is no longer this member's leaves the phone; a report that was begun stays until it is sent. */
async function forgetOthers(wanted: Set<string>): Promise<void> {
  const begun = await drafts();
  const known = (await names(ORDER)).map((name) => name.slice(ORDER.length));
  await drop(...known.filter((id) => !wanted.has(id) && !begun.has(id)).map((id) => ORDER + id));
}
