// A number that answers why opens its page as a sheet from below. The link stays a
// link: elder mode, a modifier, or a failure lead to the page itself.
export function sheets() {
  if (!window.HTMLDialogElement?.prototype.showModal) return;
  document.addEventListener("click", async (e) => {
    const link = e.target.closest("a.why, a[data-sheet]");
    if (!link || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || to.pathname === location.pathname) return;
    e.preventDefault();
    try {
      const answer = await fetch(to, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = (to.hash && page.getElementById(to.hash.slice(1))) || page.querySelector("[data-sheet-body]") || page.querySelector("main");
      open(part, link);
    } catch {
      location.assign(to);
    }
  });
}

function open(part, link) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask-sheet";
  dialog.setAttribute("aria-label", link.getAttribute("aria-label") ?? link.textContent.trim());
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn block";
  close.textContent = document.body.dataset.close ?? "×";
  close.addEventListener("click", () => dialog.close());
  part.querySelectorAll("[id]").forEach((el) => el.removeAttribute("id"));
  part.querySelectorAll(".strip, .foot, script").forEach((el) => el.remove());
  const body = document.createElement("div");
  body.append(...part.childNodes);
  dialog.append(body, close);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.addEventListener("click", (e) => { if (e.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
