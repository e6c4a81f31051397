// Names of fields in repeated rows: Django formsets number them `lines-0-finding`, nested ones `lines-0-parts-1-name`.

/** Put a number in the place of the placeholder of one level, e.g. `__line__`. */
export function fill(text: string, placeholder: string, index: number): string {
  return text.split(placeholder).join(String(index));
}

/** The numbers of `count` rows after the row at `from` was moved to `to`; both are clamped. */
export function moved(count: number, from: number, to: number): number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  if (from < 0 || from >= count) return order;
  const [taken] = order.splice(from, 1);
  order.splice(Math.min(Math.max(to, 0), count - 1), 0, taken!);
  return order;
}
