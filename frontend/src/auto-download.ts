// <auto-download data-once="…"> around a link: follows it once by itself, so that *Download & proceed* does both.
class AutoDownload extends HTMLElement {
  connectedCallback(): void {
    const key = `downloaded:${this.dataset.once ?? ""}`;
    if (!this.dataset.once || sessionStorage.getItem(key)) return;
    sessionStorage.setItem(key, "1");
    this.querySelector("a")?.click();
  }
}

customElements.define("auto-download", AutoDownload);
