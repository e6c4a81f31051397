// What the customer confirmed, in what they are shown and sign: the same as the server makes of it (`paraph.signoff.confirmed`).
import type { Json } from "./canonical.ts";
import { type Content, decided } from "./field-content.ts";
import type { Detail, Property } from "./field-detail-rules.ts";

/** Values by property id, as they are stored; "" for nothing. */
export type Confirmed = Readonly<Record<string, string>>;

/** The content with what was confirmed laid over it; properties stand in the order of `places`, those without a value nowhere. */
export function detailed(content: Content, details: readonly Detail[], places: readonly string[], confirmed: Confirmed | null): Content {
  if (!confirmed) return content;
  const found = new Map((content.order.properties ?? []).map((one) => [one.property, one]));
  for (const one of details) {
    const value = confirmed[one.property];
    if (value === undefined) continue;
    if (value === "") found.delete(one.property);
    else found.set(one.property, tell(one, value));
  }
  const place = (one: Property) => places.indexOf(one.property);
  const { properties: _before, ...order } = content.order;
  const all = [...found.values()].sort((one, other) => place(one) - place(other));
  return { ...content, order: all.length > 0 ? { ...order, properties: all } : order };
}

/** What the customer sees and signs: what was done, with all they said of it. */
export function shown(hand: { content: Content; confirmed: Confirmed | null; decisions: Readonly<Record<string, string>> }, order: { details: readonly Detail[]; places: readonly string[] }): Content {
  return decided(detailed(hand.content, order.details, order.places, hand.confirmed), hand.decisions);
}

/** As it goes into an envelope: with the value that the customer was shown. */
export function asConfirmed(details: readonly Detail[], confirmed: Confirmed | null): Json {
  return details.flatMap(({ property, value }) => (confirmed && property in confirmed ? [{ property, before: value, value: confirmed[property]! }] : []));
}

function tell(of: Detail, value: string): Property {
  const labels = of.options.find((one) => one.key === value)?.labels;
  return { ...of.told, value, ...(of.type === "choice" && { labels: labels ?? { "": value } }) };
}
