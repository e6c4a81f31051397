// <passkey-form data-options="…" data-kind="get|create">: its button asks the browser for a passkey, then sends the form.
// data-name: where a name is typed that goes along. WebAuthn level 2; the server checks everything.
import { type Options, ask, plain } from "./webauthn.ts";

class PasskeyForm extends HTMLElement {
  connectedCallback(): void {
    // A browser that cannot is not asked.
    if (!window.PublicKeyCredential) this.hidden = true;
    this.querySelector("form")?.addEventListener("submit", this.#submit);
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.getAttribute("aria-busy") === "true") return;
    void this.#ask(event.currentTarget as HTMLFormElement);
  };

  async #ask(form: HTMLFormElement): Promise<void> {
    this.#show(true, false);
    try {
      this.#bringName(form);
      const credential = await ask(this.dataset.kind === "create" ? "create" : "get", await this.#options(form));
      form.querySelector<HTMLInputElement>("[name=credential]")!.value = plain(credential);
      form.submit();
    } catch {
      // Refused, timed out, no key, no line: the reader may try again or go another way.
      this.#show(false, true);
    }
  }

  async #options(form: HTMLFormElement): Promise<Options> {
    const response = await fetch(this.dataset.options ?? "", { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(String(response.status));
    return ((await response.json()) as { publicKey: Options }).publicKey;
  }

  /** The name stands in another form of the page. */
  #bringName(form: HTMLFormElement): void {
    const typed = this.dataset.name ? document.querySelector<HTMLInputElement>(this.dataset.name) : null;
    const field = form.querySelector<HTMLInputElement>("[name=name]");
    if (typed && field) field.value = typed.value;
  }

  #show(busy: boolean, lost: boolean): void {
    this.setAttribute("aria-busy", String(busy));
    const told = this.querySelector<HTMLElement>("[data-lost]");
    if (told) told.hidden = !lost;
  }
}

customElements.define("passkey-form", PasskeyForm);
