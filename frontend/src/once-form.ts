// <once-form data-key="…"> around a form: one submit at a time, progress, drafts, and a sentence when the line is lost.
import { type Field, drop, keep, restore } from "./drafts.ts";

const CHANGE_FIELDS = "input, textarea";

class OnceForm extends HTMLElement {
  #sending = false;

  connectedCallback(): void {
    const failed = this.querySelector("[aria-invalid], .errors") !== null;
    if (!failed) restore(sessionStorage, this.#key, this.#fields);
    this.addEventListener("input", this.#keep);
    this.addEventListener("submit", this.#submit);
    this.addEventListener("htmx:after:request", this.#answered);
    this.addEventListener("htmx:error", this.#lost);
    window.addEventListener("pageshow", this.#again);
  }

  disconnectedCallback(): void {
    window.removeEventListener("pageshow", this.#again);
  }

  get #key(): string {
    return `${location.pathname}#${this.dataset.key ?? ""}`;
  }

  get #fields(): Field[] {
    return [...this.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(CHANGE_FIELDS)];
  }

  #keep = (): void => keep(sessionStorage, this.#key, this.#fields);

  /** Let the first submit through; the browser's own validation has passed by now. */
  #submit = (event: Event): void => {
    if (this.#sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    this.#show(true);
    // A form the browser sends by itself leaves the page, so what it held was received unless the page comes back.
    if (!this.querySelector("form[hx-boost], form[hx-post], [hx-post]")) drop(sessionStorage, this.#key);
  };

  #answered = (event: Event): void => {
    const status = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail.ctx?.response?.status ?? 0;
    if (status >= 200 && status < 400) drop(sessionStorage, this.#key);
    this.#show(false);
  };

  #lost = (event: Event): void => {
    this.#show(false);
    const ctx = (event as CustomEvent<{ ctx?: { response?: unknown } }>).detail.ctx;
    const told = this.querySelector<HTMLElement>("[data-lost]");
    if (told && !ctx?.response) told.hidden = false;
  };

  /** Back from the next page, or from the browser's cache: the form may be sent again. */
  #again = (): void => this.#show(false);

  #show(sending: boolean): void {
    this.#sending = sending;
    this.setAttribute("aria-busy", String(sending));
    const told = this.querySelector<HTMLElement>("[data-lost]");
    if (told && sending) told.hidden = true;
  }
}

customElements.define("once-form", OnceForm);
