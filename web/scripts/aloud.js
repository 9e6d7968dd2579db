// Reads the main content aloud, block after block, in the language of the page.
const blocks = "h1,h2,h3,p,li,dt,dd,td,th,label,legend,button,a.btn,figcaption,summary";

function* texts(main) {
  const said = new Set();
  for (const el of main.querySelectorAll(blocks)) {
    if (el.closest("[hidden],[popover],.sr,svg,.codesheet .fours,[aria-hidden=true]")) continue;
    if ([...said].some((s) => s.contains(el))) continue; // its parent was read whole
    if (el.matches("li,td,dd") && el.querySelector("p,li,h3,table,dl")) continue; // its parts come by themselves
    if (!el.checkVisibility?.() && !el.offsetParent) continue;
    const text = el.innerText.replace(/\s+/g, " ").trim();
    if (!text) continue;
    said.add(el);
    yield [el, text];
  }
}

export function aloud() {
  const button = document.querySelector("[data-aloud]");
  const main = document.querySelector("main");
  if (!button || !main || !("speechSynthesis" in window)) return;
  button.hidden = false;
  const words = button.querySelector("span");
  const start = words?.textContent, label = button.getAttribute("aria-label");
  let reading = false;
  const show = () => {
    button.setAttribute("aria-pressed", String(reading));
    button.setAttribute("aria-label", reading ? button.dataset.stop : label);
    if (words) words.textContent = reading ? button.dataset.stop : start;
  };
  const stop = () => { reading = false; speechSynthesis.cancel(); show(); };
  button.addEventListener("click", () => {
    if (reading) return stop();
    reading = true;
    show();
    const queue = [...texts(main)];
    const next = () => {
      const item = reading && queue.shift();
      if (!item) return stop();
      const u = new SpeechSynthesisUtterance(item[1]);
      u.lang = document.documentElement.lang;
      u.rate = 0.9;
      u.onend = next;
      u.onerror = stop;
      item[0].scrollIntoView({ block: "nearest" });
      speechSynthesis.speak(u);
    };
    next();
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
}
