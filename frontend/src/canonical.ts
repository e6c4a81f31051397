// One way to write a value as bytes, the same as `paraph.lib.canonical` (RFC 8785): a digest means the same everywhere.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Canonical JSON. ECMAScript writes numbers and strings as RFC 8785 asks; names stand in the order of their UTF-16 units. */
export function write(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw new RangeError("no exact JSON number");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new RangeError("half of a surrogate pair");
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(write).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${write(name)}:${write(value[name]!)}`).join(",")}}`;
}

export function bytes(value: Json): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(write(value));
}

/** `sha256:<hex>` of bytes, or of the canonical JSON of any other value. */
export async function digest(value: Json | Uint8Array<ArrayBuffer>): Promise<string> {
  const octets = value instanceof Uint8Array ? value : bytes(value);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return "sha256:" + Array.from(hash, (one) => one.toString(16).padStart(2, "0")).join("");
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
