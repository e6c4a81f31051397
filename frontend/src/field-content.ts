// What the customer is shown and signs: the server's own view of the report, with what was done and decided put into it.
// The server makes the same value from the same report and compares digests; prices are there only if the view has them.
import type { Json } from "./canonical.ts";
import { compare, type Decimal, percentage, plain, read, times } from "./decimals.ts";
import type { Property } from "./field-detail-rules.ts";
import type { Draft, KnownLine, Line, Order } from "./field-types.ts";

export interface Item {
  id: string;
  number: number;
  finding: string;
  action: string;
  labour: { code: string; hours: string | null; rate?: number; total?: number };
  parts: { name: string; number: string; quantity: string; price?: number; total?: number }[];
  tax_rate?: string;
  total?: number;
  decision: string;
  authorised: boolean;
  notes: { by: string; at: string; text: string }[];
}
export interface Content {
  shop: { name: string; address: string };
  order: { number: string; title: string; object: string; currency: string; remarks: string; customer: { name: string }; site: { name: string; address: string } | null; properties?: Property[] };
  items: Item[];
  photos?: Shot[];
  checklist?: { key: string; texts: Record<string, string> }[];
  sums?: Record<"all" | "approved" | "authorised", Sums>;
}
export interface Shot {
  digest: string;
  item: string | null;
  caption: string;
}
export interface Sums {
  net: number;
  taxes: { rate: string; net: number; tax: number }[];
  gross: number;
}
/** What the organisation's lists say: the rate of a labour code, and the tax of a line that was found on site. */
export interface Prices {
  rate(code: string): number | undefined;
  tax: string;
}

const HOURS = 2;
const QUANTITY = 3;
const NO_CODE = "\0"; // that of no line, so that a line found on site asks the list

/** The report with what was done; `order.content` is what the server shows without it. Lines are checked before. */
export function report(order: Order, lines: readonly Line[], draft: Pick<Draft, "photos" | "checklist">, prices: Prices): Content {
  const base = order.content as unknown as Content;
  const priced = base.sums !== undefined;
  const known = new Map(order.lines.map((one) => [one.item, one]));
  const told = new Map(lines.map((one) => [one.item, one]));
  const items = base.items.map((one) => (told.has(one.id) && !one.authorised ? written(one, told.get(one.id)!, known.get(one.id)!, prices, priced) : one));
  const added = lines.filter((one) => one.new).map((one) => fresh(one, prices, priced));
  return withSums({ ...base, ...beside(base, order, draft), items: [...items, ...added].sort((one, other) => one.number - other.number) });
}

/** What stands beside the lines, only where there is any: photos, the oldest first, and the points that were confirmed. */
function beside(base: Content, order: Order, draft: Pick<Draft, "photos" | "checklist">): Partial<Content> {
  const before = base.photos ?? [];
  const known = new Set(before.map((one) => one.digest));
  const photos = [...before, ...draft.photos.filter((one) => !known.has(one.digest)).map(({ digest, item, caption }) => ({ digest, item, caption: caption.trim() }))];
  const confirmed = order.checklist.filter((one) => draft.checklist.includes(one.key)).map(({ key, told }) => ({ key, texts: told }));
  return { ...(photos.length > 0 && { photos }), ...(confirmed.length > 0 && { checklist: confirmed }) };
}

/** The same with what the customer said of each line. */
export function decided(content: Content, decisions: Readonly<Record<string, string>>): Content {
  return withSums({ ...content, items: content.items.map((one) => (one.authorised ? one : { ...one, decision: decisions[one.id] ?? "pending" })) });
}

export function asJson(content: Content): Json {
  return content as unknown as Json;
}

export function sums(items: readonly Item[]): Sums {
  const nets = new Map<string, { rate: Decimal; net: number }>();
  for (const one of items) {
    const rate = read(one.tax_rate ?? "0", 2) ?? { digits: 0n, scale: 0 };
    const before = nets.get(plain(rate));
    nets.set(plain(rate), { rate, net: (before?.net ?? 0) + (one.total ?? 0) });
  }
  const taxes = [...nets].sort(([, one], [, other]) => compare(one.rate, other.rate)).map(([name, { rate, net }]) => ({ rate: name, net, tax: percentage(rate, net) }));
  const net = taxes.reduce((all, one) => all + one.net, 0);
  return { net, taxes, gross: net + taxes.reduce((all, one) => all + one.tax, 0) };
}

function withSums(content: Content): Content {
  if (!content.sums) return content;
  const { items } = content;
  const approved = items.filter((one) => one.decision === "approved" && !one.authorised);
  return { ...content, sums: { all: sums(items), approved: sums(approved), authorised: sums(items.filter((one) => one.authorised)) } };
}

type Known = Pick<KnownLine, "labour_code" | "rate">;

function written(item: Item, line: Line, known: Known, prices: Prices, priced: boolean): Item {
  const hours = line.hours === "" ? null : plain(read(line.hours, HOURS)!);
  const labour = { ...item.labour, code: line.labour_code, hours };
  const parts = line.parts.map((one) => {
    const quantity = read(one.quantity, QUANTITY)!;
    const part = { name: one.name, number: one.number, quantity: plain(quantity) };
    return priced ? { ...part, price: one.unit_price, total: times(quantity, one.unit_price) } : part;
  });
  const told = { ...item, action: line.action, labour, parts };
  if (!priced) return told;
  // Another code brings its own rate, if the list has one (as `capture.working` writes it).
  const rate = line.labour_code === known.labour_code ? known.rate : (prices.rate(line.labour_code) ?? known.rate);
  const worth = hours === null ? 0 : times(read(hours, HOURS)!, rate);
  const total = worth + parts.reduce((all, one) => all + ((one as { total?: number }).total ?? 0), 0);
  return { ...told, labour: { ...labour, rate, total: worth }, total };
}

function fresh(line: Line, prices: Prices, priced: boolean): Item {
  const bare: Item = { id: line.item, number: line.number, finding: line.finding, action: line.action, labour: { code: line.labour_code, hours: null }, parts: [], decision: "pending", authorised: false, notes: [] };
  const known = { labour_code: NO_CODE, rate: 0 };
  return written(priced ? { ...bare, tax_rate: prices.tax } : bare, line, known, prices, priced);
}
