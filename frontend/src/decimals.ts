// Decimals as text and money in minor units, exactly: whole numbers only, rounded half up as `paraph.work.estimate` does.

export interface Decimal {
  digits: bigint;
  scale: number;
}

/** Read `2.5`, also as people write it (`2,5`); undefined for what is no such number or has more decimals than allowed. */
export function read(text: string, decimals: number): Decimal | undefined {
  const found = /^(\d{1,6})(?:[.,](\d*))?$/.exec(text.trim());
  const after = (found?.[2] ?? "").replace(/0+$/, "");
  if (!found || after.length > decimals) return undefined;
  return { digits: BigInt(found[1]! + after), scale: after.length };
}

/** A decimal without trailing zeros, never in exponent form: `2.5`, `10`; as `orders.plain`. */
export function plain({ digits, scale }: Decimal): string {
  const text = digits.toString().padStart(scale + 1, "0");
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`.replace(/\.?0+$/, "");
}

/** A decimal times an amount of minor units, rounded half up. */
export function times({ digits, scale }: Decimal, amount: number): number {
  return halfUp(digits * BigInt(amount), 10n ** BigInt(scale));
}

/** So many per cent of an amount, rounded half up. */
export function percentage(rate: Decimal, amount: number): number {
  return times({ digits: rate.digits, scale: rate.scale + 2 }, amount);
}

export function sum(values: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...values.map((one) => one.scale));
  return { digits: values.reduce((all, one) => all + one.digits * 10n ** BigInt(scale - one.scale), 0n), scale };
}

export function compare(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale);
  const apart = one.digits * 10n ** BigInt(scale - one.scale) - other.digits * 10n ** BigInt(scale - other.scale);
  return apart < 0n ? -1 : apart > 0n ? 1 : 0;
}

function halfUp(above: bigint, below: bigint): number {
  return Number((2n * above + below) / (2n * below));
}
