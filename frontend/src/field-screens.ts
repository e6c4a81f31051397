// The texts of the app stand in the page, in every language, as <template data-language> around <template data-screen>.
// A screen is a copy of one, filled: `{name}` in its own texts, [data-show] by truth, [data-each] by copies of a part.

export type Value = string | number | boolean;
export type Values = Readonly<Record<string, Value>>;

/** A fresh copy of a screen or part in a language; a missing one is a mistake of ours and is told at once. */
export function screen(name: string, language: string, values: Values = {}): HTMLElement {
  const all = document.querySelector<HTMLTemplateElement>(`template[data-language="${language}"]`) ?? document.querySelector<HTMLTemplateElement>("template[data-language]");
  const found = all?.content.querySelector<HTMLTemplateElement>(`template[data-screen="${name}"]`)?.content.firstElementChild;
  if (!found) throw new Error(`no screen ${name}`);
  return fill(document.importNode(found, true) as HTMLElement, values);
}

/** One of the single sentences of a language, with its `{names}` filled. */
export function say(name: string, language: string, values: Values = {}): string {
  return screen(`say-${name}`, language, values).textContent?.trim() ?? "";
}

/** Fill what the template left open. What people typed goes in as text, once: a `{name}` inside it stays as it is. */
export function fill<E extends HTMLElement>(root: E, values: Values): E {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeValue ?? "";
    if (text.includes("{")) node.nodeValue = replaced(text, values);
  }
  for (const one of [root, ...root.querySelectorAll<HTMLElement>("*")]) {
    for (const { name, value } of [...one.attributes]) if (value.includes("{")) one.setAttribute(name, replaced(value, values));
    const { show, value } = one.dataset;
    if (show !== undefined) one.hidden = show.startsWith("!") ? Boolean(values[show.slice(1)]) : !values[show];
    if (value !== undefined && one.dataset.value! in values) (one as HTMLInputElement).value = String(values[value]);
  }
  return root;
}

/** The place inside a screen that is called so. */
export function part<E extends Element = HTMLElement>(root: ParentNode, name: string): E {
  const found = root.querySelector<E>(`[data-part="${name}"]`);
  if (!found) throw new Error(`no part ${name}`);
  return found;
}

/** Show a problem under a screen's [data-part=problem], or take it away. */
export function problem(root: ParentNode, text: string): void {
  const place = part(root, "problem");
  place.textContent = text;
  place.hidden = text === "";
}

/** Do something once when it is pressed; a second press while it runs does nothing. */
export function press(root: ParentNode, name: string, act: (event: Event) => unknown): void {
  for (const button of root.querySelectorAll<HTMLElement>(`[data-do="${name}"]`))
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-busy") === "true") return;
      button.setAttribute("aria-busy", "true");
      void Promise.resolve(act(event)).finally(() => button.removeAttribute("aria-busy"));
    });
}

function replaced(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
