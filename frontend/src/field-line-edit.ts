// One line of the report on the screen, with its parts; every change goes into the line at once.
import { fill, part, press, screen } from "./field-screens.ts";
import type { Common, Line, Part } from "./field-types.ts";

type TextField = "finding" | "action" | "labour_code" | "hours";
let counter = 0;

/** The editor of a line. `changed` is called after each change, `gone` when a line found on site is taken away. */
export function lineEdit(line: Line, common: Common, language: string, changed: () => void, gone: () => void): HTMLElement {
  const { finding, action, hours, labour_code, number } = line;
  const sheet = screen("line-edit", language, { key: `l${++counter}`, number, finding, action, hours, labour_code, new: line.new, locked: false });
  for (const name of ["finding", "action", "labour_code", "hours"] as TextField[]) {
    sheet.querySelector<HTMLInputElement>(`[name=${name}]`)!.addEventListener("input", (event) => {
      line[name] = (event.target as HTMLInputElement).value;
      changed();
    });
  }
  const place = part(sheet, "parts");
  const add = (one: Part) => place.append(partEdit(one, line, common, language, changed));
  line.parts.forEach(add);
  press(sheet, "add-part", () => {
    const one = { name: "", number: "", quantity: "1", unit_price: 0 };
    line.parts.push(one);
    add(one);
    place.lastElementChild!.querySelector("input")!.focus();
    changed();
  });
  press(sheet, "drop-line", gone);
  return sheet;
}

/** What is picked from: parts by name and by number, and labour codes. */
export function lists(common: Common): HTMLElement {
  const all = document.createElement("div");
  all.hidden = true;
  const list = (id: string, options: [string, string][]) => {
    const one = Object.assign(document.createElement("datalist"), { id });
    one.append(...options.map(([value, label]) => Object.assign(document.createElement("option"), { value, label })));
    all.append(one);
  };
  list("part-list", common.parts.map((one) => [one.name, one.number]));
  list("number-list", common.parts.map((one) => [one.number, one.name]));
  list("labour-list", common.labour.map((one) => [one.code, one.name]));
  return all;
}

function partEdit(one: Part, line: Line, common: Common, language: string, changed: () => void): HTMLElement {
  const sheet = screen("part-edit", language, { key: `p${++counter}`, name: one.name, number: one.number, quantity: one.quantity });
  const field = (name: string) => sheet.querySelector<HTMLInputElement>(`[name=${name}]`)!;
  const take = (found: { name: string; number: string; price: number } | undefined) => {
    if (!found) return;
    Object.assign(one, { name: found.name, number: found.number, unit_price: found.price });
    fill(sheet, {});
    [field("part").value, field("number").value] = [found.name, found.number];
  };
  field("part").addEventListener("input", () => {
    // A part that is written anew has no price but its own; one from the list brings it.
    Object.assign(one, { name: field("part").value, unit_price: 0 });
    take(common.parts.find((known) => known.name === one.name));
    changed();
  });
  field("number").addEventListener("input", () => {
    one.number = field("number").value;
    take(common.parts.find((known) => known.number === one.number));
    changed();
  });
  field("quantity").addEventListener("input", () => {
    one.quantity = field("quantity").value;
    changed();
  });
  press(sheet, "drop-part", () => {
    line.parts.splice(line.parts.indexOf(one), 1);
    sheet.remove();
    changed();
  });
  return sheet;
}
