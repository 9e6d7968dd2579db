// The colours of the page as it is dressed now.
export function theme() {
  const css = getComputedStyle(document.documentElement);
  const get = (name) => css.getPropertyValue(`--gy-${name}`).trim();
  return {
    get,
    series: ["c1", "c2", "c3", "c4", "c5", "c6"].map(get),
    rest: get("c0"),
    heat: ["q1", "q2", "q3", "q4", "q5", "q6"].map(get),
    font: get("sans"),
    elder: document.documentElement.dataset.theme === "gongyi-elder",
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

// dressed calls f again when the page is dressed anew.
export function dressed(f) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", f);
}
