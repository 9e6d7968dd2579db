// The service worker: pages that were opened before open without a network, and a
// form that could not be sent waits for it. GY is written before this file by the
// server: the shell's files, which pages are kept, and the words.
import { add, clear, flush, lang, reader, setReader, waiting } from "./store.js";

const GY = self.GY;
const SHELL = `gongyi-shell-${GY.version}`;
const PAGES = "gongyi-pages-";
const PATIENCE = 4000; // how long a weak network may take over a page that is kept

self.addEventListener("install", (e) => {
  e.waitUntil(caches.open(SHELL).then((c) => c.addAll(GY.shell.map((url) => new Request(url, { cache: "reload", credentials: "omit" })))));
});

self.addEventListener("activate", (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("gongyi-shell-") && name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("message", (e) => {
  if (e.data?.do === "switch") self.skipWaiting();
  if (e.data?.do === "flush") e.waitUntil(send());
});

self.addEventListener("sync", (e) => {
  if (e.tag === "gongyi-queue") e.waitUntil(send());
});

// send empties the queue and tells the open pages.
async function send() {
  const sent = await flush();
  const left = (await waiting()).length;
  for (const page of await self.clients.matchAll()) page.postMessage({ sent, left });
  if (left > 0) await later();
}

async function later() {
  await self.registration.sync?.register("gongyi-queue").catch(() => {}); // where there is none the next page sends
}

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (url.origin !== self.location.origin) return;
  const form = e.request.method === "POST" && e.request.mode === "navigate";
  if (form && GY.emptying.includes(url.pathname)) return; // its answer ends this worker, which could not hand it on
  if (form) return e.respondWith(post(e, url));
  if (e.request.method !== "GET") return;
  if (url.pathname.startsWith("/assets/")) return e.respondWith(fromShell(e.request));
  if (e.request.mode === "navigate" || e.request.headers.has("Gongyi-Keep")) return e.respondWith(page(e, url));
  if (kept(url.pathname)) return e.respondWith(file(e.request, url));
});

async function fromShell(request) {
  return (await caches.match(request, { cacheName: SHELL })) ?? fetch(request);
}

const kept = (path) => GY.keep.some((k) => (k.endsWith("/") && k !== "/" ? path.startsWith(k) : path === k));
const plain = (url) => url.origin + url.pathname; // a page is kept once, whatever its language was asked to be

// page asks the network first. A page that is kept comes from what was kept when the
// network is too slow or not there.
async function page(e, url) {
  const network = fetch(e.request).then((answer) => {
    e.waitUntil(note(e, url, answer.clone()).catch(() => {})); // the page does not wait for it
    return answer;
  });
  if (!kept(url.pathname)) return network.catch(() => offline(url));
  network.catch(() => {});
  const slow = new Promise((yes) => setTimeout(yes, PATIENCE)).then(() => old(url));
  const first = await Promise.race([network.catch(() => null), slow.then((found) => found ?? network.catch(() => null))]);
  return first ?? offline(url);
}

// note learns from an answer whose session this is. Another one's pages are thrown
// away, with whatever she had not sent.
async function note(e, url, answer) {
  const key = answer.headers.get("Gongyi-Reader");
  if (!key) return;
  const before = await reader();
  if (before !== key) {
    await wipe(key);
    if (before !== "") await clear();
  }
  await setReader(key, answer.headers.get("Content-Language"));
  const html = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (!answer.ok || answer.redirected || !html || !kept(url.pathname) || (key === "-" && !url.pathname.startsWith("/r/"))) return;
  await keep(key, url, answer);
  if (/^\/r\/[^/]+$/.test(url.pathname)) e.waitUntil(fetch(`${plain(url)}/file`).then((f) => f.ok && keep(key, new URL(`${plain(url)}/file`), f)).catch(() => {}));
}

async function keep(key, url, answer) {
  const headers = new Headers(answer.headers);
  headers.set("Gongyi-Kept", String(Date.now()));
  headers.delete("Set-Cookie");
  const cache = await caches.open(PAGES + key);
  await cache.put(plain(url), new Response(await answer.blob(), { status: 200, headers }));
}

// wipe throws away the pages of every session but one.
async function wipe(but) {
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== PAGES + but) await caches.delete(name);
}

// old is a page as it was kept, with a line that says when.
async function old(url) {
  const key = await reader();
  const found = key && (await caches.match(plain(url), { cacheName: PAGES + key }));
  if (!found) return null;
  const type = found.headers.get("Content-Type") ?? "";
  if (!type.startsWith("text/html")) return found;
  const html = await found.text();
  const words = GY.words[/<html[^>]* lang="en"/.test(html) ? "en" : "zh"];
  const bar = `<div class="offline-bar" role="status"><span>${words.old.replace("{time}", when(Number(found.headers.get("Gongyi-Kept")), words))}</span><a href="/waiting">${words.waiting}</a></div>`;
  return new Response(html.replace(/<main\b/, `${bar}<main`), { headers: { "Content-Type": type, "Cache-Control": "no-store", "Content-Security-Policy": found.headers.get("Content-Security-Policy") ?? "default-src 'self'" } });
}

function when(at, words) {
  const then = new Date(at), now = new Date();
  const clock = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === now.toDateString()) return clock;
  return words.day.replace("{month}", then.getMonth() + 1).replace("{day}", then.getDate()) + " " + clock;
}

async function offline(url) {
  const found = await old(url);
  if (found) return found;
  const name = url.pathname === "/waiting" ? "/waiting" : "/offline";
  return (await caches.match(`${name}/${await lang()}`, { cacheName: SHELL })) ?? Response.error();
}

// file is what belongs to a page that is kept: the proof of a receipt.
async function file(request, url) {
  return fetch(request).catch(async () => (await old(url)) ?? Response.error());
}

// post sends a form. One that is marked waits if there is no network.
async function post(e, url) {
  const copy = e.request.clone();
  try {
    return await fetch(e.request);
  } catch (failure) {
    if (!(copy.headers.get("Content-Type") ?? "").startsWith("application/x-www-form-urlencoded")) return offline(url);
    const body = new URLSearchParams(await copy.text());
    const token = body.get("once");
    if (!body.has("queue") || !token) return offline(url);
    await add({ token, action: url.pathname + url.search, label: body.get("queue"), body: body.toString(), reader: await reader(), at: Date.now() });
    await later();
    return Response.redirect("/waiting?kept=1", 303);
  }
}

self.addEventListener("push", (e) => {
  const n = e.data?.json() ?? {};
  e.waitUntil(self.registration.showNotification(n.title ?? "共益", { body: n.body, tag: n.tag, icon: GY.icon, badge: GY.icon, data: { url: n.url } }));
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  const url = new URL(e.notification.data?.url ?? "/me/notices", self.location.origin);
  if (url.origin !== self.location.origin) return;
  e.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: "window" });
    if (!open) return self.clients.openWindow(url.href);
    await open.focus();
    return open.navigate(url.href);
  })());
});
