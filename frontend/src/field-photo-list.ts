// The photos of a report on the screen: taken, captioned, taken away. Each is kept encrypted as soon as it is drawn.
import { keepPhoto } from "./field-capture.ts";
import type { Shot } from "./field-content.ts";
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

/** Photos to look at, as the customer signs for them: of those that the office has, what is said of them. */
export async function pictures(shots: readonly Shot[], draft: Draft, language: string): Promise<HTMLElement[]> {
  const notes = new Map(draft.photos.map((one) => [one.digest, one.key]));
  const found = await Promise.all(shots.map(async ({ digest, caption }) => ({ caption, jpeg: notes.has(digest) ? await read<string>(notes.get(digest)!) : undefined })));
  return found.map(({ caption, jpeg }, at) => {
    const number = at + 1;
    const sheet = screen("photo-shown", language, { number, caption: jpeg ? caption : [say("photo", language, { number }), caption].filter(Boolean).join(" · ") });
    const picture = sheet.querySelector("img")!;
    if (jpeg) picture.src = address(jpeg);
    else {
      picture.remove();
      sheet.querySelector("figcaption")!.hidden = false;
    }
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
