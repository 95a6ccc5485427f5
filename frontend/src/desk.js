/**
 * The dispatcher's map: ways of runs, where they are, and closures, which can be drawn here by
 * mouse, finger or keyboard. What is drawn becomes text in the form below, so the form does the
 * same without this script.
 */
import { opened } from "./map/opened.js"; // its style comes first, ours over it
import "./desk.css";
import * as maplibre from "maplibre-gl";

const EVERY_MS = 10_000; // how often it is asked where everybody is
const ROOM_PX = 40;
const DECIMALS = 6;
const DRIVEN = "#28467d";
const CLOSED = "#a8231c";
const INK = "#1d2321";

/** @typedef {import("maplibre-gl").LayerSpecification} Layer */
/** @typedef {[number, number]} Point */

/** @param {string} id @returns {HTMLElement} */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} what @returns {any} */
const is = (what) => ["==", ["get", "what"], what];
const blocked = /** @type {any} */ (["boolean", ["get", "blocked"], false]);

/** @returns {Layer[]} */
function layers() {
  return [
    { id: "ground", type: "background", paint: { "background-color": "#f1ede4" } },
    { id: "land", source: "outlines", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#fffdf8" } },
    { id: "edge", source: "outlines", type: "line", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": "#b9b0a1", "line-width": 1 } },
    { id: "way", source: "drawn", type: "line", filter: ["all", is("way"), ["!", blocked]], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": DRIVEN, "line-width": 4, "line-opacity": ["case", ["get", "drives"], 1, 0.5] } },
    { id: "way-blocked", source: "drawn", type: "line", filter: ["all", is("way"), blocked], paint: { "line-color": CLOSED, "line-width": 4, "line-dasharray": [2, 1] } },
    { id: "closure-area", source: "drawn", type: "fill", filter: ["all", is("closure"), ["==", ["geometry-type"], "Polygon"]], paint: { "fill-color": CLOSED, "fill-opacity": 0.25 } },
    { id: "closure-line", source: "drawn", type: "line", filter: ["all", is("closure"), ["!=", ["geometry-type"], "Point"]], paint: { "line-color": CLOSED, "line-width": 5 } },
    { id: "closure-point", source: "drawn", type: "circle", filter: ["all", is("closure"), ["==", ["geometry-type"], "Point"]], paint: { "circle-color": CLOSED, "circle-radius": 9, "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
    { id: "stop", source: "drawn", type: "circle", filter: is("stop"), paint: { "circle-color": "#fff", "circle-radius": 5, "circle-stroke-color": DRIVEN, "circle-stroke-width": 3 } },
    { id: "site", source: "drawn", type: "circle", filter: is("site"), paint: { "circle-color": DRIVEN, "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
    { id: "vehicle", source: "drawn", type: "circle", filter: is("vehicle"), paint: { "circle-color": ["case", blocked, CLOSED, INK], "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
    { id: "mine-area", source: "mine", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": CLOSED, "fill-opacity": 0.2 } },
    { id: "mine-line", source: "mine", type: "line", paint: { "line-color": CLOSED, "line-width": 4, "line-dasharray": [1, 1] } },
    { id: "mine-point", source: "mine", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#fff", "circle-radius": 6, "circle-stroke-color": CLOSED, "circle-stroke-width": 3 } },
  ];
}

class Desk {
  /** @type {import("maplibre-gl").Map} */
  #map;
  /** @type {Point[]} */
  #points = [];
  /** @type {"line" | "area" | "point" | null} */
  #shape = null;
  /** @type {Map<number, HTMLElement>} */
  #plates = new Map();

  constructor() {
    const nothing = { type: "geojson", data: collection([]) };
    this.#map = opened(part("desk-map"), {
      style: { version: 8, sources: /** @type {any} */ ({ outlines: nothing, drawn: nothing, mine: nothing }), layers: layers() },
      center: [114.3, 30.6],
      zoom: 9,
    });
    this.#map.on("click", (event) => this.#add([event.lngLat.lng, event.lngLat.lat]));
    this.#map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !this.#shape) return;
      event.preventDefault();
      const { lng, lat } = this.#map.getCenter();
      this.#add([lng, lat]);
    });
    for (const button of document.querySelectorAll("[data-draw]")) {
      button.addEventListener("click", () => this.#begin(button));
    }
    document.querySelector("[data-undo]")?.addEventListener("click", () => this.#undo());
    Object.assign(part("desk-map"), { drawn: this.#map }); // for whoever looks at it from outside
  }

  /** Draw the background and what is there, and show all of it. */
  async show() {
    await this.#map.once("load");
    const outlines = part("desk-map").dataset.outlines;
    const answer = outlines ? await fetch(outlines) : null;
    const ground = answer?.ok ? await answer.json() : collection([]);
    this.#source("outlines").setData(ground);
    const seen = await this.renew();
    this.#frame(seen.features.length ? seen : ground);
    part("desk-map").dataset.state = "idle";
  }

  /** Ask where everybody is now. */
  async renew() {
    const answer = await fetch(part("desk-map").dataset.drawn ?? "");
    if (!answer.ok) throw new Error(`drawn: ${answer.status}`);
    /** @type {import("geojson").FeatureCollection} */
    const drawn = await answer.json();
    this.#source("drawn").setData(drawn);
    this.#label(drawn);
    return drawn;
  }

  /** A plate beside each vehicle. @param {import("geojson").FeatureCollection} drawn */
  #label(drawn) {
    for (const plate of this.#plates.values()) plate.remove();
    this.#plates.clear();
    for (const { properties, geometry } of drawn.features) {
      if (properties?.what !== "vehicle" || geometry.type !== "Point") continue;
      const link = document.createElement("a");
      link.href = `/runs/${properties.id}`;
      link.className = "desk-plate";
      link.textContent = `${properties.id} ${properties.plate}`.trim();
      new maplibre.Marker({ element: link, anchor: "left", offset: [12, 0] })
        .setLngLat(/** @type {Point} */ (geometry.coordinates))
        .addTo(this.#map);
      this.#plates.set(properties.id, link);
    }
  }

  /** @param {Element} button */
  #begin(button) {
    const shape = /** @type {any} */ (button.getAttribute("data-draw"));
    this.#shape = this.#shape === shape ? null : shape;
    this.#points = [];
    for (const one of document.querySelectorAll("[data-draw]")) {
      one.setAttribute("aria-pressed", String(one.getAttribute("data-draw") === this.#shape));
    }
    part("desk-map").classList.toggle("drawing", this.#shape !== null);
    const form = part("close");
    if (this.#shape && form instanceof HTMLDetailsElement) form.open = true;
    this.#write();
    if (this.#shape) this.#map.getCanvas().focus();
  }

  /** @param {Point} at */
  #add(at) {
    if (!this.#shape) return;
    const point = /** @type {Point} */ (at.map((part) => Number(part.toFixed(DECIMALS))));
    this.#points = this.#shape === "point" ? [point] : [...this.#points, point];
    this.#write();
  }

  #undo() {
    this.#points.pop();
    this.#write();
  }

  /** What is drawn stands in the form, and on the map. */
  #write() {
    const field = document.getElementById("points");
    if (field instanceof HTMLTextAreaElement) field.value = this.#points.map((p) => p.join(" ")).join("; ");
    const chosen = document.querySelector(`input[name="shape"][value="${this.#shape}"]`);
    if (chosen instanceof HTMLInputElement) chosen.checked = true;
    const undo = document.querySelector("[data-undo]");
    if (undo instanceof HTMLButtonElement) undo.disabled = !this.#points.length;
    const said = part("desk-said");
    const count = this.#points.length ? ` ${said.dataset.points} ${this.#points.length}` : "";
    said.textContent = this.#shape ? `${said.dataset.drawing}${count}` : "";
    this.#source("mine").setData(collection(mine(this.#shape, this.#points)));
  }

  /** @param {import("geojson").FeatureCollection} shown */
  #frame(shown) {
    const bounds = new maplibre.LngLatBounds();
    for (const feature of shown.features) extend(bounds, /** @type {any} */ (feature.geometry).coordinates);
    if (!bounds.isEmpty()) this.#map.fitBounds(bounds, { padding: ROOM_PX, animate: false, maxZoom: 14 });
  }

  /** @param {string} name */
  #source(name) {
    return /** @type {import("maplibre-gl").GeoJSONSource} */ (this.#map.getSource(name));
  }
}

/** @param {any[]} features @returns {import("geojson").FeatureCollection} */
function collection(features) {
  return { type: "FeatureCollection", features };
}

/** What is being drawn. @param {string | null} shape @param {Point[]} points */
function mine(shape, points) {
  const spots = points.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }));
  if (shape === "area" && points.length > 2) {
    return [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...points, points[0]]] } }, ...spots];
  }
  if (points.length > 1) {
    return [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } }, ...spots];
  }
  return spots;
}

/** @param {import("maplibre-gl").LngLatBounds} bounds @param {any} coordinates */
function extend(bounds, coordinates) {
  if (typeof coordinates[0] === "number") bounds.extend(coordinates);
  else for (const inner of coordinates) extend(bounds, inner);
}

/** Say what went wrong, or nothing. @param {"stale" | "undrawn"} [what] */
function trouble(what) {
  const place = part("desk-trouble");
  place.hidden = !what;
  place.textContent = what ? (place.dataset[what] ?? "") : "";
}

/** @returns {Desk | null} */
function begin() {
  part("desk-side").hidden = false;
  try {
    return new Desk();
  } catch {
    part("desk-side").hidden = true;
    trouble("undrawn");
    return null;
  }
}

/** Ask as long as somebody looks. @param {Desk} desk */
async function renew(desk) {
  try {
    if (document.visibilityState === "visible") {
      await desk.renew();
      trouble();
    }
  } catch {
    trouble("stale");
  } finally {
    setTimeout(() => void renew(desk), EVERY_MS);
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const key = document.getElementById("plan-anew");
  if (key instanceof HTMLAnchorElement) key.click();
});

const desk = begin();
if (desk) {
  try {
    await desk.show();
  } catch {
    trouble("stale");
  }
  setTimeout(() => void renew(desk), EVERY_MS);
}
