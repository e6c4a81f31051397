// <file-drop data-changed="…">: files that are chosen, dragged or photographed are sent at once, one after the other.
//
// Markup: one form with file inputs, [data-rows] for what is under way, and a <template> of one row with [data-name],
// <progress>, [data-told] and a button [data-again]. data-most: the largest file in bytes; data-large, data-reading,
// data-lost: sentences. data-holds: the id of a form that is not sent while files are under way; [data-wait], hidden and
// focusable, says so. Each file the server took fires the event named by data-changed. Without script the form posts.
import { post } from "./post.ts";
import { isTooLarge, outcome } from "./uploads.ts";

class FileDrop extends HTMLElement {
  #line: Promise<void> = Promise.resolve();
  #under = 0;

  connectedCallback(): void {
    this.addEventListener("change", this.#chosen);
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", this.#leave);
    this.addEventListener("drop", this.#drop);
    // A file that misses the area must not make the browser leave the page.
    window.addEventListener("dragover", this.#miss);
    window.addEventListener("drop", this.#miss);
    window.addEventListener("beforeunload", this.#stay);
    document.addEventListener("submit", this.#hold);
  }

  disconnectedCallback(): void {
    window.removeEventListener("dragover", this.#miss);
    window.removeEventListener("drop", this.#miss);
    window.removeEventListener("beforeunload", this.#stay);
    document.removeEventListener("submit", this.#hold);
  }

  #chosen = (event: Event): void => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
    this.#take(input.files);
    input.value = "";
  };

  #over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.toggleAttribute("data-over", true);
  };

  #leave = (event: DragEvent): void => {
    if (!this.contains(event.relatedTarget as Node | null)) this.toggleAttribute("data-over", false);
  };

  #drop = (event: DragEvent): void => {
    event.preventDefault();
    this.toggleAttribute("data-over", false);
    this.#take(event.dataTransfer?.files);
  };

  #miss = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.dataTransfer.dropEffect = "none";
    event.preventDefault();
  };

  #stay = (event: BeforeUnloadEvent): void => {
    if (this.#under > 0) event.preventDefault();
  };

  /** What is sent now would go without the files that are still under way. */
  #hold = (event: SubmitEvent): void => {
    if (this.#under === 0 || (event.target as HTMLElement).id !== this.dataset.holds) return;
    event.preventDefault();
    const wait = this.querySelector<HTMLElement>("[data-wait]")!;
    wait.hidden = false;
    wait.focus();
  };

  #arrived = (): void => {
    this.#under -= 1;
    if (this.#under === 0) this.querySelector<HTMLElement>("[data-wait]")!.hidden = true;
  };

  /** One after the other: the server reads each as it comes, and pages keep the order they were chosen in. */
  #take(files: Iterable<File> | null | undefined): void {
    for (const file of files ?? []) {
      const row = this.#row(file);
      if (isTooLarge(file.size, Number(this.dataset.most))) this.#tell(row, this.dataset.large);
      else {
        this.#under += 1;
        this.#line = this.#line.then(() => this.#send(file, row)).finally(this.#arrived);
      }
    }
  }

  #row(file: File): HTMLElement {
    const template = this.querySelector("template")!;
    const row = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    row.querySelector("[data-name]")!.textContent = file.name;
    row.querySelector("progress")!.setAttribute("aria-label", file.name);
    this.querySelector("[data-rows]")!.append(row);
    return row;
  }

  async #send(file: File, row: HTMLElement): Promise<void> {
    const form = this.querySelector("form")!;
    const body = new FormData(form);
    body.set("files", file);
    const bar = row.querySelector("progress")!;
    const gone = (): void => {
      bar.removeAttribute("value");
      row.querySelector("[data-told]")!.textContent = this.dataset.reading ?? "";
    };
    const found = outcome(await post(form.action, body, { going: (part) => (bar.value = part), gone }));
    if (found.kind === "outdated") return location.reload();
    if (found.kind === "refused") return found.again ? this.#again(file, row, found.sentence) : this.#tell(row, found.sentence);
    if (found.kind === "lost") return this.#again(file, row, this.dataset.lost);
    row.remove();
    this.dispatchEvent(new CustomEvent(this.dataset.changed ?? "changed", { bubbles: true }));
  }

  /** Why this file is not there; the others stay. */
  #tell(row: HTMLElement, sentence = ""): void {
    row.toggleAttribute("data-refused", true);
    row.querySelector("progress")!.hidden = true;
    row.querySelector("[data-told]")!.textContent = sentence;
  }

  #again(file: File, row: HTMLElement, sentence = ""): void {
    this.#tell(row, sentence);
    const again = row.querySelector<HTMLButtonElement>("[data-again]")!;
    again.hidden = false;
    again.onclick = () => {
      row.remove();
      this.#take([file]);
    };
  }
}

customElements.define("file-drop", FileDrop);
