// From an act to an envelope in the queue: sealed, and in the same transaction the clear text is gone (S1-13, F16).
import { digest, type Json } from "./canonical.ts";
import { asJson, type Content } from "./field-content.ts";
import { seal } from "./field-envelope.ts";
import type { Place } from "./field-place.ts";
import { sync } from "./field-sync.ts";
import type { Draft, Line, Order } from "./field-types.ts";
import { base, type Enrolled, keep, lock, read } from "./field-vault.ts";
import { common, seen, shelves } from "./field-work.ts";

export type Act = "sign" | "decline" | "dispute" | "nobody" | "report";
/** What the phone's clock said at each step; `null` for a step that was not taken. */
export interface Clock {
  begun: string | null;
  reviewed: string | null;
  consented: string | null;
}
/** All that a customer, or the technician for them, said. */
export interface Said {
  contact?: string;
  language: string;
  content?: Content;
  confirmed?: Json;
  decisions?: Record<string, string>;
  name?: string;
  role?: string;
  consent?: string;
  method?: "drawn" | "typed";
  mark?: string;
  reason?: string;
  outcome?: string;
  items?: string[];
  checks?: { kind: string; value: string; id: string | null }[];
  place: Place;
  clock: Clock;
}
export class NoKey extends Error {}
/** Another window of this phone was faster: the order is no longer on it. */
export class Gone extends Error {}

/**
 * Seal an act about an order and put it into the queue; returns the receipt code. All that is kept of the order goes
 * in the same transaction, and `after` (the name and value of what comes next) comes: whole, or nothing happened. Where
 * nobody was there, nothing was reported either: what was begun stays. Raises `NoKey`, `Gone`.
 */
export async function capture(act: Act, order: Order, work: Json, said: Said, after?: (code: string) => [string, unknown]): Promise<string> {
  const [told, payload, gone, kept] = await Promise.all([common(), written(act, order, work, said), act === "nobody" ? [] : shelves(order.id), base()]);
  if (!told?.key) throw new NoKey();
  const server = told.key;
  const code = await navigator.locks.request("paraph-envelope", async () => {
    const [enrolled, key] = (await Promise.all([kept.get("keys", "device"), kept.get("keys", "vault")])) as [Enrolled, CryptoKey];
    const sealed = await seal(payload, { id: enrolled.device, key: enrolled.sign }, enrolled.chain, server);
    const next = after?.(sealed.code);
    const cipher = next && (await lock(next[1], key, next[0]));
    const turn = kept.transaction(["keys", "vault", "queue"], "readwrite", { durability: "strict" });
    const now = (await turn.objectStore("keys").get("device")) as Enrolled;
    if (now.device !== enrolled.device || now.chain.number !== enrolled.chain.number) {
      turn.abort();
      throw new Error("the chain moved on");
    }
    if (!(await turn.objectStore("vault").getKey(`order:${order.id}`))) {
      turn.abort();
      throw new Gone();
    }
    const row = { id: sealed.envelope.id, order: order.number, at: new Date().toISOString(), code: sealed.code, act, state: "waiting", reasons: [], envelope: sealed.envelope };
    await Promise.all([
      turn.objectStore("keys").put({ ...enrolled, chain: sealed.chain }, "device"),
      turn.objectStore("queue").put(row, row.id),
      ...gone.map((name) => turn.objectStore("vault").delete(name)),
      ...(next && cipher ? [turn.objectStore("vault").put(cipher, next[0])] : []),
      turn.done,
    ]);
    return sealed.code;
  });
  void sync().catch(() => undefined);
  return code;
}

/** What was reported, with its photos, as it goes into an envelope. */
export async function worked(order: Order, draft: Draft, lines: readonly Line[]): Promise<Json> {
  const photos = await Promise.all(draft.photos.map(async ({ key, digest: of, item, caption, taken_at }) => ({ digest: of, item, caption: caption.trim(), taken_at, jpeg: (await read<string>(key)) ?? "" })));
  return { revision: order.revision, lines: lines as unknown as Json, remark: draft.remark.trim(), photos, checklist: draft.checklist };
}

export function keepPhoto(order: string, jpeg: string): Promise<string> {
  const name = `photo:${order}:${crypto.randomUUID()}`;
  return keep(name, jpeg).then(() => name);
}

async function written(act: Act, order: Order, work: Json, said: Said): Promise<Json> {
  const last = await seen();
  const content = said.content ? asJson(said.content) : null;
  return {
    v: 1,
    act,
    order: order.id,
    work,
    contact: said.contact ?? null,
    language: said.language,
    content,
    digest: content === null ? "" : await digest(content),
    confirmed: said.confirmed ?? [],
    decisions: Object.entries(said.decisions ?? {}).map(([item, choice]) => ({ item, choice })),
    name: said.name ?? "",
    role: said.role ?? "",
    consent: said.consent ?? "",
    method: said.method ?? "",
    mark: said.mark ?? "",
    reason: said.reason ?? "",
    outcome: said.outcome ?? "",
    items: said.items ?? [],
    checks: said.checks ?? [],
    place: said.place,
    clock: { ...said.clock, acted: new Date().toISOString(), last_server: last?.server ?? null, last_device: last?.device ?? null, uptime_ms: Math.round(performance.now()) },
  };
}
