// What the server said to one uploaded file: taken, refused with a sentence, outdated, or lost on the way.

export interface Answer {
  status: number;
  type: string;
  text: string;
}
export type Outcome = { kind: "taken" } | { kind: "refused"; sentence: string; again: boolean } | { kind: "outdated" } | { kind: "lost" };

// The page shows what is no longer there: loading it anew says why.
const OUTDATED = new Set([403, 404, 409, 410]);

/** Read an answer; a status of 0 is a connection that broke. A refusal without a sentence of its own counts as lost. */
export function outcome(answer: Answer): Outcome {
  if (answer.status >= 200 && answer.status < 300) return { kind: "taken" };
  const { problem, again } = told(answer);
  if (typeof problem === "string" && problem !== "") return { kind: "refused", sentence: problem, again: again === true };
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

function told(answer: Answer): { problem?: unknown; again?: unknown } {
  if (!answer.type.startsWith("application/json")) return {};
  try {
    return (JSON.parse(answer.text) as { problem?: unknown; again?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}
