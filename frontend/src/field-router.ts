// Which screen: said by the address's hash, unless the phone is in a customer's hands.
type Screen = (id: string) => Promise<void>;
const screens = new Map<string, Screen>();
let guard: () => Promise<boolean> = () => Promise.resolve(false);

let visit = 0;

/** Which visit of which screen this is; a screen that took its time asks whether it is still wanted. */
export function visited(): number {
  return visit;
}

export function screenAt(name: string, open: Screen): void {
  screens.set(name, open);
}

/** What is asked before any screen opens; true: it showed something else. */
export function guarded(by: () => Promise<boolean>): void {
  guard = by;
}

export function go(to: string): Promise<void> {
  if (location.hash === `#${to}`) return open();
  location.hash = to;
  return Promise.resolve();
}

export async function open(): Promise<void> {
  visit++;
  if (await guard()) return;
  const [name = "", id = ""] = location.hash.slice(1).split("/");
  await (screens.get(name) ?? screens.get("orders"))!(id);
}

export function listen(): void {
  addEventListener("hashchange", () => void open());
}
