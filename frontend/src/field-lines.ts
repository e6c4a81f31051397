// The lines of a report while the technician writes them: what they start from, and what must be right before anybody signs.
import { plain, read } from "./decimals.ts";
import type { Draft, KnownLine, Line, Order, Part } from "./field-types.ts";

const MAX_HOURS = 9999;

/** A report that says what the order says: of each line what was reported before, if anything was. */
export function blank(order: Order): Draft {
  return { lines: order.lines.filter((one) => !isFixed(one)).map(plainLine), remark: "", photos: [], checklist: [] };
}

/** The draft on top of what the order says now: lines that came are there, lines that went are not. */
export function renewed(draft: Draft, order: Order): Draft {
  const written = new Map(draft.lines.map((one) => [one.item, one]));
  const known = blank(order).lines.map((one) => ({ ...one, ...written.get(one.item), number: one.number, finding: one.finding }));
  let number = nextNumber(order, known);
  const found = draft.lines.filter((one) => one.new).map((one) => ({ ...one, number: number++ }));
  const points = new Set(order.checklist.map((one) => one.key));
  return { ...draft, lines: [...known, ...found], checklist: draft.checklist.filter((one) => points.has(one)) };
}

export function added(order: Order, draft: Draft): Draft {
  const line: Line = { item: crypto.randomUUID(), new: true, number: nextNumber(order, draft.lines), finding: "", action: "", labour_code: "", hours: "", parts: [] };
  return { ...draft, lines: [...draft.lines, line] };
}

/**
 * All lines as they go out: numbers as the server writes them, texts without blanks around them; lines that are not
 * reported on stand there as they are. Raises `Wrong` for what cannot.
 */
export function clean(draft: Draft, order: Order): Line[] {
  const planned = new Map(order.lines.map((one) => [one.item, one.planned]));
  const told = draft.lines.map((one) => {
    if (one.new && !one.finding.trim()) throw new Wrong("finding-wrong", one.number);
    const finding = one.new ? one.finding.trim() : one.finding;
    return { ...one, finding, action: one.action.trim(), labour_code: one.labour_code.trim(), hours: cleanHours(one, planned.get(one.item) ?? "0"), parts: one.parts.map((part) => cleanPart(part, one.number)) };
  });
  return [...order.lines.filter(isFixed).map(plainLine), ...told].sort((one, other) => one.number - other.number);
}

/** No hours are no answer for a line that takes labour; 0 is one. */
function cleanHours(line: Line, planned: string): string {
  if (line.hours.trim() === "" && planned === "0") return "";
  const hours = read(line.hours, 2);
  if (!hours || hours.digits > BigInt(MAX_HOURS) * 10n ** BigInt(hours.scale)) throw new Wrong("hours-wrong", line.number);
  return plain(hours);
}

function cleanPart(part: Part, line: number): Part {
  const quantity = read(part.quantity, 3);
  if (!part.name.trim() || !quantity || quantity.digits === 0n) throw new Wrong("part-wrong", line);
  return { ...part, name: part.name.trim(), number: part.number.trim(), quantity: plain(quantity) };
}

function isFixed(line: KnownLine): boolean {
  return line.left || line.settled;
}

function plainLine({ item, number, finding, action, labour_code, hours, parts }: KnownLine): Line {
  return { item, new: false, number, finding, action, labour_code, hours, parts };
}

/** What is wrong with a line, by the name of the sentence that says so. */
export class Wrong extends Error {
  readonly sentence: string;
  readonly line: number;

  constructor(sentence: string, line: number) {
    super(`${sentence} ${line}`);
    this.sentence = sentence;
    this.line = line;
  }
}

function nextNumber(order: Order, lines: readonly { number: number }[]): number {
  return Math.max(order.next_number, ...lines.map((one) => one.number + 1));
}
