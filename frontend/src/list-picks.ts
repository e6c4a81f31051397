// <list-picks data-parts="address" data-labour="address" data-currency="EUR" data-filled="Filled in:"> around rows of fields.
//
// Fields [data-pick=KIND] share its <datalist>, which is asked for at the address data-KIND while somebody types. An answer holds
// {found: [{value, label, fields: {name: text}}]}; what is picked fills in the fields of the same row, by the end of their names.
interface Offer {
  value: string;
  label: string;
  fields: Record<string, string>;
}

const PAUSE = 150; // ms after the last key: fewer questions, and still while one looks up

class ListPicks extends HTMLElement {
  #found: Offer[] = [];
  #timer = 0;
  #asking: AbortController | null = null;

  connectedCallback(): void {
    this.addEventListener("focusin", this.#enter);
    this.addEventListener("input", this.#type);
    this.addEventListener("change", this.#leave);
  }

  #field(event: Event): HTMLInputElement | null {
    const field = event.target;
    return field instanceof HTMLInputElement && field.dataset.pick ? field : null;
  }

  #enter = (event: Event): void => {
    const field = this.#field(event);
    if (!field) return;
    this.#offer([]);
    void this.#ask(field);
  };

  #type = (event: Event): void => {
    const field = this.#field(event);
    if (!field) return;
    // Browsers tell a pick from typing by the kind of the event; typing a number may only pass by another one.
    const picked = !(event instanceof InputEvent) || event.inputType === "insertReplacementText";
    const pick = picked ? this.#found.find((one) => one.value === field.value) : undefined;
    clearTimeout(this.#timer);
    if (pick) this.#fill(field, pick);
    else this.#timer = window.setTimeout(() => void this.#ask(field), PAUSE);
  };

  /** Whoever typed a number to its end gets the rest, where nothing stands there yet. */
  #leave = (event: Event): void => {
    const field = this.#field(event);
    const pick = field && this.#found.find((one) => one.value === field.value);
    if (field && pick) this.#fill(field, pick, true);
  };

  async #ask(field: HTMLInputElement): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const asked = new URLSearchParams({ q: field.value });
    if (this.dataset.currency) asked.set("currency", this.dataset.currency);
    try {
      const answer = await fetch(`${this.dataset[field.dataset.pick ?? ""] ?? ""}?${asked}`, { signal: asking.signal });
      if (!answer.ok) return;
      const { found } = (await answer.json()) as { found: Offer[] };
      if (document.activeElement === field) this.#offer(found);
    } catch {
      // Off line, or asked again meanwhile: everything can still be typed.
    }
  }

  #offer(found: Offer[]): void {
    this.#found = found;
    this.querySelector("datalist")?.replaceChildren(
      ...found.map((one) => Object.assign(document.createElement("option"), { value: one.value, label: `${one.value} · ${one.label}` })),
    );
  }

  #fill(field: HTMLInputElement, pick: Offer, gently = false): void {
    const row = field.closest("[data-row]");
    const prefix = field.name.slice(0, field.name.lastIndexOf("-") + 1);
    let filled = false;
    for (const [name, text] of Object.entries(pick.fields)) {
      const other = row?.querySelector<HTMLInputElement>(`[name="${prefix}${name}"]`);
      // A field that names the pick itself is put right in any case.
      if (!other || other.value === text || (gently && other.value && other.value !== pick.value)) continue;
      other.value = text;
      filled = true;
    }
    const told = this.querySelector("[role=status]");
    if (told && filled) told.textContent = `${this.dataset.filled ?? ""} ${pick.label}`;
  }
}

customElements.define("list-picks", ListPicks);
