// <drag-order> around a form whose [data-rows] hold [data-row]s: dragging one by its [data-grip] puts it elsewhere and
// sends the form, whose fields then stand in the new order. Without a mouse or a script the rows' buttons do the same.

class DragOrder extends HTMLElement {
  #row: HTMLElement | null = null;
  #before = "";

  connectedCallback(): void {
    for (const grip of this.querySelectorAll<HTMLElement>("[data-grip]")) grip.draggable = true;
    this.addEventListener("dragstart", this.#take);
    this.addEventListener("dragover", this.#over);
    this.addEventListener("drop", (event) => event.preventDefault());
    this.addEventListener("dragend", this.#put);
  }

  get #rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-row]")];
  }

  get #order(): string {
    return this.#rows.map((row) => row.id).join();
  }

  #take = (event: DragEvent): void => {
    this.#row = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (!this.#row || !event.dataTransfer) return;
    this.#before = this.#order;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#row.id);
    event.dataTransfer.setDragImage(this.#row, 0, 0);
    this.#row.classList.add("moving");
  };

  /** The row follows the pointer: before the row whose upper half it is over, behind it over the lower half. */
  #over = (event: DragEvent): void => {
    const over = (event.target as Element).closest<HTMLElement>("[data-row]");
    if (!this.#row) return;
    event.preventDefault();
    if (!over || over === this.#row) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(this.#row);
    else over.after(this.#row);
  };

  #put = (): void => {
    this.#row?.classList.remove("moving");
    this.#row = null;
    if (this.#order !== this.#before) this.querySelector("form")?.requestSubmit();
  };
}

customElements.define("drag-order", DragOrder);
