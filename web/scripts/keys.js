// At an operator's desk: / looks for something, j and k go down and up, Enter opens.
export function keys() {
  if (!document.body.classList.contains("operator")) return;
  let at = -1;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.closest("input,textarea,select,[contenteditable],:popover-open,dialog[open]")) return;
    if (e.key === "/") {
      const search = document.querySelector("main input[type=search]");
      if (search) { e.preventDefault(); search.focus(); search.select(); }
      return;
    }
    const rows = [...document.querySelectorAll("[data-rows] > li, [data-rows] > tbody > tr")];
    if (rows.length === 0) return;
    if (e.key === "j" || e.key === "k") {
      if (at < 0) at = rows.findIndex((r) => r.getAttribute("aria-current") === "true") - (e.key === "j" ? 0 : -1);
      rows[at]?.classList.remove("at");
      at = Math.max(0, Math.min(rows.length - 1, at + (e.key === "j" ? 1 : -1)));
      rows[at].classList.add("at");
      rows[at].scrollIntoView({ block: "nearest" });
      (rows[at].querySelector("a") ?? rows[at]).focus({ preventScroll: true });
    }
  });
}
