// A page's side of the service worker: it is started, a new version is offered, what
// waited is sent, and forms that may wait are marked.
import { toast } from "./copy.js";
import { waiting } from "./store.js";

export function pwa() {
  const link = document.querySelector("link[rel=manifest]");
  mark();
  if (!link || !("serviceWorker" in navigator)) return;
  const words = link.dataset;
  const worker = navigator.serviceWorker;
  const had = Boolean(worker.controller);
  worker.register("/sw.js").then((registration) => {
    const offer = (w) => { if (w && worker.controller) newer(words.newer, () => w.postMessage({ do: "switch" })); };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const next = registration.installing;
      next?.addEventListener("statechange", () => { if (next.state === "installed") offer(next); });
    });
  }).catch(() => {}); // a browser that forbids it: everything else still works
  let switched = false;
  worker.addEventListener("controllerchange", () => {
    if (had && worker.controller && !switched) { switched = true; location.reload(); } // after a sign-out there is none
    if (!had) keepThis();
  });
  worker.addEventListener("message", ({ data }) => {
    if (data?.sent > 0) toast(words.sent.replace("{n}", data.sent));
    if (data && "sent" in data) document.dispatchEvent(new CustomEvent("gongyi:queue"));
  });
  const send = () => worker.controller?.postMessage({ do: "flush" });
  addEventListener("online", send);
  send();
  push(worker);
  leaving(words.leaving);
  if (document.querySelector("[data-waiting]")) import("./waiting.js").then((m) => m.start());
}

// keepThis lets the worker see the page that was open before it was there.
function keepThis() {
  fetch(location.href, { headers: { Accept: "text/html", "Gongyi-Keep": "1" } }).catch(() => {});
}

// newer says that there is a new version; what waits to be sent stays.
function newer(text, act) {
  if (document.querySelector(".newer")) return;
  const bar = document.createElement("div");
  bar.className = "newer";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn share";
  button.textContent = text;
  button.addEventListener("click", act);
  bar.append(button);
  document.body.append(bar);
}

// mark makes a form that may wait say so to the worker, with a token of its own.
function mark() {
  document.addEventListener("submit", (e) => {
    const form = e.target.closest("form[data-queue]");
    if (!form) return;
    for (const [name, value] of [["queue", form.dataset.queue], ["once", crypto.randomUUID()]]) {
      if (form.elements[name]) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    for (const field of form.querySelectorAll("[data-shown]")) field.value = Date.now() + Number(field.dataset.shown); // it may be sent much later
  }, true);
}

// leaving asks before somebody signs out with something unsent: it would be lost.
function leaving(words) {
  document.addEventListener("submit", (e) => {
    const form = e.target.closest('form[action="/sign-out"]');
    if (!form || form.dataset.sure) return;
    e.preventDefault();
    waiting().catch(() => []).then((left) => {
      if (left.length > 0 && !confirm(words.replace("{n}", left.length))) return;
      form.dataset.sure = "1";
      form.requestSubmit();
    });
  }, true);
}

// push is the switch on the settings page.
async function push(worker) {
  const box = document.querySelector("[data-push]");
  if (!box || !("PushManager" in window)) return;
  const [state, on, off] = [box.querySelector(".state"), box.querySelector("[data-push-on]"), box.querySelector("[data-push-off]")];
  const registration = await worker.ready;
  const show = async () => {
    const subscribed = await registration.pushManager.getSubscription();
    const denied = Notification.permission === "denied";
    state.textContent = denied ? box.dataset.denied : subscribed ? box.dataset.on : box.dataset.off;
    on.hidden = denied || Boolean(subscribed);
    off.hidden = !subscribed;
  };
  const tell = (path, fields) => fetch(path, { method: "POST", credentials: "same-origin", body: new URLSearchParams(fields) });
  on.addEventListener("click", async () => {
    if (await Notification.requestPermission() !== "granted") return show();
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) });
    const { endpoint, keys } = made.toJSON();
    const answer = await tell("/me/push", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
    if (!answer.ok) await made.unsubscribe();
    await show();
  });
  off.addEventListener("click", async () => {
    const made = await registration.pushManager.getSubscription();
    if (made) {
      await tell("/me/push/end", { endpoint: made.endpoint });
      await made.unsubscribe();
    }
    await show();
  });
  await show();
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}
