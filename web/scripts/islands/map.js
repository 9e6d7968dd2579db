// Draws a map with MapLibre from our own tiles. The worker comes from a file of ours,
// so that the content policy holds; marks come from GeoJSON and are links.
import { Map, Marker, NavigationControl, Popup, setWorkerUrl, LngLatBounds } from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?address";
import sheet from "maplibre-gl/dist/maplibre-gl.css?address";

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

export async function start(box) {
  const [style, marks] = await Promise.all([
    fetch(box.dataset.style).then(json),
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
  for (const f of marks.features) if (f.geometry?.type === "Point") put(map, f);
  await new Promise((done) => { map.once("idle", done); setTimeout(done, 4000); });
  box.dispatchEvent(new CustomEvent("map", { detail: map, bubbles: true })); // for a page that adds layers of its own
}

function json(answer) {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  return answer.json();
}

// put sets a mark: a shop is a square, a person a ring, an event a diamond.
function put(map, { geometry, properties: p = {} }) {
  const mark = document.createElement("button");
  mark.type = "button";
  mark.setAttribute("aria-label", p.name ?? "");
  const shape = document.createElement("span");
  shape.className = `mark ${p.kind ?? "shop"}`;
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
  new Marker({ element: mark }).setLngLat(geometry.coordinates).setPopup(new Popup({ offset: 14, closeButton: false }).setDOMContent(text)).addTo(map);
}
