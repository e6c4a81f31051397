// What may stand in a detail that the customer confirms: what was typed becomes the one text that is stored, or the name of the
// sentence that says why not. The rules of `paraph.work.property_values`; tests/vectors/details.json holds both to them.
import { fits } from "./masks.ts";

/** A property as the server tells it for one order; words by language. `told`: what an order says of it, but for its value. */
export interface Detail {
  property: string;
  type: "text" | "number" | "date" | "choice" | "yes_no" | "po_number";
  value: string;
  required: boolean;
  label: Record<string, string>;
  help: Record<string, string>;
  unit: string;
  pattern: string;
  example: string;
  options: { key: string; words: Record<string, string>; labels: Record<string, string> }[];
  told: { property: string; name: string; names: Record<string, string>; type: string; unit?: string };
}
/** What an order says of a property that has a value (`paraph.work.properties.tell`). */
export type Property = Detail["told"] & { value: string; labels?: Record<string, string> };
/** What is judged of it. */
export type Rules = Pick<Detail, "type" | "unit" | "pattern" | "options">;

const TEXT_CHARS = 500;
const NUMBER_CHARS = 30;
const DECIMALS = 3;
const WHOLE_DIGITS = 9; // 999,999,999.999 is the most
const [FIRST_YEAR, LAST_YEAR] = [1900, 2199];
// As Python's `str.split` knows them; a byte order mark is none.
const BLANKS = /[ \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const DECORATION = /[\s€$£'’]|EUR|USD|GBP/giu;
// Decimal sign and group sign; who reads French types no group that is left after the blanks are gone.
const SIGNS: Record<string, [string, string]> = { en: [".", ","], nl: [",", "."], fr: [",", "\u202f"] };

/** What cannot stand there; `sentence` is the name of the sentence that says so. */
export class Unfit extends Error {
  readonly sentence: string;

  constructor(sentence: string) {
    super(sentence);
    this.sentence = sentence;
  }
}

/** What was typed, as it is stored; "" for nothing. Raises `Unfit`. */
export function normalise(of: Rules, typed: string, language: string): string {
  const text = cleaned(typed);
  if (!text) return "";
  if (of.type === "number") return number(of, text, language);
  if (of.type === "date") return date(text);
  if (of.type === "choice") return judged(of.options.some((one) => one.key === text), text, "choice");
  if (of.type === "yes_no") return judged(text === "yes" || text === "no", text, "yes_no");
  if (of.type !== "po_number" || !of.pattern) return judged([...text].length <= TEXT_CHARS, text, "long");
  const told = of.pattern.includes(" ") ? text : text.replaceAll(" ", "");
  return judged(fits(of.pattern, told), told, "pattern").toUpperCase();
}

/** A stored value as the reader would type it. */
export function asTyped(of: Rules, value: string, language: string): string {
  return of.type === "number" ? value.replace(".", signs(language)[0]) : value;
}

function judged(good: boolean, text: string, sentence: string): string {
  if (!good) throw new Unfit(sentence);
  return text;
}

function cleaned(typed: string): string {
  return typed
    .replace(/[\t\r\n]/g, " ")
    .replace(/[\p{Cc}\p{Cs}]/gu, "")
    .replace(BLANKS, " ")
    .replace(/^ | $/g, "");
}

function number(of: Rules, text: string, language: string): string {
  const bare = of.unit && text.endsWith(of.unit) ? text.slice(0, -of.unit.length).trim() : text;
  const plain = [...bare].length > NUMBER_CHARS ? undefined : read(bare.replace(DECORATION, ""), language);
  if (plain === undefined) throw new Unfit("number");
  const [, minus = "", whole = "", after = ""] = /^(-?)0*(\d*)\.?(\d*?)0*$/.exec(plain.includes(".") ? plain : `${plain}.`)!;
  if (after.length > DECIMALS) throw new Unfit("decimals");
  if (whole.length > WHOLE_DIGITS) throw new Unfit("large");
  const told = (whole || "0") + (after && `.${after}`);
  return told === "0" ? told : minus + told;
}

/** The figures with a point, or undefined for what is no number or could mean two (`paraph.lib.numerals`). */
function read(bare: string, language: string): string | undefined {
  const [point, group] = signs(language);
  const [p, g] = [point, group].map((one) => one.replace(".", "\\."));
  if (new RegExp(`^-?(\\d+|[1-9]\\d{0,2}(${g}\\d{3})+)(${p}\\d+)?$`).test(bare)) return bare.replaceAll(group, "").replace(point, ".");
  return /^-?(\d+[.,](\d{1,2}|\d{4,})|0[.,]\d+)$/.test(bare) ? bare.replace(",", ".") : undefined;
}

function date(text: string): string {
  const found = /^(?<day>\d{1,2})[./-](?<month>\d{1,2})[./-](?<year>\d{4})$/.exec(text) ?? /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/.exec(text);
  const [year, month, day] = ["year", "month", "day"].map((one) => Number(found?.groups?.[one])) as [number, number, number];
  const told = new Date(Date.UTC(year, month - 1, day));
  const good = found !== null && told.getUTCMonth() === month - 1 && told.getUTCDate() === day && year >= FIRST_YEAR && year <= LAST_YEAR;
  return judged(good, good ? told.toISOString().slice(0, 10) : "", "date");
}

function signs(language: string): [string, string] {
  return SIGNS[language] ?? SIGNS.en!;
}
