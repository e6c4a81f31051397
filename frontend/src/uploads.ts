// What the server said to one uploaded file: taken, refused with a sentence, outdated, or lost on the way.

export interface Answer {
  status: number;
  type: string;
  text: string;
}
export type Outcome = { kind: "taken" } | { kind: "refused"; sentence: string } | { kind: "outdated" } | { kind: "lost" };

// The page shows what is no longer there: loading it anew says why.
const OUTDATED = new Set([403, 404, 409, 410]);

/** Read an answer; a status of 0 is a connection that broke. A refusal without a sentence of its own counts as lost. */
export function outcome(answer: Answer): Outcome {
  if (answer.status >= 200 && answer.status < 300) return { kind: "taken" };
  const sentence = problem(answer);
  if (sentence !== "") return { kind: "refused", sentence };
  return { kind: OUTDATED.has(answer.status) ? "outdated" : "lost" };
}

/** How much is there, in whole percent, and never 100 before the server has answered. */
export function percent(loaded: number, total: number): number {
  if (!(total > 0)) return 0;
  return Math.min(99, Math.max(0, Math.floor((loaded / total) * 100)));
}

/** Whether a file is over the limit, in bytes; a limit that is none lets the server judge. */
export function isTooLarge(size: number, most: number): boolean {
  return Number.isFinite(most) && most > 0 && size > most;
}

function problem(answer: Answer): string {
  if (!answer.type.startsWith("application/json")) return "";
  try {
    const told = (JSON.parse(answer.text) as { problem?: unknown } | null)?.problem;
    return typeof told === "string" ? told : "";
  } catch {
    return "";
  }
}
