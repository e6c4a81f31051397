// Typed text, kept in this tab until the server has it. Never passwords, codes, hidden fields or drawings.

export interface Field {
  name: string;
  type: string;
  value: string;
  autocomplete?: string;
  checked?: boolean;
  defaultValue?: string;
}
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = "draft:";
const TEXT = new Set(["text", "textarea", "email", "tel", "number", "search", "url", "date"]);

/** Keep what was typed; an untouched form leaves no draft. */
export function keep(store: Store, key: string, fields: Iterable<Field>): void {
  const typed = [...fields].filter((field) => isText(field) && field.value !== (field.defaultValue ?? ""));
  if (typed.length === 0) return drop(store, key);
  try {
    store.setItem(PREFIX + key, JSON.stringify(Object.fromEntries(typed.map((field) => [field.name, field.value]))));
  } catch {
    // A full or forbidden store costs the draft, never the form.
  }
}

/** Put the draft back into fields that say what the server sent; returns whether anything came back. */
export function restore(store: Store, key: string, fields: Iterable<Field>): boolean {
  const draft = load(store, key);
  let found = false;
  for (const field of fields) {
    const value = draft[field.name];
    if (!isText(field) || typeof value !== "string" || field.value !== (field.defaultValue ?? "")) continue;
    if (value === field.value) continue;
    field.value = value;
    found = true;
  }
  return found;
}

export function drop(store: Store, key: string): void {
  store.removeItem(PREFIX + key);
}

function load(store: Store, key: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(store.getItem(PREFIX + key) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isText(field: Field): boolean {
  return field.name !== "" && TEXT.has(field.type) && field.autocomplete !== "one-time-code";
}
