// The way into a customer's hands, the choice of a language, and the end.
import { capture, NoKey, worked } from "./field-capture.ts";
import { decided, type Prices, report } from "./field-content.ts";
import { showInHand } from "./field-foot.ts";
import { begin, move, type Stage } from "./field-hand.ts";
import type { Onward } from "./field-order.ts";
import { judge, locate } from "./field-place.ts";
import { go } from "./field-router.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { show, toast } from "./field-stage.ts";
import type { Common, Draft, Line, Order } from "./field-types.ts";
import { common, draft, order } from "./field-work.ts";

const SHORT_MS = 8000;

export const onward: Onward = { handOver, report: sendReport };

/** Make what the customer will be shown, and give them the phone; where the policy requires the site, only there. */
async function handOver(order: Order, draft: Draft, lines: Line[]): Promise<void> {
  const told = (await common())!;
  if (!told.key) return toast(say("no-key", told.member.language), "bad");
  if (order.policy.place === "require" && !(await isAtSite(order, told.member.language))) return;
  if (order.policy.place !== "require") void locate();
  const content = decided(report(order, lines, draft, prices(told)), {});
  const now = new Date().toISOString();
  await begin({
    order: order.id,
    shop: told.shop.name,
    technician: told.member.name,
    step: "language",
    language: told.member.language,
    content,
    lines,
    decisions: {},
    asks: order.details.length > 0,
    typed: {},
    confirmed: null,
    contact: "",
    name: "",
    role: "",
    clock: { begun: now, reviewed: null, consented: null },
    code: "",
    signed: false,
  });
}

export function chooseLanguage(stage: Stage): void {
  const sheet = screen("language", stage.hand.language, { shop: stage.hand.shop });
  press(sheet, "language", (event) => {
    const language = (event.target as Element).closest("button")!.value;
    return move(stage, "summary", { language, clock: { ...stage.hand.clock, reviewed: new Date().toISOString() } });
  });
  showInHand(sheet, stage.hand);
}

export function showDone(stage: Stage): void {
  const { code, signed, language } = stage.hand;
  showInHand(screen("done", language, { code, signed, told: !signed }), stage.hand);
}

export function showGone(stage: Stage): void {
  showInHand(screen("gone", stage.hand.language), stage.hand);
}

/** Send what was done without any signature; the office can ask for one. */
async function sendReport(order: Order, draft: Draft, lines: Line[]): Promise<void> {
  await sealFor("report", order, draft, lines, {});
}

/** Record that nobody was there to sign, with what was done so far. */
export async function nobodyScreen(id: string): Promise<void> {
  const [told, found, kept] = await Promise.all([common(), order(id), draft(id)]);
  if (!told || !found || !kept) return go("orders");
  const sheet = screen("nobody", told.member.language, { id });
  const field = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  press(sheet, "nobody-send", async () => {
    const reason = field("reason").value.trim();
    if (!reason) return problem(sheet, say("reason", told.member.language));
    await sealFor("nobody", found, kept, null, { reason, outcome: field("outcome").value });
  });
  show(sheet, told.member.language);
}

async function sealFor(act: "report" | "nobody", order: Order, draft: Draft, lines: Line[] | null, said: { reason?: string; outcome?: string }): Promise<void> {
  const { language } = (await common())!.member;
  const clock = { begun: new Date().toISOString(), reviewed: null, consented: null };
  try {
    await capture(act, order, lines && (await worked(order, draft, lines)), { ...said, language, place: await locate(SHORT_MS), clock });
  } catch (fault) {
    if (!(fault instanceof NoKey)) throw fault;
    return toast(say("no-key", language), "bad");
  }
  await go("orders");
}

async function isAtSite(order: Order, language: string): Promise<boolean> {
  show(screen("locating", language), language);
  const verdict = judge(await locate(), order.site?.area);
  if (verdict.verdict === "inside") return true;
  const why = say(`why-${verdict.why}`, language, { distance: verdict.distance, accuracy: verdict.accuracy });
  const sheet = screen("place-refused", language, { why, id: order.id });
  press(sheet, "again", () => go(`order/${order.id}`));
  part(sheet, "back").addEventListener("click", () => void go(`order/${order.id}`));
  show(sheet, language);
  return false;
}

function prices(told: Common): Prices {
  const rates = new Map(told.labour.map((one) => [one.code, one.rate]));
  return { rate: (code) => rates.get(code), tax: told.shop.tax };
}
