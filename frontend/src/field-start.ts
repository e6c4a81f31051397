// Before any work: is somebody signed in, is this phone enrolled, has it an unlock code? And when it was switched off.
import { device, enrol } from "./field-device.ts";
import { forsake } from "./field-mark.ts";
import { go } from "./field-router.ts";
import { press, problem, say, screen } from "./field-screens.ts";
import { Offline, Refused, SignedOut } from "./field-server.ts";
import { show } from "./field-stage.ts";
import { isCode, makeLock } from "./field-unlock.ts";
import { base, close, drop, keep, names, read, wipe } from "./field-vault.ts";
import { refresh } from "./field-work.ts";

export const LOCK = "lock";

/** Whether the phone may be worked with; else a screen says what to do first. */
export async function isReady(): Promise<boolean> {
  if ((await device()) && (await read(LOCK)) && (await read("common"))) return true;
  await begin();
  return false;
}

/** Ask the server who this is, and go on from there. */
export async function begin(): Promise<void> {
  const language = spoken();
  try {
    const work = await refresh();
    if (work.device === "revoked") return await revoked();
    if (work.device === "enrolled" && (await read(LOCK))) return await go("orders");
    showEnrol(work.member.language, work.device !== "enrolled", work.member.id);
  } catch (fault) {
    if (fault instanceof SignedOut) show(screen("sign-in", language), language);
    else if (fault instanceof Refused) show(screen("not-allowed", language, { sentence: fault.message }), language);
    else if (fault instanceof Offline) showAgain("no-line", language);
    else throw fault;
  }
}

/** A manager switched this phone off: all it knows goes, but for what was not sent. */
export async function revoked(): Promise<void> {
  const language = spoken();
  await wipe();
  await forsake();
  showAgain("revoked", language, { waiting: await (await base()).count("queue") });
}

/** Sign out of this phone: everything but its own key and what waits goes. */
export async function forget(): Promise<void> {
  close();
  await drop(...(await names("")));
}

/** The language of the browser, until the server said the member's. */
export function spoken(): string {
  const wanted = navigator.languages.map((one) => one.slice(0, 2));
  return wanted.find((one) => ["en", "nl", "fr"].includes(one)) ?? "en";
}

function showAgain(name: string, language: string, values: Record<string, number> = {}): void {
  const sheet = screen(name, language, values);
  press(sheet, "again", begin);
  show(sheet, language);
}

function showEnrol(language: string, fresh: boolean, member: string): void {
  const sheet = screen("enrol", language, { fresh });
  const form = sheet.querySelector("form")!;
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  press(sheet, "enrol", async () => {
    const name = field("name").value.trim();
    const [one, two] = [field("one").value, field("two").value];
    const wrong = fresh && !name ? "name-phone" : !isCode(one) ? "bad-code" : one !== two ? "two-codes" : "";
    if (wrong) return problem(sheet, say(wrong, language));
    try {
      if (fresh) await enrol(name, member);
      await keep(LOCK, await makeLock(one));
      await refresh();
      await go("orders");
    } catch (fault) {
      if (!(fault instanceof Offline || fault instanceof Refused || fault instanceof SignedOut)) throw fault;
      problem(sheet, fault.message || say("need-line", language));
    }
  });
  show(sheet, language);
}
