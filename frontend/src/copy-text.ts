// <copy-text>: its button copies the text of [data-text] and says so.

const TOLD_MS = 2500;

class CopyText extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    const words = button?.querySelector("span");
    if (!button || !words) return;
    words.setAttribute("aria-live", "polite");
    const before = words.textContent ?? "";
    button.addEventListener("click", async () => {
      if (!(await this.#copy())) return;
      words.textContent = button.dataset.done ?? before;
      setTimeout(() => (words.textContent = before), TOLD_MS);
    });
  }

  /** Without permission the text is at least selected, ready for the keyboard. */
  async #copy(): Promise<boolean> {
    const source = this.querySelector<HTMLElement>("[data-text]");
    if (!source) return false;
    const text = source instanceof HTMLInputElement ? source.value : (source.textContent ?? "");
    try {
      await navigator.clipboard.writeText(text.trim());
      return true;
    } catch {
      if (source instanceof HTMLInputElement) source.select();
      else getSelection()?.selectAllChildren(source);
      return false;
    }
  }
}

customElements.define("copy-text", CopyText);
