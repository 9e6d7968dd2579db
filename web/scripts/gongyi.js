// What pages can do better with a script. Without it every page still works.
import { aloud } from "./aloud.js";
import { copy, toast } from "./copy.js";
import { guard } from "./guard.js";
import { keys } from "./keys.js";
import { pwa } from "./pwa.js";
import { sheets } from "./sheets.js";
import { tables } from "./tables.js";

const islands = {
  chart: () => import("./islands/chart.js"),
  here: () => import("./islands/here.js"),
  live: () => import("./islands/live.js"),
  map: () => import("./islands/map.js"),
  passkey: () => import("./islands/passkey.js"),
  paycode: () => import("./islands/paycode.js"),
  scan: () => import("./islands/scan.js"),
  stream: () => import("./islands/stream.js"),
  wechatpay: () => import("./islands/wechatpay.js"),
};

// busy counts what is being drawn, for whoever takes a picture of the page.
let drawing = 0;
function busy(more) {
  drawing += more;
  if (drawing > 0) document.documentElement.dataset.busy = drawing;
  else delete document.documentElement.dataset.busy;
}

// waken starts the islands of a page, or of a piece of it, once they come near.
function waken(root) {
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const island = target.dataset.island ? target : target.querySelector("[data-island]");
      const kind = island.dataset.island;
      busy(1);
      islands[kind]().then((m) => m.start(island)).catch((e) => console.error(e)).finally(() => busy(-1));
    }
  }, { rootMargin: "200px" });
  for (const island of root.querySelectorAll("[data-island]")) {
    if (island.dataset.awake) continue;
    island.dataset.awake = "1";
    near.observe(island.hidden ? island.parentElement : island); // what is hidden is never near
  }
}

// htmx comes only to pages that speak it.
function swaps() {
  if (document.querySelector("[hx-get],[hx-post],[hx-boost],[hx-boost\\:inherited],[hx-trigger]")) import("./htmx.js");
}

aloud();
copy();
guard();
keys();
pwa();
sheets();
tables();
waken(document);
swaps();
document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:after:swap", () => waken(document));
document.addEventListener("toast", (e) => toast(e.detail?.value ?? e.detail));
