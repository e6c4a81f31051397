// The act itself: consent, the mark, and at once the envelope. Or that the customer does not sign, or disputes.
import { type Act, capture, Gone, NoKey, type Said, worked } from "./field-capture.ts";
import { showDetails } from "./field-confirm.ts";
import { asConfirmed, shown } from "./field-detail-content.ts";
import { showInHand } from "./field-foot.ts";
import { emptied, HAND, type Hand, move, note, showStep, type Stage, takeBack, tellOtherTabs } from "./field-hand.ts";
import { present } from "./field-place.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { read } from "./field-vault.ts";
import { checksFor, chooseContact, chosenContact, forgetChecks } from "./field-who.ts";

const SHORT_MS = 5000;

export function showSign(stage: Stage): Promise<void> | void {
  const { hand, order } = stage;
  // After a reload what was shown of who they are is gone, on purpose.
  if (!checksFor(order.id) || (hand.asks && !hand.confirmed)) return move(stage, "who");
  const consent = order.consents[hand.language]!;
  const sheet = screen("sign", hand.language, { number: hand.content.order.number, name: hand.name });
  const field = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  showDetails(sheet, stage);
  part(sheet, "sentence").textContent = consent.sentence;
  part(sheet, "alternative").textContent = consent.alternative;
  field("typed").value = hand.name;
  field("consent").addEventListener("change", () => void note(stage, { clock: { ...hand.clock, consented: field("consent").checked ? new Date().toISOString() : null } }));
  // Where the phone is must be known at the act; looking now keeps the act itself quick.
  void present(SHORT_MS);
  press(sheet, "back", () => move(stage, "who"));
  press(sheet, "sign", async () => {
    if (!field("consent").checked) return problem(sheet, say("agree", hand.language));
    const method = sheet.querySelector<HTMLInputElement>("[name=method]:checked")?.value === "drawn" ? "drawn" : "typed";
    const mark = field(method === "drawn" ? "strokes" : "typed").value.trim();
    if (!mark) return problem(sheet, say("mark", hand.language));
    const { contact, name, role, decisions } = hand;
    await act(stage, "sign", { contact, name, role, decisions, consent: consent.digest, method, mark, checks: checksFor(order.id)! }, sheet);
  });
  showInHand(sheet, hand, 4);
}

export function showDecline(stage: Stage): void {
  showRefusal("decline", stage, () => ({}));
}

export function showDispute(stage: Stage): void {
  showRefusal("dispute", stage, (sheet) => ({ items: [...sheet.querySelectorAll<HTMLInputElement>("[name=point]:checked")].map((one) => one.value) }));
}

function showRefusal(kind: "decline" | "dispute", stage: Stage, more: (sheet: HTMLElement) => { items?: string[] }): void {
  const { hand } = stage;
  const sheet = screen(kind, hand.language, { name: hand.name });
  const field = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  chooseContact(sheet, stage, (one) => (field("name").value = one.name));
  const items = sheet.querySelector("[data-part=items]");
  items?.append(...hand.content.items.map((one) => screen("point", hand.language, { key: one.id, text: `${one.number} ${one.finding}` })));
  press(sheet, "back", () => move(stage, "summary"));
  press(sheet, "send", async () => {
    const [contact, name, reason] = [chosenContact(sheet), field("name").value.trim(), field("reason").value.trim()];
    if (!contact) return problem(sheet, say("choose-contact", hand.language));
    if (!name) return problem(sheet, say("your-name", hand.language));
    if (!reason) return problem(sheet, say("reason", hand.language));
    await act(stage, kind, { contact, name, reason, decisions: hand.decisions, ...more(sheet) }, sheet);
  });
  showInHand(sheet, hand);
}

/** Seal it. From here on the order is not on this phone; the next screen is kept in the same step. */
async function act(stage: Stage, kind: Act, said: Omit<Said, "language" | "place" | "clock" | "content" | "confirmed">, sheet: HTMLElement): Promise<void> {
  const { hand, order, draft } = stage;
  const all = { ...said, content: shown(hand, order), confirmed: asConfirmed(order.details, hand.confirmed) };
  const place = await present(SHORT_MS);
  const started = performance.now();
  let ended: Hand | undefined;
  try {
    await capture(kind, order, await worked(order, draft, hand.lines), { ...all, language: hand.language, place, clock: hand.clock }, (code) => {
      ended = { ...emptied(hand, "done", code), signed: kind === "sign" };
      return [HAND, ended];
    });
  } catch (fault) {
    if (fault instanceof NoKey) return problem(sheet, say("no-key", hand.language));
    if (fault instanceof Gone) return shownNow();
    if (!(fault instanceof DOMException && fault.name === "QuotaExceededError")) throw fault;
    return problem(sheet, say("full-phone", hand.language));
  }
  performance.measure("paraph:captured", { start: started });
  forgetChecks();
  tellOtherTabs();
  await showStep(ended!);
}

/** What another window brought the hand-over to. */
async function shownNow(): Promise<void> {
  forgetChecks();
  const now = await read<Hand>(HAND);
  await (now ? showStep(now) : takeBack());
}
