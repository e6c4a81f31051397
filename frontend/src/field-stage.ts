// The one place where screens stand. Who comes to a screen starts at its heading, with the eyes and with a screen reader.
const TOLD_MS = 6000;

/** Show a screen alone; what was there before is gone from the page, not hidden in it. */
export function show(screen: HTMLElement, language: string): void {
  const main = document.querySelector("#main")!;
  document.documentElement.lang = language;
  main.replaceChildren(screen);
  const heading = screen.querySelector<HTMLElement>("h1");
  document.title = heading ? `${heading.textContent?.trim()} · Paraph` : "Paraph";
  scrollTo(0, 0);
  heading?.focus({ preventScroll: true });
}

/** Show the same screen with newer content: where the reader is stays. */
export function renew(screen: HTMLElement): void {
  const main = document.querySelector("#main")!;
  const active = document.activeElement;
  const mark = (one: Element) => one.getAttribute("href") ?? one.getAttribute("data-do") ?? one.tagName;
  const held = active && main.contains(active) ? mark(active) : "";
  main.replaceChildren(screen);
  const same = held ? [...screen.querySelectorAll<HTMLElement>("a, button, h1")].find((one) => mark(one) === held) : undefined;
  same?.focus({ preventScroll: true });
}

/** Say something in passing. */
export function toast(text: string, tone: "good" | "warn" | "bad" = "good"): void {
  const place = document.querySelector("#toasts")!;
  const told = Object.assign(document.createElement("p"), { className: `toast ${tone}`, textContent: text });
  place.replaceChildren(told);
  setTimeout(() => told.remove(), TOLD_MS);
}

/** Amounts, hours and times as people read them; the same conventions as `paraph.lib.figures`. */
const LOCALES: Record<string, string> = { en: "en-GB", nl: "nl-NL", fr: "fr-FR" };

export function money(minor: number, currency: string, language: string): string {
  const format = new Intl.NumberFormat(LOCALES[language] ?? "en-GB", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return spaced(format.format(minor / 10 ** digits));
}

export function quantity(text: string, language: string): string {
  return spaced(new Intl.NumberFormat(LOCALES[language] ?? "en-GB", { maximumFractionDigits: 3 }).format(Number(text)));
}

export function hours(text: string, language: string): string {
  return `${quantity(text, language)}\u00a0h`;
}

export function percent(text: string, language: string): string {
  return spaced(new Intl.NumberFormat(LOCALES[language] ?? "en-GB", { style: "percent", maximumFractionDigits: 2 }).format(Number(text) / 100));
}

export function time(iso: string, language: string): string {
  return new Date(iso).toLocaleString(LOCALES[language] ?? "en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** A day, `2026-11-28`, which is the same one everywhere. */
export function day(iso: string, language: string): string {
  return new Date(iso).toLocaleDateString(LOCALES[language] ?? "en-GB", { dateStyle: "medium", timeZone: "UTC" });
}

export function clockTime(language: string): string {
  return new Date().toLocaleTimeString(LOCALES[language] ?? "en-GB", { timeStyle: "medium" });
}

/** A line never breaks between an amount and its sign; the narrow space has no glyph in every font. */
function spaced(text: string): string {
  return text.replaceAll("\u202f", "\u00a0");
}
