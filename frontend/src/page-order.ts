// <page-order>: cards [data-page="id"] are put in order by dragging a [data-handle] with mouse, pen or finger.
//
// The ids in their new order go into [data-order] of a form, which is sent. A drag that is broken off (Escape, a scroll)
// puts the card back. Buttons on the cards do the same without script and by keyboard.
import { isSame, placeAt } from "./order.ts";

const FAR_PX = 6; // a shaky click is no drag

interface Drag {
  card: HTMLElement;
  x: number;
  y: number;
  before: string[];
  next: Element | null;
  going: boolean;
}

class PageOrder extends HTMLElement {
  #drag: Drag | undefined;

  connectedCallback(): void {
    this.addEventListener("pointerdown", this.#down);
    this.addEventListener("pointermove", this.#move);
    this.addEventListener("pointerup", this.#up);
    this.addEventListener("pointercancel", this.#back);
    this.addEventListener("dragstart", (event) => event.preventDefault());
    document.addEventListener("keydown", this.#key);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#key);
  }

  get #cards(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-page]")];
  }

  get #order(): string[] {
    return this.#cards.map((card) => card.dataset.page ?? "");
  }

  #down = (event: PointerEvent): void => {
    const card = (event.target as Element).closest("[data-handle]")?.closest<HTMLElement>("[data-page]");
    if (!card || event.button !== 0 || !event.isPrimary) return;
    this.#drag = { card, x: event.clientX, y: event.clientY, before: this.#order, next: card.nextElementSibling, going: false };
  };

  #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.going && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR_PX) return;
    if (!drag.going) {
      drag.going = true;
      this.setPointerCapture(event.pointerId);
      drag.card.toggleAttribute("data-dragged", true);
    }
    const others = this.#cards.filter((card) => card !== drag.card);
    const at = placeAt(others.map((card) => card.getBoundingClientRect()), event.clientX, event.clientY);
    const next = others[at] ?? null;
    if (next !== drag.card.nextElementSibling) drag.card.parentElement?.insertBefore(drag.card, next);
  };

  #up = (): void => {
    const drag = this.#end();
    const field = this.querySelector<HTMLInputElement>("[data-order]");
    if (!drag?.going || !field || isSame(drag.before, this.#order)) return;
    field.value = this.#order.join(",");
    field.form?.requestSubmit();
  };

  #back = (): void => {
    const drag = this.#end();
    if (drag?.going) drag.card.parentElement?.insertBefore(drag.card, drag.next);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#back();
  };

  #end(): Drag | undefined {
    const drag = this.#drag;
    drag?.card.toggleAttribute("data-dragged", false);
    this.#drag = undefined;
    return drag;
  }
}

customElements.define("page-order", PageOrder);
