/**
 * The map beside its table. The server writes the whole page; this script draws the table's
 * figures as a map, asks for new ones, links rows and areas, and opens the next map in place.
 * Without it, or without a graphics card, the table with its links is the page.
 */
import { opened } from "./map/opened.js"; // its style comes first, ours over it
import "./map.css";
import * as maplibre from "maplibre-gl";
import { Names } from "./map/names.js";
import { addPatterns, layers, readColours, TOUCHED } from "./map/style.js";
import { makeSortable, readRows, writeValues } from "./map/table.js";

const EVERY_MS = 10_000; // how often new figures are asked for
const GLIDE_MS = 500; // from one area to the next
const ROOM_PX = 24; // between the outermost area and the edge of the map
const SMALL = matchMedia("(max-width: 47.9em)");
const OURS = { map: true }; // pages of the map in the browser's history, which HTMX leaves alone
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @param {string} id @returns {HTMLElement} */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

class OneMap {
  /** @type {import("maplibre-gl").Map} */
  #map;
  /** @type {Names} */
  #names;
  /** @type {import("geojson").Feature[]} */
  #features = [];
  /** @type {Promise<unknown>} */
  #ready;
  /** @type {number | null} */
  #lit = null;
  #busy = true;

  constructor() {
    this.#map = opened(part("map"), {
      style: { version: 8, sources: { areas: { type: "geojson", data: empty() } }, layers: [] },
    });
    this.#ready = this.#map.once("load");
    this.#names = new Names(this.#map, part("map-names"), {
      light: (id) => this.light(id),
      open: (link) => void go(link),
    });
    this.#listen();
    this.#map.on("idle", () => {
      if (!this.#busy) part("map").dataset.state = "idle"; // all that is there is drawn
    });
    Object.assign(part("map"), { drawn: this.#map }); // for whoever looks at it from outside
  }

  /** Draw the page's area from its outlines; the figures come from its table. */
  async draw() {
    part("map").dataset.state = "busy";
    this.#busy = true;
    const answer = await fetch(part("map-table").dataset.shapes ?? "");
    if (!answer.ok) throw new Error(`outlines: ${answer.status}`);
    /** @type {import("geojson").FeatureCollection} */
    const outlines = await answer.json();
    this.#features = outlines.features;
    this.#lit = null;
    await this.#ready;
    this.#colour();
    this.#source().setData(outlines);
    this.#frame();
    this.paint();
    this.#names.show(this.#painted(), readRows(document));
    this.#busy = false;
    this.#map.triggerRepaint();
  }

  /** Give each area the class that its row of the table says. */
  paint() {
    const rows = readRows(document);
    for (const { id, shade } of rows.values()) this.#map.setFeatureState({ source: "areas", id }, { shade });
    this.#names.write(rows);
  }

  /** Show an area and its row as one. @param {number | null} id */
  light(id) {
    if (id === this.#lit) return;
    const rows = readRows(document);
    for (const [own, lit] of /** @type {[number | null, boolean][]} */ ([[this.#lit, false], [id, true]])) {
      if (own === null) continue;
      this.#map.setFeatureState({ source: "areas", id: own }, { lit });
      rows.get(own)?.element.classList.toggle("lit", lit);
    }
    this.#lit = id;
    this.#names.light(id);
    readOut(id === null ? undefined : rows.get(id));
  }

  #listen() {
    const map = this.#map;
    map.on("mousemove", (event) => this.light(this.#at(event.point)?.id ?? null));
    map.on("mouseout", () => this.light(null));
    map.on("mousemove", (event) => {
      map.getCanvas().style.cursor = this.#at(event.point) ? "pointer" : "";
    });
    map.on("click", (event) => {
      const hit = this.#at(event.point);
      const link = hit && readRows(document).get(hit.id)?.link;
      if (link) void go(link);
      else if (hit?.part === "around") void go(`${part("map-table").dataset.around}${hit.id}`);
    });
  }

  /** @param {import("maplibre-gl").Point} point */
  #at(point) {
    const layers = TOUCHED.filter((layer) => this.#map.getLayer(layer));
    if (!layers.length) return null;
    const [hit] = this.#map.queryRenderedFeatures(point, { layers });
    return hit ? { id: Number(hit.id), part: String(hit.properties.part) } : null;
  }

  /** The colours follow the layer, which may have changed with the page. */
  #colour() {
    for (const { id } of this.#map.getStyle().layers) this.#map.removeLayer(id);
    if (!this.#map.hasImage("pattern1")) addPatterns(this.#map);
    const colours = readColours(getComputedStyle(part("map-table")));
    for (const layer of layers(colours)) this.#map.addLayer(layer);
    this.#map.removeFeatureState({ source: "areas" });
  }

  #painted() {
    return this.#features.filter((feature) => feature.properties?.part === "child");
  }

  #frame() {
    const bounds = new maplibre.LngLatBounds();
    const seen = this.#features.filter((f) => ["child", "frame"].includes(f.properties?.part));
    for (const feature of seen) extend(bounds, /** @type {any} */ (feature.geometry).coordinates);
    if (bounds.isEmpty()) return;
    const first = this.#map.getZoom() < 1;
    const legend = part("map-legend");
    const [beside, below] = SMALL.matches ? [0, legend.offsetHeight] : [legend.offsetWidth, 0];
    const above = SMALL.matches ? ROOM_PX : 0; // a badge lies there
    const padding = { top: ROOM_PX + above, left: ROOM_PX + beside, right: ROOM_PX, bottom: ROOM_PX + below };
    this.#map.setMaxBounds();
    this.#map.fitBounds(bounds, { padding, animate: !still && !first, duration: GLIDE_MS, maxZoom: 15 });
  }

  #source() {
    return /** @type {import("maplibre-gl").GeoJSONSource} */ (this.#map.getSource("areas"));
  }
}

/** @returns {import("geojson").FeatureCollection} */
function empty() {
  return { type: "FeatureCollection", features: [] };
}

/** @param {import("maplibre-gl").LngLatBounds} bounds @param {any} coordinates */
function extend(bounds, coordinates) {
  if (typeof coordinates[0] === "number") bounds.extend(coordinates);
  else for (const inner of coordinates) extend(bounds, inner);
}

/** @param {import("./map/table.js").Row} [row] */
function readOut(row) {
  const figure = document.createElement("b");
  figure.textContent = row?.figure ?? "";
  part("map-readout").replaceChildren(...(row ? [`${row.name} `, figure] : []));
}

/** Say what went wrong, or nothing. @param {"stale" | "undrawn" | "lost"} [what] */
function trouble(what) {
  const place = part("map-trouble");
  place.hidden = !what;
  place.textContent = what ? (place.dataset[what] ?? "") : "";
}

/**
 * Open another view of the map in place; a list, or a map that does not come, as a page.
 * @param {HTMLAnchorElement | string} to
 * @param {{remember?: boolean}} [options]
 */
async function go(to, { remember = true } = {}) {
  const address = typeof to === "string" ? to : to.href;
  if (typeof to !== "string" && !to.hasAttribute("data-go")) {
    location.assign(address);
    return;
  }
  try {
    await swap(address);
  } catch {
    trouble("lost");
    return;
  }
  if (remember) history.pushState(OURS, "", address);
  part("map-title").focus({ preventScroll: true });
  await show();
}

/** Take over the parts of another page of the map. @param {string} address */
async function swap(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.querySelectorAll("[data-swap]")];
  if (!answer.ok || !fresh.length) throw new Error(`page: ${answer.status}`);
  for (const piece of fresh) document.getElementById(piece.id)?.replaceWith(document.importNode(piece, true));
  document.title = page.title;
  makeSortable(part("map-table"));
  trouble();
}

/** Draw the page that is here now. */
async function show() {
  try {
    await map?.draw();
  } catch {
    trouble("lost");
  }
}

/** Ask for new figures as long as somebody looks, and put them where they belong. */
async function renew() {
  try {
    if (document.visibilityState === "visible") await ask();
  } catch {
    trouble("stale");
  } finally {
    setTimeout(renew, EVERY_MS);
  }
}

async function ask() {
  const section = part("map-table");
  const answer = await fetch(`${section.dataset.values}&since=${section.dataset.version}`);
  if (!answer.ok) throw new Error(`values: ${answer.status}`);
  if (section !== part("map-table")) return; // another map was opened meanwhile
  tellTime(answer.headers.get("Linli-Now"));
  trouble();
  if (answer.status === 204) return;
  /** @type {import("./map/table.js").Values} */
  const values = await answer.json();
  const labels = [...document.querySelectorAll("#map-legend li > [class*=shade-]")].map((s) => s.parentElement?.innerText.trim());
  const fits = labels.length === values.labels.length && labels.every((label, i) => label === values.labels[i]);
  if (fits && writeValues(section, values)) map?.paint();
  else await swap(location.href).then(show);
}

/** The moment of the figures, in the server's words. @param {string | null} words */
function tellTime(words) {
  const time = document.querySelector("#map-time time");
  const [moment, said] = (words ?? "").split(" ");
  if (!said || !time) return;
  time.setAttribute("datetime", moment);
  time.textContent = decodeURIComponent(said);
}

/** @returns {OneMap | null} */
function begin() {
  const [columns] = document.getElementsByClassName("map-columns");
  const [side] = document.getElementsByClassName("map-side");
  if (!(side instanceof HTMLElement)) return null;
  side.hidden = false;
  columns?.classList.add("drawn");
  try {
    return new OneMap();
  } catch {
    side.hidden = true;
    columns?.classList.remove("drawn");
    trouble("undrawn");
    return null;
  }
}

makeSortable(part("map-table"));
const map = begin();

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (!(link instanceof HTMLAnchorElement) || !map || !plain) return;
  event.preventDefault();
  void go(link);
});
for (const [on, off] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  document.addEventListener(on, (event) => {
    const line = event.target instanceof Element ? event.target.closest("tr[data-area]") : null;
    if (line instanceof HTMLElement) map?.light(Number(line.dataset.area));
  });
  document.addEventListener(off, (event) => {
    if (event.target instanceof Element && event.target.closest("tr[data-area]")) map?.light(null);
  });
}
history.replaceState(OURS, "");
addEventListener("popstate", () => void go(location.href, { remember: false }));
if (SMALL.matches) part("map-legend").removeAttribute("open");
await show();
setTimeout(renew, EVERY_MS);
