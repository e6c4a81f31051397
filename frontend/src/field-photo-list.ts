// The photos of a report on the screen: taken, captioned, taken away. Each is kept encrypted as soon as it is drawn.
import { keepPhoto } from "./field-capture.ts";
import { address, shrink } from "./field-photos.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import type { Draft, PhotoNote } from "./field-types.ts";
import { drop, read } from "./field-vault.ts";

/** `room`: how many more the order can have. */
export function showPhotos(sheet: HTMLElement, order: string, room: number, draft: Draft, language: string, changed: () => Promise<void>): void {
  const place = part(sheet, "photos");
  const add = (note: PhotoNote, jpeg: string) => place.append(figure(note, jpeg, draft, language, changed));
  void Promise.all(draft.photos.map(async (note) => [note, await read<string>(note.key)] as const)).then((found) => found.forEach(([note, jpeg]) => jpeg && add(note, jpeg)));
  const files = part<HTMLInputElement>(sheet, "files");
  files.addEventListener("change", async () => {
    problem(sheet, "");
    for (const file of files.files ?? []) {
      if (draft.photos.length >= room) problem(sheet, say("photos-full", language));
      else await take(file);
    }
    files.value = "";
    await changed();
  });

  async function take(file: File): Promise<void> {
    const picture = await shrink(file).catch(() => undefined);
    if (!picture) return problem(sheet, say("photo-wrong", language));
    if (draft.photos.some((one) => one.digest === picture.digest)) return;
    const note = { key: await keepPhoto(order, picture.jpeg), digest: picture.digest, item: null, caption: "", taken_at: picture.taken_at };
    draft.photos.push(note);
    add(note, picture.jpeg);
  }
}

/** Photos to look at, as the customer sees them. */
export async function pictures(draft: Draft, language: string): Promise<HTMLElement[]> {
  const found = await Promise.all(draft.photos.map(async (note) => ({ note, jpeg: await read<string>(note.key) })));
  return found.filter(({ jpeg }) => jpeg).map(({ note, jpeg }, at) => {
    const sheet = screen("photo-shown", language, { number: at + 1, caption: note.caption });
    sheet.querySelector("img")!.src = address(jpeg!);
    return sheet;
  });
}

function figure(note: PhotoNote, jpeg: string, draft: Draft, language: string, changed: () => Promise<void>): HTMLElement {
  const sheet = screen("photo", language, { key: note.key.replaceAll(":", "-"), number: draft.photos.indexOf(note) + 1, caption: note.caption });
  sheet.querySelector("img")!.src = address(jpeg);
  sheet.querySelector<HTMLInputElement>("[name=caption]")!.addEventListener("change", (event) => {
    note.caption = (event.target as HTMLInputElement).value;
    void changed();
  });
  press(sheet, "drop-photo", async () => {
    draft.photos.splice(draft.photos.indexOf(note), 1);
    sheet.remove();
    await drop(note.key);
    await changed();
  });
  return sheet;
}
