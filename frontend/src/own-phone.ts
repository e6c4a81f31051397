// <own-phone data-ask data-made data-proof>: the customer's phone confirms by fingerprint or face what they are about to sign.
// Hidden without script, and where the browser has no way to ask; the server judges everything.
import { type Options, ask, plain } from "./webauthn.ts";

interface Wanted {
  create?: { publicKey: Options };
  get?: { publicKey: Options };
}

class OwnPhone extends HTMLElement {
  #busy = false;

  connectedCallback(): void {
    this.querySelector("[data-begin]")?.addEventListener("click", () => void this.#confirm(false));
    this.querySelector("[data-fresh]")?.addEventListener("click", () => void this.#confirm(true));
    void this.#offer();
  }

  async #offer(): Promise<void> {
    const able = window.PublicKeyCredential && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false));
    this.hidden = !able;
    const told = this.nextElementSibling;
    if (able && told instanceof HTMLElement && "cannot" in told.dataset) told.hidden = true;
  }

  async #confirm(fresh: boolean): Promise<void> {
    if (this.#busy) return;
    this.#show(true, false, false);
    try {
      let wanted = await this.#post("ask", { fresh: fresh ? "1" : "" });
      if (wanted.create) wanted = await this.#post("made", { credential: plain(await ask("create", wanted.create.publicKey)) });
      if (!wanted.get) throw new Error("nothing to sign");
      await this.#post("proof", { credential: plain(await ask("get", wanted.get.publicKey)) });
      this.#show(false, true, false);
    } catch {
      // Refused, timed out, no key here, no line: they may try again, or go another way.
      this.#show(false, false, true);
    }
  }

  async #post(step: string, fields: Record<string, string>): Promise<Wanted> {
    const body = new FormData();
    const token = this.closest("form")?.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
    for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, ...fields })) body.set(name, value);
    const response = await fetch(this.dataset[step] ?? "", { method: "POST", body });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()) as Wanted;
  }

  #show(busy: boolean, done: boolean, lost: boolean): void {
    this.#busy = busy;
    this.setAttribute("aria-busy", String(busy));
    const hide = (name: string, hidden: boolean) => this.querySelector(`[data-${name}]`)?.toggleAttribute("hidden", hidden);
    hide("done", !done);
    hide("lost", !lost);
    hide("begin", done);
    hide("fresh", done || !lost);
  }
}

customElements.define("own-phone", OwnPhone);
