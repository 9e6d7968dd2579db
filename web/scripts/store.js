// What pages and the service worker share: who reads, and what waits to be sent.

const META = "gongyi-reader";

// reader is the mark of the session whose pages are kept, "" if of none. The server
// makes it; it tells nobody who she is.
export async function reader() {
  const cache = await caches.open(META);
  const found = await cache.match("/~reader");
  return found ? found.text() : "";
}

export async function setReader(key, lang) {
  const cache = await caches.open(META);
  await cache.put("/~reader", new Response(key));
  if (lang) await cache.put("/~lang", new Response(lang));
}

export async function lang() {
  const found = await (await caches.open(META)).match("/~lang");
  return found && (await found.text()).startsWith("en") ? "en" : "zh";
}

let opened;
function db() {
  opened ??= new Promise((yes, no) => {
    const ask = indexedDB.open("gongyi", 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore("queue", { keyPath: "token" });
    ask.onsuccess = () => {
      ask.result.onversionchange = () => { ask.result.close(); opened = undefined; };
      yes(ask.result);
    };
    ask.onerror = () => { opened = undefined; no(ask.error); };
  });
  return opened;
}

async function queue(mode, fn) {
  const store = (await db()).transaction("queue", mode);
  const ask = fn(store.objectStore("queue"));
  return new Promise((yes, no) => {
    store.oncomplete = () => yes(ask?.result);
    store.onabort = store.onerror = () => no(store.error);
  });
}

// add keeps a form that could not be sent; the same token is kept once.
export const add = (entry) => queue("readwrite", (q) => q.put(entry));
export const remove = (token) => queue("readwrite", (q) => q.delete(token));
export const clear = () => queue("readwrite", (q) => q.clear());
export const waiting = async () => (await queue("readonly", (q) => q.getAll())).sort((a, b) => a.at - b.at);

// flush sends what waits, the oldest first. The token makes it once, however often a
// request goes out; the mark makes the server refuse it in anybody else's session.
// It tells how many went.
export function flush() {
  return navigator.locks.request("gongyi-queue", async () => {
    let sent = 0;
    for (const entry of await waiting()) {
      if (entry.refused) continue;
      let answer;
      try {
        answer = await fetch(entry.action, {
          method: "POST", credentials: "same-origin", redirect: "manual", body: entry.body,
          headers: { "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/problem+json", "Gongyi-Reader": entry.reader },
        });
      } catch {
        break; // no network yet
      }
      if (answer.type === "opaqueredirect" || answer.ok) {
        await remove(entry.token);
        sent++;
      } else if (answer.status === 401 || answer.status === 429 || answer.status >= 500) {
        break; // later: nobody is signed in, or it is too busy
      } else {
        const problem = await answer.json().catch(() => ({}));
        await add({ ...entry, refused: problem.detail ?? String(answer.status) });
      }
    }
    return sent;
  });
}
