// The details that the shop leaves to the customer: they confirm or change them before they sign, also off line (S0-26, S0-27).
import { asTyped, type Detail, normalise, type Property, Unfit } from "./field-detail-rules.ts";
import { shown } from "./field-detail-content.ts";
import { showInHand } from "./field-foot.ts";
import { move, note, type Stage } from "./field-hand.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { day, quantity } from "./field-stage.ts";

type Field = HTMLInputElement | HTMLSelectElement;
const EXAMPLE = { type: "number", unit: "", pattern: "", options: [] } as const;

export function showConfirm(stage: Stage): void {
  const { hand, order } = stage;
  const sheet = screen("confirm", hand.language, { shop: hand.shop });
  const rows = order.details.map((one) => ({ one, row: field(one, stage) }));
  part(sheet, "fields").append(...rows.map(({ row }) => row));
  press(sheet, "back", () => move(stage, "summary"));
  press(sheet, "confirm", async () => {
    const confirmed: Record<string, string> = {};
    const wrong = rows.filter(({ one, row }) => {
      const sentence = judge(one, row, hand.language, confirmed);
      tell(row, sentence);
      return sentence !== "";
    });
    problem(sheet, wrong.length > 0 ? say("details-wrong", hand.language) : "");
    if (wrong.length > 0) return wrong[0]!.row.querySelector<HTMLElement>("input, select")!.focus();
    await move(stage, "who", { confirmed });
  });
  showInHand(sheet, hand, 2);
}

/** What the order says of its properties, with what was confirmed, into the place for it in a screen. */
export function showDetails(sheet: HTMLElement, { hand, order }: Stage): void {
  const found = shown(hand, order).order.properties ?? [];
  part(sheet, "details-place").hidden = found.length === 0;
  part(sheet, "details").append(...found.map((one) => screen("detail-row", hand.language, { name: one.names[hand.language] ?? one.name, value: words(one, hand.language) })));
}

/** The field of a detail, filled with what was typed before, else what was confirmed, else what the order says. */
function field(one: Detail, stage: Stage): HTMLElement {
  const { hand } = stage;
  const [label, help] = [one.label, one.help].map((all) => all[hand.language] ?? all.en ?? "") as [string, string];
  const key = `detail-${one.property}`;
  const isPair = one.type === "yes_no";
  const row = screen(isPair ? "detail-yes_no" : "detail", hand.language, { key, label, help, optional: !one.required });
  if (!isPair) part(row, "input").replaceWith(input(one, key, hand.language));
  const typed = hand.typed[one.property] ?? asTyped(one, hand.confirmed?.[one.property] ?? one.value, hand.language);
  for (const box of row.querySelectorAll<Field>("input, select")) {
    if (isPair) (box as HTMLInputElement).checked = box.value === typed;
    else box.value = typed;
    box.addEventListener("input", () => void note(stage, { typed: { ...hand.typed, [one.property]: value(row) } }));
  }
  return row;
}

function input(one: Detail, key: string, language: string): HTMLElement {
  const kind = ["number", "date", "choice"].includes(one.type) ? one.type : "text";
  const made = screen(`detail-${kind}`, language, { key });
  if (kind === "choice") made.append(...one.options.map((option) => new Option(option.words[language] ?? option.key, option.key)));
  return made;
}

function value(row: HTMLElement): string {
  const pair = row.querySelector("[type=radio]");
  return (pair ? row.querySelector<HTMLInputElement>("[type=radio]:checked") : row.querySelector<Field>("input, select"))?.value ?? "";
}

/** The sentence that says what is wrong, or ""; then the value is in `into`, as it is stored. */
function judge(one: Detail, row: HTMLElement, language: string, into: Record<string, string>): string {
  try {
    into[one.property] = normalise(one, value(row), language);
  } catch (fault) {
    if (!(fault instanceof Unfit)) throw fault;
    const example = one.example || asTyped(EXAMPLE as unknown as Detail, "2.5", language);
    return say(`detail-${fault.sentence}`, language, { name: one.label[language] ?? one.told.name, example });
  }
  return one.required && into[one.property] === "" ? say("detail-needed", language) : "";
}

function tell(row: HTMLElement, sentence: string): void {
  const place = part(row, "wrong");
  place.textContent = sentence;
  place.hidden = sentence === "";
  for (const box of row.querySelectorAll("input, select")) box.setAttribute("aria-invalid", String(sentence !== ""));
}

/** A value in the reader's language, as `paraph.work.property_words` says it. */
function words(one: Property, language: string): string {
  if (one.type === "number") return [quantity(one.value, language), one.unit].filter(Boolean).join("\u00a0");
  if (one.type === "date") return day(one.value, language);
  if (one.type === "choice") return one.labels?.[language] ?? one.labels?.[""] ?? one.value;
  return one.type === "yes_no" ? say(one.value === "yes" ? "yes" : "no", language) : one.value;
}
