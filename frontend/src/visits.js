/**
 * The map of a case's visits. The table beside it is the page; this draws the same rows as
 * numbered points over the districts' outlines. Without it, or without a graphics card, the table
 * says everything.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import "./visits.css";
import * as maplibre from "maplibre-gl";

const ROOM_PX = 48; // between the outermost point and the edge
const NEAREST_ZOOM = 14;

const box = document.getElementById("visits-map");
const told = document.getElementById("visits-data");

/** Draw the points that the page carries. */
async function draw() {
  if (!(box instanceof HTMLElement) || !told) return;
  /** @type {import("geojson").FeatureCollection<import("geojson").Point>} */
  const points = JSON.parse(told.textContent ?? "");
  box.hidden = false;
  const map = new maplibre.Map({
    container: box,
    style: { version: 8, sources: {}, layers: [] },
    attributionControl: false,
    cooperativeGestures: true,
    renderWorldCopies: false,
    bounds: boundsOf(points),
    fitBoundsOptions: { padding: ROOM_PX, maxZoom: NEAREST_ZOOM },
  });
  await map.once("load");
  if (box.dataset.outlines) {
    map.addSource("areas", { type: "geojson", data: box.dataset.outlines });
    map.addLayer({ id: "areas", type: "line", source: "areas", paint: { "line-color": "#8a8a8a" } });
  }
  for (const point of points.features) {
    const mark = document.createElement("span");
    mark.className = "visit-mark";
    mark.textContent = String(point.properties?.number ?? "");
    const [longitude, latitude] = point.geometry.coordinates;
    new maplibre.Marker({ element: mark }).setLngLat([longitude, latitude]).addTo(map);
  }
  box.dataset.state = "idle";
}

/** @param {import("geojson").FeatureCollection<import("geojson").Point>} points */
function boundsOf(points) {
  const bounds = new maplibre.LngLatBounds();
  for (const { geometry } of points.features) bounds.extend([geometry.coordinates[0], geometry.coordinates[1]]);
  return bounds;
}

draw().catch(() => {
  if (box) box.hidden = true; // the table stays
});
