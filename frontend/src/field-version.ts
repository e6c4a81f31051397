// A newer version of the app waits until somebody of the shop takes it, so that no customer meets two versions in one act.
let waiting: ServiceWorker | null = null;

/** Register the worker; `found` is called when a newer version is there. */
export async function register(told: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const found = await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/", updateViaCache: "none" });
  waiting = navigator.serviceWorker.controller ? found.waiting : null;
  found.addEventListener("updatefound", () => {
    const coming = found.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state !== "installed" || !navigator.serviceWorker.controller) return;
      waiting = coming;
      told();
    });
  });
}

export function isNewer(): boolean {
  return waiting !== null;
}

/** Start the newer version; what is kept stays, whatever version wrote it. */
export function takeOver(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting?.postMessage("take-over");
}
