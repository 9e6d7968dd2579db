// Keeps a part of a page as it is on the server: a stream of events says that something
// has changed, then that part is read again. Whoever types in it is not disturbed.
export function start(box) {
  let seen, late = false;
  const read = async () => {
    if (box.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return (late = true);
    late = false;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
    if (next) box.innerHTML = next.innerHTML;
    box.dispatchEvent(new CustomEvent("streamed", { bubbles: true }));
  };
  const events = new EventSource(box.dataset.src);
  events.onmessage = ({ data }) => {
    if (seen !== undefined && seen !== data) read().catch(() => {});
    seen = data;
  };
  box.addEventListener("focusout", () => late && setTimeout(() => read().catch(() => {}), 200));
  addEventListener("pagehide", () => events.close());
}
