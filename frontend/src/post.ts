// One file on its way: fetch tells nothing about how far an upload is, so this is the older request.
import { type Answer, percent } from "./uploads.ts";

export interface Watcher {
  /** How much left, in percent. */
  going(part: number): void;
  /** All of it left; the server is reading. */
  gone(): void;
}

/** Post a form's fields with one file; resolves with the answer, or with status 0 when the line broke. */
export function post(address: string, body: FormData, watcher: Watcher): Promise<Answer> {
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => watcher.going(percent(event.loaded, event.total)));
  request.upload.addEventListener("load", () => watcher.gone());
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => {
      resolve({ status: request.status, type: request.getResponseHeader("Content-Type") ?? "", text: request.responseText });
    });
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}
