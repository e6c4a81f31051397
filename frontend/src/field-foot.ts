// What every screen in a customer's hands has: where in the steps, and the technician's way back.
import { HAND, type Hand, showStep, takeBack } from "./field-hand.ts";
import { part, press, problem, say, screen } from "./field-screens.ts";
import { ask, Offline, Refused, SignedOut } from "./field-server.ts";
import { show } from "./field-stage.ts";
import { LOCK } from "./field-start.ts";
import { attempt, type Lock, wait } from "./field-unlock.ts";
import { keep, read } from "./field-vault.ts";
import { common } from "./field-work.ts";
import { ask as passkey, type Options, plain } from "./webauthn.ts";

/** Put the steps and the way back into a screen, and show it. */
export function showInHand(sheet: HTMLElement, hand: Hand, current = 0): void {
  if (current) {
    const steps = screen("steps", hand.language, { asks: hand.asks });
    for (const one of steps.querySelectorAll<HTMLElement>("[data-step]")) {
      const at = Number(one.dataset.step);
      if (at === current) one.setAttribute("aria-current", "step");
      one.classList.toggle("past", at < current);
    }
    part(sheet, "steps").append(steps);
  }
  sheet.querySelector("[data-part=foot]")?.append(screen("take-back", hand.language));
  press(sheet, "take-back", () => unlock());
  show(sheet, hand.language);
}

/** Ask for the technician's code; it is counted before anything is said. */
async function unlock(): Promise<void> {
  const hand = (await read<Hand>(HAND))!;
  const member = (await common())?.member;
  const language = member?.language ?? "en";
  const sheet = screen("unlock", language, { passkey: member?.passkey ?? false });
  const field = sheet.querySelector<HTMLInputElement>("[name=code]")!;
  press(sheet, "back", () => showStep(hand));
  press(sheet, "passkey", () => byPasskey(sheet, language));
  press(sheet, "unlock", () =>
    navigator.locks.request("paraph-unlock", async () => {
      const lock = await read<Lock>(LOCK);
      if (!lock) return takeBack();
      const seconds = Math.ceil(wait(lock, Date.now()) / 1000);
      if (seconds > 0) return problem(sheet, say("wait", language, { seconds }));
      const tried = await attempt(lock, field.value, Date.now());
      await keep(LOCK, tried.lock);
      if (tried.good) return takeBack();
      field.value = "";
      problem(sheet, say("wrong-code", language));
      field.focus();
    }),
  );
  show(sheet, language);
}

/** Where there is network: the server says whether the passkey is this technician's. */
async function byPasskey(sheet: HTMLElement, language: string): Promise<void> {
  try {
    const { publicKey } = await ask<{ publicKey: Options }>("/field/unlock/", {});
    const credential = await passkey("get", publicKey).catch(() => undefined);
    // Refused or timed out: the code still works.
    if (!credential) return;
    await ask("/field/unlock/proof/", { credential: plain(credential) });
  } catch (fault) {
    if (!(fault instanceof Offline || fault instanceof SignedOut || fault instanceof Refused)) throw fault;
    return problem(sheet, fault.message || say("need-line", language));
  }
  await takeBack();
}
