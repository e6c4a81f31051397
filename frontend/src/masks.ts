// Patterns of PO numbers, judged as `paraph.work.masks` does (decision 0026): `#` a digit, `@` a letter, `?` either,
// `{2,6}` how many, `|` another form, everything else stands for itself. Vectors that both sides pass hold them together.
interface Sign {
  takes: string;
  least: number;
  most: number;
}

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const CLASSES: Record<string, string> = { "#": DIGITS, "@": LETTERS, "?": DIGITS + LETTERS };
const TEXT_CHARS = 60;
const TIMES = /^\{(\d{1,2})(?:,(\d{1,2}))?\}/;

/** Whether a text, in any case, has one of the forms of a mask that the server let be stored. */
export function fits(mask: string, text: string): boolean {
  const told = [...(/^[\0-\x7f]*$/.test(text) ? text.toUpperCase() : text)];
  return told.length <= TEXT_CHARS && mask.split("|").some((form) => fitsForm(signs(form), told));
}

/** All ways in which the text can fit are followed at once, so that no mask and no text make it slow. */
function fitsForm(form: Sign[], text: string[]): boolean {
  let reached = new Set([0]);
  for (const sign of form) reached = new Set([...reached].flatMap((start) => ends(sign, text, start)));
  return reached.has(text.length);
}

function ends(sign: Sign, text: string[], start: number): number[] {
  const found = sign.least === 0 ? [start] : [];
  for (let count = 1; count <= sign.most; count++) {
    const here = text[start + count - 1];
    if (here === undefined || !sign.takes.includes(here)) break;
    if (count >= sign.least) found.push(start + count);
  }
  return found;
}

function signs(form: string): Sign[] {
  const found: Sign[] = [];
  for (let rest = form; rest; ) {
    const first = rest[0]!;
    rest = rest.slice(1);
    const times = first in CLASSES ? TIMES.exec(rest) : null;
    const [least, most] = times ? [Number(times[1]), Number(times[2] ?? times[1])] : [1, 1];
    rest = rest.slice(times?.[0].length ?? 0);
    found.push({ takes: CLASSES[first] ?? first.toUpperCase(), least, most });
  }
  return found;
}
