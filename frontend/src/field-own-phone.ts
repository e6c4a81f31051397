// The customer signs on their own phone: what was done goes to the server first, then this screen shows a link as a code
// to scan. It takes network; nothing of the signature is on this phone (S1-24).
import { capture, type Said, worked } from "./field-capture.ts";
import { asConfirmed } from "./field-detail-content.ts";
import { device } from "./field-device.ts";
import { showInHand } from "./field-foot.ts";
import { emptied, HAND, move, showStep, type Stage } from "./field-hand.ts";
import { present } from "./field-place.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { ask, Offline, Refused, SignedOut } from "./field-server.ts";
import { sync } from "./field-sync.ts";
import { base, type Queued } from "./field-vault.ts";

const SHORT_MS = 5000;
const LOOK_MS = 3000;
const MOST_LOOKS = 20; // until what was done is filed
interface Shown {
  invitation: string;
  address: string;
  svg: string;
}
type Became = Pick<Queued, "state" | "reasons">;

/** Seal what was done and go on to the code; without network nothing happens, and it says so. */
export async function beginOwn(stage: Stage, contact: string, sheet: HTMLElement): Promise<void> {
  const { hand, order, draft } = stage;
  try {
    await report("");
  } catch (fault) {
    return problem(sheet, sentence(fault, hand.language));
  }
  // What they confirmed here holds there, too.
  const confirmed = hand.confirmed ? { contact, confirmed: asConfirmed(order.details, hand.confirmed) } : {};
  const said: Said = { language: hand.language, place: await present(SHORT_MS), clock: hand.clock, ...confirmed };
  let next = hand;
  await capture("report", order, await worked(order, draft, hand.lines), said, (code) => {
    next = { ...emptied(hand, "own", code), order: order.id, contact };
    return [HAND, next];
  });
  await showStep(next);
}

export function showOwn(stage: Stage): void {
  const { language } = stage.hand;
  const sheet = screen("own", language);
  const show = () => showCode(stage, sheet).catch((fault: unknown) => tell(sheet, sentence(fault, language), true));
  press(sheet, "own-again", show);
  showInHand(sheet, stage.hand);
  void show();
}

export function showOwnDone(stage: Stage): void {
  showInHand(screen("own-done", stage.hand.language), stage.hand);
}

async function showCode(stage: Stage, sheet: HTMLElement): Promise<void> {
  const { hand } = stage;
  tell(sheet, say("own-preparing", hand.language), false);
  const why = await filed(hand.code, sheet);
  if (why !== "") return tell(sheet, say("own-held", hand.language, { why }), true);
  const [mine, place] = await Promise.all([device(), present(SHORT_MS)]);
  const shown = await ask<Shown>("/field/own-phone/", { order: hand.order, contact: hand.contact, device: mine?.device, place, at: new Date().toISOString() });
  const drawing = new DOMParser().parseFromString(shown.svg, "text/html").body.firstElementChild!;
  part(sheet, "qr").replaceChildren(document.importNode(drawing, true));
  part(sheet, "link").textContent = shown.address;
  await watch(stage, sheet, shown.invitation);
}

/** What became of the report that goes before the link; the orders themselves are shut while the customer has the phone. */
async function report(capture: string): Promise<Became> {
  return ask<Became>(`/field/own-phone/report.json?device=${(await device())?.device ?? ""}&capture=${capture}`);
}

/** Wait until the server has filed what was done; "" when it has, else why it does not. */
async function filed(code: string, sheet: HTMLElement): Promise<string> {
  for (let looks = 0; looks < MOST_LOOKS && sheet.isConnected; looks++) {
    await sync();
    const row = (await (await base()).getAll("queue")).find((one) => one.code === code);
    const now = row?.state === "sent" ? await report(row.id) : row;
    if (!now || now.state === "filed") return "";
    if (now.state === "held" || now.state === "refused") return now.reasons.join(" ");
    await pause();
  }
  throw new Offline();
}

/** Follow the customer until they have signed, or the link ended. */
async function watch(stage: Stage, sheet: HTMLElement, invitation: string): Promise<void> {
  const { language } = stage.hand;
  while (sheet.isConnected) {
    const state = await ask<{ state: string }>(`/field/own-phone/${invitation}/`).then((told) => told.state, quietly);
    if (state === "signed") return move(stage, "own-done", { order: "", contact: "" });
    if (state === "ended") return tell(sheet, say("own-ended", language), true);
    if (state) tell(sheet, say(`own-${state}`, language), false);
    await pause();
  }
}

function tell(sheet: HTMLElement, text: string, again: boolean): void {
  const told = part(sheet, "own-told");
  if (told.textContent !== text) told.textContent = text;
  part(sheet, "again").hidden = !again;
}

function sentence(fault: unknown, language: string): string {
  if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refused)) throw fault;
  return fault.message || say("need-line", language);
}

/** A gap in the line is no end: the next look may come through. */
function quietly(fault: unknown): string {
  if (fault instanceof Offline) return "";
  throw fault;
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, LOOK_MS));
}
