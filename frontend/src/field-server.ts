// What the app asks the server. A browser that says it is on line may be off (and the other way round): only an answer counts.

export class Offline extends Error {}
export class SignedOut extends Error {}
export class Refused extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

const PATIENCE_MS = 30_000;
let csrf = "";

/** Ask; JSON in, JSON out. Raises `Offline`, `SignedOut`, or `Refused` with the server's own sentence. */
export async function ask<T>(address: string, body?: unknown, patience = PATIENCE_MS): Promise<T> {
  // A page that was reloaded has no token yet; envelopes need none.
  if (body !== undefined && csrf === "" && address !== "/field/sync/") await token();
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const headers = { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json", "X-CSRFToken": csrf }) };
  let answer: Response;
  try {
    answer = await fetch(address, { ...sent, headers, redirect: "error", cache: "no-store", signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Offline();
  }
  const told = await parsed(answer);
  if (typeof told.csrf === "string") csrf = told.csrf;
  if (answer.status === 401) throw new SignedOut();
  if (answer.status >= 500) throw new Offline();
  if (!answer.ok) throw new Refused(answer.status, String(told.reason ?? ""), String(told.sentence ?? ""));
  return told as T;
}

/** It comes with the work, and with the refusal of it while a customer has the phone. */
async function token(): Promise<void> {
  await ask("/field/work.json").catch((fault: unknown) => {
    if (csrf === "") throw fault;
  });
}

async function parsed(answer: Response): Promise<Record<string, unknown>> {
  try {
    return (await answer.json()) as Record<string, unknown>;
  } catch {
    // A proxy's page instead of our answer is as good as none.
    if (answer.ok) throw new Offline();
    return {};
  }
}
