// <modal-dialog> around a <dialog>: opens when something is put into it. Without script its link is a page.
class ModalDialog extends HTMLElement {
  #watch = new MutationObserver(() => {
    const dialog = this.querySelector("dialog");
    if (dialog && !dialog.open && dialog.childElementCount > 0) dialog.showModal();
  });

  connectedCallback(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    this.#watch.observe(dialog, { childList: true });
    // Closed is gone: what it shows is asked anew.
    dialog.addEventListener("close", () => dialog.replaceChildren());
  }

  disconnectedCallback(): void {
    this.#watch.disconnect();
  }
}

customElements.define("modal-dialog", ModalDialog);
