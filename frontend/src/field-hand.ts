// The phone in a customer's hands: what is kept of it, so that a reload, the back button or a closed tab come back here.
// Only the technician's unlock leads out.
import type { Clock } from "./field-capture.ts";
import type { Content } from "./field-content.ts";
import { forsake, mark, unmark } from "./field-mark.ts";
import { go, open } from "./field-router.ts";
import type { Draft, Line, Order } from "./field-types.ts";
import { drop, keep, read } from "./field-vault.ts";
import { draft, order } from "./field-work.ts";

export type Step = "language" | "summary" | "confirm" | "who" | "sign" | "decline" | "dispute" | "own" | "own-done" | "done" | "gone";
export interface Hand {
  order: string;
  shop: string;
  technician: string;
  step: Step;
  language: string;
  content: Content;
  lines: Line[];
  decisions: Record<string, string>;
  /** Whether there are details to confirm; what was typed there, and what was confirmed, by property. */
  asks: boolean;
  typed: Record<string, string>;
  confirmed: Record<string, string> | null;
  contact: string;
  name: string;
  role: string;
  clock: Clock;
  /** What is shown at the end; the order is no longer on the phone then. */
  code: string;
  signed: boolean;
}
/** What remains of a hand-over once its order is not on the phone any more: a language, and a code. */
export function emptied(hand: Hand, step: Step, code: string): Hand {
  const nothing = { shop: { name: "", address: "" }, order: { number: "", title: "", object: "", currency: "EUR", remarks: "", customer: { name: "" }, site: null }, items: [] };
  return { ...hand, order: "", shop: "", technician: "", step, content: nothing, lines: [], decisions: {}, asks: false, typed: {}, confirmed: null, contact: "", name: "", role: "", code, signed: false };
}

/** The state with what it is about, as far as that is still on the phone. */
export interface Stage {
  hand: Hand;
  order: Order;
  draft: Draft;
}
type Screen = (stage: Stage) => Promise<void> | void;

export const HAND = "hand";
const AFTER = new Set<Step>(["own", "own-done", "done", "gone"]);
const screens = new Map<Step, Screen>();
const tabs = new BroadcastChannel("paraph-hand");
let shown = false;

export function stepAt(step: Step, screen: Screen): void {
  screens.set(step, screen);
}

/** Whether a customer has the phone; if so, their screen is shown. */
export async function isHandedOver(): Promise<boolean> {
  const hand = await read<Hand>(HAND);
  if (!hand) {
    await forsake();
    return (shown = false);
  }
  mark();
  if (location.hash !== "#hand") history.pushState(null, "", "#hand");
  if (!shown) await showStep(hand);
  return (shown = true);
}

export async function begin(hand: Hand): Promise<void> {
  await keep(HAND, hand);
  mark();
  tabs.postMessage("begun");
  shown = false;
  await open();
}

/** Go on to a step and remember it, with what changed. */
export async function move(stage: Stage, step: Step, changes: Partial<Hand> = {}): Promise<void> {
  const hand = { ...stage.hand, ...changes, step };
  await keep(HAND, hand);
  await showStep(hand);
}

/** Remember without going anywhere. */
export async function note(stage: Stage, changes: Partial<Hand>): Promise<void> {
  Object.assign(stage.hand, changes);
  await keep(HAND, stage.hand);
}

/** Show the step that the state says. */
export async function showStep(hand: Hand): Promise<void> {
  const [found, kept] = await Promise.all([order(hand.order), draft(hand.order)]);
  // Without its order there is nothing to sign here; only what comes after can be shown.
  if (!AFTER.has(hand.step) && (!found || !kept)) return showStep(emptied(hand, "gone", ""));
  await screens.get(hand.step)!({ hand, order: found!, draft: kept! });
}

/** The technician has the phone back. Cut short in between, it is still the customer's. */
export async function takeBack(): Promise<void> {
  unmark();
  await drop(HAND);
  unmark(); // another tab may have looked in between
  tabs.postMessage("ended");
  shown = false;
  await go("orders");
}

/** Something was sealed: what other tabs show of it goes, too. */
export function tellOtherTabs(): void {
  tabs.postMessage("sealed");
}

/** What one tab does with the phone holds in all of them. */
export function followOtherTabs(): void {
  tabs.addEventListener("message", () => {
    shown = false;
    void open();
  });
}
