// Draws a map with MapLibre from our own tiles. The worker comes from a file of ours,
// so that the content policy holds; marks come from GeoJSON and are links.
import { Map, Marker, NavigationControl, Popup, setWorkerUrl, LngLatBounds } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?address";
import sheet from "maplibre-gl/dist/maplibre-gl.css?address";
import { dressed, theme } from "./theme.js";

setWorkerUrl(worker);

function styled() {
  if (document.querySelector(`link[href="${sheet}"]`)) return Promise.resolve();
  return new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = sheet;
    link.onload = done;
    link.onerror = failed;
    document.head.append(link);
  });
}

// dress is the address of the style; where the page does not say how it is dressed, as
// the system is.
function dress(box) {
  const url = new URL(box.dataset.style, location.href);
  if (!url.searchParams.has("look") && getComputedStyle(document.documentElement).colorScheme === "dark") url.searchParams.set("look", "dark");
  return url.href;
}

export async function start(box) {
  const [style, marks] = await Promise.all([
    fetch(dress(box)).then(json),
    box.dataset.marks ? fetch(box.dataset.marks).then(json) : { features: [] },
    styled(),
  ]);
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  box.prepend(canvas);
  box.classList.add("drawn");
  const bounds = new LngLatBounds();
  for (const f of marks.features) if (f.geometry?.type === "Point") bounds.extend(f.geometry.coordinates);
  const map = new Map({
    container: canvas, style, attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false, cooperativeGestures: false,
    ...(bounds.isEmpty() ? {} : { bounds, fitBoundsOptions: { padding: 48, maxZoom: 17 } }),
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.getCanvas().setAttribute("aria-label", box.dataset.label ?? "");
  const set = {};
  for (const f of marks.features) if (f.geometry?.type === "Point") set[f.properties?.id] = put(map, f);
  pair(map, box, set);
  dressed(() => map.setStyle(dress(box)));
  await new Promise((done) => { map.once("idle", done); setTimeout(done, 4000); });
  box.dispatchEvent(new CustomEvent("map", { detail: map, bubbles: true })); // for a page that adds layers of its own
}

function json(answer) {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return answer.json();
}

// pair lets a row of a list ([data-mark] names its mark) and its mark lead to each other.
function pair(map, box, set) {
  for (const row of document.querySelectorAll("[data-mark]")) {
    const mark = set[row.dataset.mark];
    if (!mark) continue;
    const popup = mark.getPopup(), item = row.closest("li") ?? row;
    row.addEventListener("click", (e) => {
      e.preventDefault();
      map.easeTo({ center: mark.getLngLat(), zoom: Math.max(map.getZoom(), 16), animate: !theme().still });
      if (!popup.isOpen()) mark.togglePopup();
      box.scrollIntoView({ block: "nearest" });
    });
    popup.on("open", () => {
      item.classList.add("seen");
      item.scrollIntoView({ block: "nearest" });
    });
    popup.on("close", () => item.classList.remove("seen"));
  }
}

// put sets a mark: a shop is a square, a person a ring, an event a diamond.
function put(map, { geometry, properties: p = {} }) {
  const mark = document.createElement("button");
  mark.type = "button";
  mark.setAttribute("aria-label", [p.n, p.name].filter(Boolean).join(" "));
  const shape = document.createElement("span");
  shape.className = `mark ${p.kind ?? "shop"}`;
  shape.textContent = p.n ?? ""; // its number in the list
  mark.append(shape);
  const text = document.createElement("div");
  text.className = "pop";
  const name = document.createElement(p.href ? "a" : "b");
  name.textContent = p.name ?? "";
  if (p.href) { name.href = p.href; name.className = "u"; }
  text.append(name);
  if (p.note) {
    const note = document.createElement("p");
    note.textContent = p.note;
    text.append(note);
  }
  return new Marker({ element: mark }).setLngLat(geometry.coordinates).setPopup(new Popup({ offset: 14, closeButton: false }).setDOMContent(text)).addTo(map);
}
