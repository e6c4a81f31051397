// The technician's list: what is to be done, what was signed here and became of it, and how new all that is.
import { device } from "./field-device.ts";
import { go, visited } from "./field-router.ts";
import { part, press, say, screen } from "./field-screens.ts";
import { ask, Offline, SignedOut } from "./field-server.ts";
import { renew, show, time, toast } from "./field-stage.ts";
import { begin, forget, revoked } from "./field-start.ts";
import { sync } from "./field-sync.ts";
import type { Order } from "./field-types.ts";
import { base, type Queued } from "./field-vault.ts";
import { isNewer, takeOver } from "./field-version.ts";
import { common, drafts, orders, refresh, seen } from "./field-work.ts";

let signedOut = false;
let asking = false;
// What is stored is filed within seconds by the server's worker; who looks on sees it come.
const FIRST_LOOK_MS = 3000;
const LONGEST_LOOK_MS = 60_000;
let pause = FIRST_LOOK_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Show what is kept, at once; then ask the server, and show what that changed. */
export async function openOrders(): Promise<void> {
  await showOrders();
  await bringUpToDate(false);
}

/** There is something newer to show, if somebody looks at the list. */
export async function showNewer(): Promise<void> {
  if (isOpen()) await showOrders(true);
}

/** Something was sent: what became of it is worth asking for, if somebody looks at the list. */
export async function wasSent(): Promise<void> {
  if (isOpen() && !asking) await bringUpToDate(false);
}

async function bringUpToDate(told: boolean): Promise<void> {
  const language = (await common())?.member.language ?? "en";
  asking = true;
  try {
    await sync();
    const work = await refresh();
    signedOut = false;
    if (work.device === "revoked") return await revoked();
    if (work.device === "unknown" && isOpen()) return await begin();
  } catch (fault) {
    signedOut = fault instanceof SignedOut;
    if (fault instanceof Offline && told) toast(say("off-line", language), "warn");
  } finally {
    asking = false;
  }
  await showNewer();
  const coming = (await (await base()).getAll("queue")).some((one) => one.state === "sent");
  pause = coming ? Math.min(2 * pause, LONGEST_LOOK_MS) : FIRST_LOOK_MS;
  clearTimeout(timer);
  if (coming && !signedOut) timer = setTimeout(() => void wasSent(), pause);
}

function isOpen(): boolean {
  return document.querySelector("#main [data-part=orders]") !== null;
}

async function showOrders(again = false): Promise<void> {
  const visit = visited();
  const told = await common();
  if (!told) return begin();
  const { language } = told.member;
  const [found, begun, queue, last] = await Promise.all([orders(), drafts(), base().then((one) => one.getAll("queue")), seen()]);
  const updated = last ? say("updated", language, { at: time(last.device, language) }) : say("never", language);
  const sheet = screen("orders", language, { shop: told.shop.name, member: told.member.name, updated, signed_out: signedOut, newer: isNewer() });
  part(sheet, "orders").append(...found.map((one) => row(one, begun.has(one.id), language)));
  part(sheet, "empty").hidden = found.length > 0;
  showCaptures(sheet, queue, language);
  press(sheet, "refresh", () => bringUpToDate(true));
  press(sheet, "newer", takeOver);
  press(sheet, "sign-out", () => signOut(language));
  // Somebody may have gone on while all this was read.
  if (visit !== visited()) return;
  if (again && isOpen()) renew(sheet);
  else if (!again) show(sheet, language);
}

function row(one: Order, draft: boolean, language: string): HTMLElement {
  const about = [one.object, one.customer, one.site?.name].filter(Boolean).join(" · ");
  return screen("order-row", language, { id: one.id, number: one.number, title: one.title, about, tone: one.status.tone, status: one.status.word, draft });
}

const TONES: Record<string, string> = { waiting: "go", sent: "go", approved: "good", filed: "good", verification: "warn", held: "warn", refused: "bad" };

function showCaptures(sheet: HTMLElement, queue: Queued[], language: string): void {
  const list = [...queue].sort((one, other) => other.at.localeCompare(one.at));
  for (const one of list) {
    const { order, code, state } = one;
    const values = { order, code, at: time(one.at, language), state: say(`state-${state}`, language), tone: TONES[state] ?? "go", reason: one.reasons.join(" ") };
    part(sheet, "captures").append(screen("capture-row", language, values));
  }
  part(sheet, "sent").hidden = list.length === 0;
  const pending = list.filter((one) => one.state === "waiting").length;
  const badge = part(sheet, "badge");
  badge.hidden = pending === 0;
  badge.textContent = say("pending", language, { number: pending });
}

async function signOut(language: string): Promise<void> {
  const waiting = (await (await base()).getAll("queue")).filter((one) => one.state === "waiting").length;
  if (waiting) return toast(say("still-waiting", language, { number: waiting }), "warn");
  try {
    await ask("/field/sign-out/", { device: (await device())?.device });
  } catch (fault) {
    if (fault instanceof Offline) return toast(say("need-line", language), "warn");
    if (!(fault instanceof SignedOut)) throw fault;
  }
  await forget();
  await go("orders");
}
