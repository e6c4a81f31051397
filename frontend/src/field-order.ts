// One order: what was done, parts, hours, photos, remark, checklist. The draft is kept, encrypted, at each change.
import { blank, added, clean, renewed, Wrong } from "./field-lines.ts";
import { lineEdit, lists } from "./field-line-edit.ts";
import { showPhotos } from "./field-photo-list.ts";
import { MOST } from "./field-photos.ts";
import { go, visited } from "./field-router.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { clockTime, show } from "./field-stage.ts";
import type { Common, Draft, Line, Order } from "./field-types.ts";
import { common, draft, keepDraft, order } from "./field-work.ts";

const SOON_MS = 400;

/** Where the technician goes with a report that is fit to be sealed. */
export interface Onward {
  handOver(order: Order, draft: Draft, lines: Line[]): Promise<void>;
  report(order: Order, draft: Draft, lines: Line[]): Promise<void>;
}

export function orderScreen(onward: Onward): (id: string) => Promise<void> {
  return async (id) => {
    const visit = visited();
    const [told, found, kept] = await Promise.all([common(), order(id), draft(id)]);
    if (visit !== visited()) return;
    if (!told || !found) return go("orders");
    new Sheet(told, found, kept ? renewed(kept, found) : blank(found), onward).open();
  };
}

class Sheet {
  readonly #language: string;
  readonly #sheet: HTMLElement;
  readonly #told: Common;
  readonly #order: Order;
  #draft: Draft;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(told: Common, found: Order, kept: Draft, onward: Onward) {
    [this.#told, this.#order, this.#draft, this.#language] = [told, found, kept, told.member.language];
    const { number, title, object, customer, notes } = found;
    const site = [found.site?.name, found.site?.address].filter(Boolean).join(", ");
    this.#sheet = screen("order", this.#language, { number, title, object, customer, notes, site, remark: kept.remark });
    press(this.#sheet, "add-line", () => this.#addLine());
    press(this.#sheet, "nobody", () => this.#keep().then(() => go(`nobody/${found.id}`)));
    press(this.#sheet, "hand-over", () => this.#onward(true, onward.handOver));
    press(this.#sheet, "report", () => this.#onward(false, onward.report));
    this.#sheet.querySelector<HTMLTextAreaElement>("[name=remark]")!.addEventListener("input", (event) => {
      this.#draft.remark = (event.target as HTMLTextAreaElement).value;
      this.#later();
    });
  }

  open(): void {
    this.#sheet.append(lists(this.#told));
    part(this.#sheet, "lines").append(...this.#draft.lines.map((one) => this.#line(one)));
    part(this.#sheet, "checklist").append(...this.#order.checklist.map((one) => this.#point(one.key, one.texts)));
    const { photos } = this.#order.content as { photos?: unknown[] };
    showPhotos(this.#sheet, this.#order.id, MOST - (photos?.length ?? 0), this.#draft, this.#language, () => this.#keep());
    show(this.#sheet, this.#language);
  }

  #line(one: Line): HTMLElement {
    const gone = () => {
      this.#draft.lines = this.#draft.lines.filter((other) => other !== one);
      sheet.remove();
      this.#later();
    };
    const sheet = lineEdit(one, this.#told, this.#language, () => this.#later(), gone);
    return sheet;
  }

  #addLine(): void {
    this.#draft = added(this.#order, this.#draft);
    const sheet = this.#line(this.#draft.lines.at(-1)!);
    part(this.#sheet, "lines").append(sheet);
    sheet.querySelector<HTMLInputElement>("[name=finding]")!.focus();
    this.#later();
  }

  #point(key: string, texts: Record<string, string>): HTMLElement {
    const sheet = screen("point", this.#language, { key, text: texts[this.#language] ?? texts.en ?? "" });
    const box = sheet.querySelector("input")!;
    box.checked = this.#draft.checklist.includes(key);
    box.addEventListener("change", () => {
      this.#draft.checklist = [...this.#draft.checklist.filter((one) => one !== key), ...(box.checked ? [key] : [])];
      this.#later();
    });
    return sheet;
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#keep(), SOON_MS);
  }

  async #keep(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await keepDraft(this.#order.id, this.#draft);
    } catch (fault) {
      if (!(fault instanceof DOMException && fault.name === "QuotaExceededError")) throw fault;
      return problem(this.#sheet, say("full-phone", this.#language));
    }
    part(this.#sheet, "kept").textContent = say("kept", this.#language, { at: clockTime(this.#language) });
  }

  async #onward(checked: boolean, act: (order: Order, draft: Draft, lines: Line[]) => Promise<void>): Promise<void> {
    await this.#keep();
    try {
      const [lines, open] = [clean(this.#draft, this.#order), this.#order.checklist.some((one) => !this.#draft.checklist.includes(one.key))];
      if (checked && this.#order.contacts.length === 0) return problem(this.#sheet, say("no-contact", this.#language));
      if (checked && open) return problem(this.#sheet, say("checklist", this.#language));
      problem(this.#sheet, "");
      await act(this.#order, this.#draft, lines);
    } catch (fault) {
      if (!(fault instanceof Wrong)) throw fault;
      problem(this.#sheet, say(fault.sentence, this.#language, { number: fault.line }));
    }
  }
}
