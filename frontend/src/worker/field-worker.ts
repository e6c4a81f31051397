// /field/sw.js: keeps the shell, and nothing but the shell. It never holds what the server says about orders or people.
// The server writes `PARAPH = {version, files}` before this text; the version is made of the files' contents.
declare const PARAPH: { version: string; files: string[] };
declare const self: ServiceWorkerGlobalScope;

const PREFIX = "paraph-field-";
const SHELL = PREFIX + PARAPH.version;
const PAGE = "/field/";

self.addEventListener("install", (event) => {
  // All or nothing: a half shell would not start off line. The earlier one serves on until this one is whole.
  const take = async () => {
    const shelf = await caches.open(SHELL);
    await shelf.addAll(PARAPH.files.map((file) => new Request(file, { cache: "reload" })));
  };
  event.waitUntil(take());
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== SHELL).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("message", (event) => {
  // Said by a page that shows nothing of an order: a customer who signs keeps the version they began with.
  if (event.data === "take-over") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" ? address.pathname === PAGE : PARAPH.files.includes(address.pathname)) event.respondWith(kept(request.mode === "navigate" ? PAGE : address.pathname, request));
});

async function kept(file: string, request: Request): Promise<Response> {
  return (await (await caches.open(SHELL)).match(file)) ?? fetch(request);
}

export {};
