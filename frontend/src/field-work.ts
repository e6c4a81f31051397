// The work that is kept on the phone: fetched while there is network, read from the vault always.
import { ask } from "./field-server.ts";
import { device } from "./field-device.ts";
import type { Common, Draft, Order, Seen, Work } from "./field-types.ts";
import { base, drop, keep, names, read } from "./field-vault.ts";

const COMMON = "common";
const ORDER = "order:";
const DRAFT = "draft:";
const SEEN = "seen";

/** Ask the server for all of it and keep it. Raises what `ask` raises; returns what it said of this device. */
export async function refresh(): Promise<Work> {
  const mine = await device();
  const work = await ask<Work>(`/field/work.json${mine ? `?device=${mine.device}` : ""}`);
  if (!mine || work.device !== "enrolled") return work;
  const { orders, ...common } = work;
  await keep(SEEN, { server: work.now, device: new Date().toISOString() } satisfies Seen);
  await keep(COMMON, common);
  const sealed = await sealedOrders();
  const wanted = orders.filter((one) => !sealed.has(one.number));
  for (const one of wanted) await keep(ORDER + one.id, one);
  await forgetOthers(new Set(wanted.map((one) => one.id)));
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

export function order(id: string): Promise<Order | undefined> {
  return read<Order>(ORDER + id);
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

/** Orders that a customer acted on, while their envelope is still here. */
async function sealedOrders(): Promise<Set<string>> {
  const queue = await (await base()).getAll("queue");
  return new Set(queue.filter((one) => one.act !== "nobody").map((one) => one.order));
}

/** What is no longer this member's leaves the phone; a report that was begun stays until it is sent. */
async function forgetOthers(wanted: Set<string>): Promise<void> {
  const begun = await drafts();
  const known = (await names(ORDER)).map((name) => name.slice(ORDER.length));
  await drop(...known.filter((id) => !wanted.has(id) && !begun.has(id)).map((id) => ORDER + id));
}
