// The mark by which the server knows that a customer has this phone: while it is there, the technician's session opens no
// page and no order here (decision 0037). A cookie, because it is set without network, and holds in every tab.
import { ask, Offline, Refused, SignedOut } from "./field-server.ts";

const NAME = "__Host-hand";
const LONGEST_SECONDS = 400 * 24 * 3600; // as long as browsers keep one; longer than any session lasts
// As wide as the session's own: a link from another site brings that one, so it brings this one.
const KIND = "Path=/; Secure; SameSite=Lax";

export function mark(): void {
  document.cookie = `${NAME}=1; ${KIND}; Max-Age=${LONGEST_SECONDS}`;
}

export function unmark(): void {
  document.cookie = `${NAME}=; ${KIND}; Max-Age=0`;
}

function isMarked(): boolean {
  return document.cookie.split("; ").some((one) => one.startsWith(`${NAME}=`));
}

/**
 * What was handed over is not on this phone any more, though nobody unlocked it: it was switched off, or the browser
 * threw its store away. The session ends first, then the mark goes; without network both stay.
 */
export async function forsake(): Promise<void> {
  if (!isMarked()) return;
  try {
    await ask("/field/sign-out/", {});
  } catch (fault) {
    if (fault instanceof Offline || fault instanceof Refused) return;
    if (!(fault instanceof SignedOut)) throw fault;
  }
  unmark();
}
