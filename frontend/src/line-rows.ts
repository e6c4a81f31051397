// <line-rows data-placeholder="__line__">: rows that can be added from the <template>, removed and moved (order form).
//
// Markup: [data-rows] holds elements [data-row]; buttons carry data-add, data-remove, data-up, data-down. An input
// [data-total] (a formset's TOTAL_FORMS) counts rows ever made. A row with a tick box [data-delete] is ticked and hidden
// when removed, any other is dropped; order is written into every [data-position]. Rows may hold <line-rows> themselves.
import { fill, moved } from "./numbering.ts";

class LineRows extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", this.#press);
    this.#renumber();
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.#press);
  }

  /** An element of this list, not of a list inside one of its rows. */
  #own<T extends HTMLElement>(selector: string): T | undefined {
    return [...this.querySelectorAll<T>(selector)].find((one) => one.closest("line-rows") === this);
  }

  get #rows(): HTMLElement[] {
    const rows = this.#own("[data-rows]")?.children ?? [];
    return [...rows].filter((row): row is HTMLElement => row instanceof HTMLElement && !row.hidden);
  }

  #press = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button");
    if (!button || button.closest("line-rows") !== this) return;
    const row = button.closest<HTMLElement>("[data-row]");
    const mine = row && this.contains(row) ? row : null;
    if ("add" in button.dataset) this.#add();
    else if (mine && "remove" in button.dataset) this.#remove(mine);
    else if (mine && "up" in button.dataset) this.#move(mine, -1, button);
    else if (mine && "down" in button.dataset) this.#move(mine, 1, button);
    else return;
    event.preventDefault(); // without script the same button asks the server for it
    this.#renumber();
  };

  #add(): void {
    const template = this.#own<HTMLTemplateElement>("template");
    const total = this.#own<HTMLInputElement>("[data-total]");
    if (!template || !total) return;
    const index = Number(total.value);
    total.value = String(index + 1);
    this.#own("[data-rows]")?.insertAdjacentHTML("beforeend", fill(template.innerHTML, this.dataset.placeholder ?? "__row__", index));
    this.#rows.at(-1)?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select")?.focus();
  }

  #remove(row: HTMLElement): void {
    const rows = this.#rows;
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    const deleted = row.querySelector<HTMLInputElement>("input[type=checkbox][data-delete]");
    if (deleted) {
      deleted.checked = row.hidden = true;
      // A browser checks hidden required fields, too, and could not show what is wrong.
      for (const field of row.querySelectorAll<HTMLInputElement>("[required]")) field.required = false;
    } else row.remove();
    (next?.querySelector<HTMLElement>("[data-remove]") ?? this.#own("[data-add]"))?.focus();
  }

  #move(row: HTMLElement, by: number, button: HTMLButtonElement): void {
    const rows = this.#rows;
    const from = rows.indexOf(row);
    const order = moved(rows.length, from, from + by);
    row.parentElement?.append(...order.map((at) => rows[at]!));
    button.focus();
  }

  #renumber(): void {
    this.#rows.forEach((row, at) => {
      const position = [...row.querySelectorAll<HTMLInputElement>("[data-position]")].find((one) => one.closest("[data-row]") === row);
      if (position) position.value = String(at + 1);
      const shown = [...row.querySelectorAll("[data-number]")].find((one) => one.closest("[data-row]") === row);
      if (shown) shown.textContent = String(at + 1);
    });
  }
}

customElements.define("line-rows", LineRows);
