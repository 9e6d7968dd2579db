// A button with data-copy copies that text and says so in its data-copied.
export function copy() {
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(button.dataset.copied);
    } catch {
      const text = document.getElementById(button.dataset.from); // select it, so that a finger can
      if (text) getSelection().selectAllChildren(text);
    }
  });
}

// toast says what came to pass elsewhere, for five seconds. Never for money.
export function toast(text) {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const one = document.createElement("div");
  one.className = "toast";
  one.textContent = text;
  box.append(one);
  setTimeout(() => one.remove(), 5000);
}
