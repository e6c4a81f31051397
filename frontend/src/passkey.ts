// <passkey-form data-options="…" data-kind="get|create">: its button asks the browser for a passkey, then sends the form.
// data-name: where a name is typed that goes along. WebAuthn level 2; the server checks everything.
import { toBytes, toText } from "./bytes.ts";

interface Told {
  publicKey: Record<string, unknown> & {
    challenge: string;
    user?: { id: string };
    allowCredentials?: { id: string }[];
    excludeCredentials?: { id: string }[];
  };
}

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
      const credential = await this.#credential(await this.#options(form));
      form.querySelector<HTMLInputElement>("[name=credential]")!.value = JSON.stringify(plain(credential));
      form.submit();
    } catch {
      // Refused, timed out, no key, no line: the reader may try again or go another way.
      this.#show(false, true);
    }
  }

  async #options(form: HTMLFormElement): Promise<Told["publicKey"]> {
    const response = await fetch(this.dataset.options ?? "", { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(String(response.status));
    return ((await response.json()) as Told).publicKey;
  }

  async #credential(told: Told["publicKey"]): Promise<PublicKeyCredential> {
    const ids = (list: { id: string }[] = []) => list.map((one) => ({ ...one, id: toBytes(one.id), type: "public-key" as const }));
    const options = {
      ...told,
      challenge: toBytes(told.challenge),
      ...(told.user && { user: { ...told.user, id: toBytes(told.user.id) } }),
      ...(told.allowCredentials && { allowCredentials: ids(told.allowCredentials) }),
      ...(told.excludeCredentials && { excludeCredentials: ids(told.excludeCredentials) }),
    } as unknown;
    const found =
      this.dataset.kind === "create"
        ? await navigator.credentials.create({ publicKey: options as PublicKeyCredentialCreationOptions })
        : await navigator.credentials.get({ publicKey: options as PublicKeyCredentialRequestOptions });
    return found as PublicKeyCredential;
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

/** What the browser answered, in the JSON form of WebAuthn level 3, which older browsers cannot write themselves. */
function plain(credential: PublicKeyCredential): object {
  const answer = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] as const;
  const response: Record<string, string> = {};
  for (const part of parts) if (answer[part]) response[part] = toText(answer[part]);
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults: credential.getClientExtensionResults() };
}

customElements.define("passkey-form", PasskeyForm);
