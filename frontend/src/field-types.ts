// What the server tells the app (paraph/web/field/work.py) and what the app keeps of a report that is being written.
import type { Json } from "./canonical.ts";
import type { Detail } from "./field-detail-rules.ts";
import type { ServerKey } from "./field-envelope.ts";

export type Named = { id: string; name: string };
export interface Contact extends Named {
  title: string;
  language: string;
  asked: boolean;
  pin: boolean;
  mail: boolean;
}
export interface Area {
  latitude: number | null;
  longitude: number | null;
  radius_m: number | null;
  polygon: [number, number][];
}
export interface Part {
  name: string;
  number: string;
  quantity: string;
  unit_price: number;
}
export interface Line {
  item: string;
  new: boolean;
  number: number;
  finding: string;
  action: string;
  labour_code: string;
  hours: string;
  parts: Part[];
}
/**
 * A line as the server knows it; `rate` in minor units an hour, `tax` in per cent, `planned` in hours. `left`: the
 * customer did not want it; `settled`: accepted already. Neither is reported on.
 */
export interface KnownLine extends Omit<Line, "new"> {
  rate: number;
  tax: string;
  planned: string;
  left: boolean;
  settled: boolean;
}
export type Check = "pin" | "code" | "own_phone";
export interface Policy {
  identity: Check[];
  place: "require" | "warn" | "record";
  prices: boolean;
}
/** The sentence to agree to, what one may do instead, and the digest of both. */
export interface Consent {
  sentence: string;
  alternative: string;
  digest: string;
}
export interface Order {
  id: string;
  number: string;
  title: string;
  object: string;
  status: { word: string; tone: string };
  revision: number;
  customer: string;
  site: { name: string; address: string; area: Area } | null;
  notes: string;
  /** The number that a line found on site gets. */
  next_number: number;
  contacts: Contact[];
  /** What the customer confirms before they sign; `places`: the order in which properties stand (S0-27). */
  details: Detail[];
  places: string[];
  lines: KnownLine[];
  policy: Policy;
  checklist: { key: string; texts: Record<string, string>; told: Record<string, string> }[];
  consents: Record<string, Consent>;
  /** What the report would show now; the phone changes in it what was done and decided. */
  content: { [name: string]: Json };
}
export interface Capture {
  id: string;
  state: string;
  reasons: string[];
}
/** What holds for all orders. */
export interface Common {
  now: string;
  member: Named & { language: string; passkey: boolean };
  shop: { name: string; zone: string; tax: string };
  key: ServerKey | null;
  parts: { number: string; name: string; price: number }[];
  labour: { code: string; name: string; rate: number }[];
  captures: Capture[];
}
export interface Work extends Common {
  device: "enrolled" | "revoked" | "unknown";
  orders: string[];
}
export interface PhotoNote {
  key: string;
  digest: string;
  item: string | null;
  caption: string;
  taken_at: string;
}
export interface Draft {
  lines: Line[];
  remark: string;
  photos: PhotoNote[];
  checklist: string[];
}
/** When the server's time was last seen, and what this phone's clock said then (F12). */
export interface Seen {
  server: string;
  device: string;
}
