import { flush } from "./outbox";

/**
 * Keeps the phone's pages at hand without a line, and sends the queue when the browser says that
 * there is one. It looks after the pages under /inspection only; the desk never sees it.
 */

interface Waiting extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface Fetching extends Waiting {
  request: Request;
  respondWith: (response: Promise<Response>) => void;
}
interface Syncing extends Waiting {
  tag: string;
}
interface Worker {
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
  addEventListener: {
    (type: "install" | "activate", listener: (event: Waiting) => void): void;
    (type: "fetch", listener: (event: Fetching) => void): void;
    (type: "sync", listener: (event: Syncing) => void): void;
  };
}

/** Written in by the build: the files these pages consist of, and a name for exactly this set. */
declare const __PHONE_FILES__: string[];
declare const __PHONE_VERSION__: string;

const worker = self as unknown as Worker;
const PAGES = `phone-${__PHONE_VERSION__}`;
const PICTURES = "phone-pictures";
const PICTURES_AT_MOST = 120;
const SHELL = "/index.html";

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(PAGES)
      .then((cache) => cache.addAll(__PHONE_FILES__.map((file) => new Request(file, { cache: "reload" }))))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("phone-") && name !== PAGES && name !== PICTURES).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (/^\/api\/v1\/evidence\/[0-9a-f]{64}$/.test(pathname)) event.respondWith(picture(request));
  else if (!pathname.startsWith("/api/")) event.respondWith(file(request));
});

worker.addEventListener("sync", (event) => {
  if (event.tag !== "siteward-outbox") return;
  // A round that did not come through is asked for again by rejecting.
  event.waitUntil(
    flush((path, init) => fetch(path, init), () => new Date()).then((round) => {
      if (round === "lost") throw new Error("the line was lost");
    }),
  );
});

/** The newest page where there is a line, else the one kept here. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
  } catch {
    // No line: that is what the kept page is for.
  }
  return (await caches.match(SHELL)) ?? Response.error();
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: PAGES })) ?? fetch(request);
}

/** Evidence never changes, so what was seen once is shown again without a line. */
async function picture(request: Request): Promise<Response> {
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone()).catch(() => undefined);
    const all = await cache.keys();
    await Promise.all(all.slice(0, -PICTURES_AT_MOST).map((old) => cache.delete(old)));
  }
  return answer;
}
