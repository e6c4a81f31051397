// The area of a site in the form's fields: read from them, written to them. The map is drawn from here alone.
import { fill } from "./numbering.ts";

export interface Place {
  latitude: number;
  longitude: number;
}

/** Degrees as somebody types them, with a comma or a point; null for what is no number within the limit. */
export function degrees(text: string, most: number): number | null {
  const found = text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
  return Number.isFinite(found) && Math.abs(found) <= most ? found : null;
}

/** Seven decimals, a centimetre, without trailing zeros. */
export const shown = (value: number): string => String(Math.round(value * 1e7) / 1e7);

/** A longitude within -180 and 180: a map can be dragged round the world. */
export const wrapped = (longitude: number): number => ((((longitude + 180) % 360) + 360) % 360) - 180;

export class AreaFields {
  private readonly form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.form = form;
  }

  get shape(): string {
    return this.form.querySelector<HTMLInputElement>("[name=shape]:checked")?.value ?? "circle";
  }

  get radius(): number {
    const found = Number(this.#named("radius_m")?.value);
    return Number.isFinite(found) && found > 0 ? found : 200;
  }

  set radius(metres: number) {
    this.#write(this.#named("radius_m"), String(Math.max(10, Math.round(metres))));
  }

  get centre(): Place | null {
    return place(this.#named("latitude"), this.#named("longitude"));
  }

  set centre(to: Place | null) {
    if (to) this.#put(this.#named("latitude"), this.#named("longitude"), to);
  }

  /** The corners in their order, with the row each stands in; rows not filled in yet are left out. */
  get corners(): { row: HTMLElement; place: Place }[] {
    const rows = [...this.form.querySelectorAll<HTMLElement>("[data-rows] > [data-row]")].filter((row) => !row.hidden);
    return rows.flatMap((row) => {
      const found = place(...inputs(row));
      return found ? [{ row, place: found }] : [];
    });
  }

  move(row: HTMLElement, to: Place): void {
    this.#put(...inputs(row), to);
  }

  /** A corner more, behind the one at `after` (-1: in front of all). */
  insert(to: Place, after: number): void {
    const list = this.form.querySelector<HTMLElement>("line-rows")!;
    const total = list.querySelector<HTMLInputElement>("[data-total]")!;
    const rows = list.querySelector<HTMLElement>("[data-rows]")!;
    const before = this.corners[after]?.row;
    const html = fill(list.querySelector("template")!.innerHTML, list.dataset.placeholder ?? "", Number(total.value));
    total.value = String(Number(total.value) + 1);
    if (before) before.insertAdjacentHTML("afterend", html);
    else rows.insertAdjacentHTML("afterbegin", html);
    const row = (before ? before.nextElementSibling : rows.firstElementChild) as HTMLElement;
    rows.querySelectorAll<HTMLInputElement>("[data-position]").forEach((one, at) => (one.value = String(at + 1)));
    this.move(row, to);
  }

  #named(name: string): HTMLInputElement | null {
    return this.form.querySelector<HTMLInputElement>(`[name=${name}]`);
  }

  #put(latitude: HTMLInputElement | null, longitude: HTMLInputElement | null, to: Place): void {
    this.#write(latitude, shown(to.latitude));
    this.#write(longitude, shown(wrapped(to.longitude)));
  }

  #write(field: HTMLInputElement | null, text: string): void {
    if (!field || field.value === text) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true })); // as if typed, for the draft
  }
}

const inputs = (row: HTMLElement): [HTMLInputElement | null, HTMLInputElement | null] => [
  row.querySelector<HTMLInputElement>("[name$=-latitude]"),
  row.querySelector<HTMLInputElement>("[name$=-longitude]"),
];

function place(latitude: HTMLInputElement | null, longitude: HTMLInputElement | null): Place | null {
  const [north, east] = [degrees(latitude?.value ?? "", 90), degrees(longitude?.value ?? "", 180)];
  return north === null || east === null ? null : { latitude: north, longitude: east };
}
