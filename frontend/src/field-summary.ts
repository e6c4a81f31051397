// What was done, as the customer reads it before anything else; nothing but their own decisions can be changed (S1-18).
import { plain, read, sum } from "./decimals.ts";
import { showDetails } from "./field-confirm.ts";
import type { Content, Item } from "./field-content.ts";
import { shown } from "./field-detail-content.ts";
import { showInHand } from "./field-foot.ts";
import { move, note, type Stage } from "./field-hand.ts";
import { pictures } from "./field-photo-list.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { hours, money, percent, quantity } from "./field-stage.ts";

export async function showSummary(stage: Stage): Promise<void> {
  const { hand, draft } = stage;
  const { language, content } = hand;
  const sheet = screen("summary", language, { shop: hand.shop, number: content.order.number, technician: hand.technician });
  const { title, object, customer, site } = content.order;
  const texts = { title, object, customer: customer.name, site: site ? [site.name, site.address].filter(Boolean).join(", ") : "" };
  for (const [name, text] of Object.entries(texts)) part(sheet, name).textContent = text;
  part(sheet, "remarks").hidden = content.order.remarks === "";
  part(sheet, "remarks").textContent = content.order.remarks;
  showDetails(sheet, stage);
  part(sheet, "lines").append(...content.items.map((one) => lineCard(one, stage)));
  const points = (content.checklist ?? []).map((one) => stage.order.checklist.find(({ key }) => key === one.key)?.texts[language] ?? one.texts[language] ?? Object.values(one.texts)[0] ?? "");
  part(sheet, "checked-place").hidden = points.length === 0;
  part(sheet, "checked").append(...points.map((textContent) => Object.assign(document.createElement("li"), { textContent })));
  const shots = await pictures(content.photos ?? [], draft, language);
  part(sheet, "shots-place").hidden = shots.length === 0;
  part(sheet, "shots").append(...shots);
  press(sheet, "accept-all", () => decide(stage, Object.fromEntries(content.items.filter((one) => !one.authorised).map((one) => [one.id, "approved"])), sheet));
  press(sheet, "onward", () => onward(stage, sheet));
  press(sheet, "decline", () => move(stage, "decline"));
  press(sheet, "dispute", () => move(stage, "dispute"));
  mark(stage, sheet);
  showInHand(sheet, hand, 1);
}

function lineCard(item: Item, stage: Stage): HTMLElement {
  const { language, content } = stage.hand;
  const price = item.total === undefined ? "" : money(item.total, content.order.currency, language);
  const sheet = screen("line", language, { id: item.id, number: item.number, price, action: item.action, authorised: item.authorised });
  part(sheet, "finding").textContent = item.finding;
  part(sheet, "action").textContent = item.action;
  const { code } = item.labour;
  const takes = [
    ...(item.labour.hours === null ? [] : [say("worked", language, { hours: hours(item.labour.hours, language) })]),
    ...(code ? [say("labour", language, { code })] : []),
    ...item.parts.map((one) => say("part", language, { quantity: quantity(one.quantity, language), name: [one.name, one.number].filter(Boolean).join(", ") })),
  ];
  part(sheet, "takes").append(...takes.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  const card = part(sheet, "takes").closest("article")!;
  card.dataset.item = item.id;
  for (const choice of ["approved", "rejected"]) press(sheet, choice, () => decide(stage, { [item.id]: choice }, card.closest("section")!));
  return sheet;
}

async function decide(stage: Stage, decisions: Record<string, string>, sheet: HTMLElement): Promise<void> {
  await note(stage, { decisions: { ...stage.hand.decisions, ...decisions } });
  mark(stage, sheet);
}

/** Show what is decided, on each line and in the sums. */
function mark(stage: Stage, sheet: HTMLElement): void {
  const { decisions, language } = stage.hand;
  for (const card of sheet.querySelectorAll<HTMLElement>("[data-item]")) {
    const choice = decisions[card.dataset.item!] ?? "";
    card.classList.toggle("is-approved", choice === "approved");
    card.classList.toggle("is-rejected", choice === "rejected");
    for (const button of card.querySelectorAll<HTMLElement>("[data-do]")) button.setAttribute("aria-pressed", String(button.dataset.do === choice));
  }
  problem(sheet, "");
  part(sheet, "sums").replaceChildren(...rows(shown(stage.hand, stage.order), language));
}

function rows(content: Content, language: string): HTMLElement[] {
  const worked = plain(sum(content.items.flatMap((one) => (one.labour.hours ? [read(one.labour.hours, 2)!] : []))));
  const row = (label: string, amount: string, kind = "plain") => screen("sum-row", language, { label, amount, kind });
  const found = [row(say("sum-hours", language), hours(worked, language))];
  if (!content.sums) return found;
  const { all, approved } = content.sums;
  const amount = (minor: number) => money(minor, content.order.currency, language);
  found.push(row(say("sum-net", language), amount(all.net)), ...all.taxes.map((one) => row(say("sum-tax", language, { rate: percent(one.rate, language) }), amount(one.tax))));
  found.push(row(say("sum-gross", language), amount(all.gross), "sum"));
  if (approved.gross) found.push(row(say("sum-accepted", language), amount(approved.gross), "good"));
  return found;
}

async function onward(stage: Stage, sheet: HTMLElement): Promise<void> {
  const open = stage.hand.content.items.filter((one) => !one.authorised);
  const choices = open.map((one) => stage.hand.decisions[one.id]);
  if (choices.includes(undefined)) return problem(sheet, say("decide", stage.hand.language));
  if (!choices.includes("approved")) return problem(sheet, say("none-accepted", stage.hand.language));
  await move(stage, stage.hand.asks ? "confirm" : "who");
}
