// Who signs, and how they show it. What they type as a PIN or code is kept in this page's memory alone until it is sealed.
import { showInHand } from "./field-foot.ts";
import { move, type Stage } from "./field-hand.ts";
import { beginOwn } from "./field-own-phone.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { ask, Offline, Refused, SignedOut } from "./field-server.ts";
import type { Check, Contact } from "./field-types.ts";

export interface Shown {
  kind: string;
  value: string;
  id: string | null;
}
let shown: { order: string; checks: Shown[] } = { order: "", checks: [] };

/** What was shown for this order in this page; gone with a reload, and then it is asked again. */
export function checksFor(order: string): Shown[] | undefined {
  return shown.order === order ? shown.checks : undefined;
}

export function forgetChecks(): void {
  shown = { order: "", checks: [] };
}

/** Those who are asked, if somebody is; else everybody of the order. */
export function contactsOf(stage: Stage): Contact[] {
  const asked = stage.order.contacts.filter((one) => one.asked);
  return asked.length > 0 ? asked : stage.order.contacts;
}

/** Radio buttons for the contacts; the chosen one's name and role are filled in. */
export function chooseContact(sheet: HTMLElement, stage: Stage, chosen: (one: Contact) => void): void {
  const place = part(sheet, "contacts");
  const all = contactsOf(stage);
  for (const one of all) {
    const row = screen("contact", stage.hand.language, { id: one.id, name: one.name, title: one.title });
    const box = row.querySelector("input")!;
    box.checked = one.id === stage.hand.contact || all.length === 1;
    box.addEventListener("change", () => chosen(one));
    place.append(row);
    if (box.checked) chosen(one);
  }
}

export function chosenContact(sheet: HTMLElement): string {
  return sheet.querySelector<HTMLInputElement>("[name=contact]:checked")?.value ?? "";
}

export function showWho(stage: Stage): void {
  const { hand } = stage;
  if (hand.asks && !hand.confirmed) return void move(stage, "confirm");
  const sheet = screen("who", hand.language, { name: hand.name, role: hand.role });
  const field = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`);
  let code: string | null = null;
  chooseContact(sheet, stage, (one) => {
    if (one.id !== hand.contact || !field("name")!.value) [field("name")!.value, field("role")!.value] = [one.name, one.title];
    showWays(sheet, stage, one, (id) => (code = id));
  });
  press(sheet, "back", () => move(stage, hand.asks ? "confirm" : "summary"));
  press(sheet, "onward", async () => {
    const [contact, name, role] = [chosenContact(sheet), field("name")!.value.trim(), field("role")!.value.trim()];
    if (!contact) return problem(sheet, say("choose-contact", hand.language));
    if (!name) return problem(sheet, say("your-name", hand.language));
    if (sheet.querySelector("[name=way][value=own_phone]:checked")) return beginOwn(stage, contact, sheet);
    const checks = read(sheet, code);
    if (typeof checks === "string") return problem(sheet, say(checks, hand.language));
    shown = { order: stage.order.id, checks };
    await move(stage, "sign", { contact, name, role });
  });
  showInHand(sheet, hand, 3);
}

/** The checks as typed, or the name of the sentence that says what is wrong. */
function read(sheet: HTMLElement, code: string | null): Shown[] | string {
  const value = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`)?.value.trim() ?? "";
  const way = sheet.querySelector<HTMLInputElement>("[name=way]:checked")?.value ?? "";
  if (way === "pin") return !/^\d{6}$/.test(value("pin")) ? "pin-wrong" : value("pin") !== value("pin_again") ? "pins-differ" : [{ kind: "pin", value: value("pin"), id: null }];
  if (way === "code") return /^\d{6}$/.test(value("code")) ? [{ kind: "code", value: value("code"), id: code }] : "code-wrong";
  return way || !sheet.querySelector("[name=way]") ? [] : "choose-way";
}

function showWays(sheet: HTMLElement, stage: Stage, contact: Contact, sent: (id: string) => void): void {
  const place = part(sheet, "check");
  const { language } = stage.hand;
  const { policy } = stage.order;
  const ways: Check[] = policy.identity.filter((one) => (one === "pin" ? contact.pin : one === "code" ? contact.mail : true));
  place.replaceChildren();
  if (policy.identity.length === 0) return;
  const list = screen("check-ways", language);
  const detail = document.createElement("div");
  for (const way of [...ways, "none" as const]) {
    const row = screen("check-way", language, { way, words: say(`way-${way}`, language) });
    row.querySelector("input")!.addEventListener("change", () => {
      detail.replaceChildren(...(way === "pin" || way === "code" ? [screen(`check-${way}`, language)] : []));
      if (way === "code") press(detail, "send-code", () => sendCode(detail, stage, contact, sent));
    });
    part(list, "ways").append(row);
  }
  place.append(list, detail);
}

async function sendCode(place: HTMLElement, stage: Stage, contact: Contact, sent: (id: string) => void): Promise<void> {
  const told = part(place, "code-told");
  try {
    sent((await ask<{ id: string }>("/field/code/", { order: stage.order.id, contact: contact.id })).id);
    told.textContent = say("code-sent", stage.hand.language);
  } catch (fault) {
    if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refused)) throw fault;
    told.textContent = fault.message || say("need-line", stage.hand.language);
  }
}
