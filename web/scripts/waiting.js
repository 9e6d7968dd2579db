// The page of what waits to be sent: a list, and a way to take each one back.
import { remove, waiting } from "./store.js";

export function start() {
  const box = document.querySelector("[data-waiting]");
  const { none, cancel, refused } = box.dataset;
  const show = async () => {
    const entries = await waiting();
    const list = document.createElement("ul");
    list.className = "rows";
    for (const entry of entries) list.append(row(entry));
    if (entries.length > 0) return box.replaceChildren(list);
    const empty = document.createElement("p");
    empty.className = "i2";
    empty.textContent = none;
    box.replaceChildren(empty);
  };
  const row = (entry) => {
    const line = document.createElement("li");
    const body = document.createElement("span");
    body.className = "body";
    const title = document.createElement("span");
    title.className = "title";
    title.textContent = entry.label || entry.action;
    const at = document.createElement("span");
    at.className = "small i3";
    at.textContent = new Date(entry.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) + (entry.refused ? ` · ${refused}${entry.refused}` : "");
    body.append(title, at);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn sm";
    button.textContent = cancel;
    button.setAttribute("aria-label", `${cancel}: ${title.textContent}`);
    button.addEventListener("click", async () => { await remove(entry.token); await show(); });
    line.append(body, button);
    return line;
  };
  document.addEventListener("gongyi:queue", show);
  document.querySelector("[data-send-now]")?.addEventListener("click", () => navigator.serviceWorker.controller?.postMessage({ do: "flush" }));
  return show();
}
