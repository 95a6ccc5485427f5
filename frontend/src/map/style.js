/**
 * How are areas drawn? One shade a class, each with a pattern of its own, so that the map can be
 * read without telling colours apart. Which class an area is in is its feature state.
 */

const CLASSES = [0, 1, 2, 3, 4, 5];
const GAPS = [-1, -2, -3, -4];
const TILE_PX = 24; // a pattern repeats; drawn at twice the size for sharp screens
const RATIO = 2;

/** @typedef {import("maplibre-gl").ExpressionSpecification} Expression */
/** @typedef {import("maplibre-gl").LayerSpecification} Layer */

/** @type {Expression} */
const SHADE = ["to-number", ["feature-state", "shade"], -4];
/** @type {Expression} */
const LIT = ["boolean", ["feature-state", "lit"], false];
/** @param {string} part @returns {Expression} */
const is = (part) => ["==", ["get", "part"], part];
/** @type {Expression} */
const AREA = ["==", ["geometry-type"], "Polygon"];
/** @type {Expression} */
const SPOT = ["==", ["geometry-type"], "Point"];
/** @type {Expression} */
const DRAWN = ["boolean", ["get", "schematic"], false];

/**
 * @param {CSSStyleDeclaration} css where the style sheet says the colours
 * @returns {{ground: string, around: string, edge: string, gap: string, shades: string[]}}
 */
export function readColours(css) {
  const read = (/** @type {string} */ name) => css.getPropertyValue(`--${name}`).trim();
  return {
    ground: read("ground"),
    around: read("around"),
    edge: read("edge"),
    gap: read("gap"),
    shades: CLASSES.map((number) => read(`shade-${number}`)),
  };
}

/**
 * @param {ReturnType<typeof readColours>} colours
 * @returns {Layer[]}
 */
export function layers(colours) {
  const shades = CLASSES.flatMap((number) => [number, colours.shades[number]]);
  const paint = /** @type {Expression} */ (
    /** @type {unknown} */ (["match", SHADE, ...shades, -4, colours.around, colours.gap])
  );
  const source = "areas";
  /** @type {Expression} */
  const child = ["all", is("child"), AREA];
  return [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
    { id: "around", source, type: "fill", filter: is("around"), paint: { "fill-color": colours.around } },
    { id: "around-edge", source, type: "line", filter: is("around"), paint: { "line-color": "#ffffff", "line-width": 1.2 } },
    { id: "frame", source, type: "fill", filter: is("frame"), paint: { "fill-color": "#fffdf8" } },
    { id: "fill", source, type: "fill", filter: child, paint: { "fill-color": paint, "fill-antialias": false } },
    ...[...CLASSES, ...GAPS].filter(hasPattern).map((number) => patternLayer(number, child)),
    edge("edge", ["all", child, ["!", DRAWN]], colours.edge, 0.9),
    edge("edge-drawn", ["all", child, DRAWN], colours.edge, 0.7, [3, 2]),
    edge("border", is("border"), colours.edge, 1.8),
    edge("rim", ["all", is("frame"), ["!", DRAWN]], colours.edge, 2.4),
    edge("rim-drawn", ["all", is("frame"), DRAWN], colours.edge, 2, [3, 2]),
    {
      id: "lit", source, type: "line", filter: child, layout: { "line-join": "round" },
      paint: { "line-color": "#1d2321", "line-width": 4, "line-opacity": ["case", LIT, 1, 0] },
    },
    {
      id: "lit-inside", source, type: "line", filter: child, layout: { "line-join": "round" },
      paint: { "line-color": "#ffd84d", "line-width": 2, "line-opacity": ["case", LIT, 1, 0] },
    },
    {
      id: "spot", source, type: "circle", filter: ["all", is("child"), SPOT],
      paint: {
        "circle-color": paint,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, radius(3, 7), 14, radius(6, 13)],
        "circle-stroke-color": ["case", LIT, "#ffd84d", colours.edge],
        "circle-stroke-width": ["case", LIT, 4, 1.2],
      },
    },
  ];
}

/** The higher the class, the bigger the spot. @param {number} least @param {number} most @returns {Expression} */
function radius(least, most) {
  return ["interpolate", ["linear"], ["max", SHADE, 0], 0, least, 5, most];
}

/** Layers that answer to a pointer, the upper one first. */
export const TOUCHED = ["spot", "fill", "around"];

/** @param {number} number */
function hasPattern(number) {
  return number in PATTERNS;
}

/**
 * @param {number} number
 * @param {Expression} filter
 * @returns {Layer}
 */
function patternLayer(number, filter) {
  return {
    id: `pattern${number}`,
    source: "areas",
    type: "fill",
    filter,
    paint: { "fill-pattern": `pattern${number}`, "fill-opacity": ["case", ["==", SHADE, number], 1, 0] },
  };
}

/**
 * @param {string} id
 * @param {Expression} filter
 * @param {string} colour
 * @param {number} width
 * @param {number[]} [dashes]
 * @returns {Layer}
 */
function edge(id, filter, colour, width, dashes) {
  const paint = { "line-color": colour, "line-width": width, ...(dashes ? { "line-dasharray": dashes } : {}) };
  return { id, source: "areas", type: "line", filter, layout: { "line-join": "round" }, paint };
}

/** Draw the patterns into the map, the same as in the legend. @param {import("maplibre-gl").Map} map */
export function addPatterns(map) {
  for (const number of [...CLASSES, ...GAPS].filter(hasPattern)) {
    const image = drawPattern(number);
    if (image) map.addImage(`pattern${number}`, image, { pixelRatio: RATIO });
  }
}

/** How each pattern is drawn: step in pixels, ink, and how it runs. The legend says the same. */
const PATTERNS = /** @type {Record<number, [number, string, string]>} */ ({
  1: [6, "#00000055", "dots"],
  2: [8, "#0000002e", "slanted"],
  3: [6, "#ffffff66", "slanted"],
  4: [8, "#ffffff59", "crossed"],
  [-1]: [6, "#0000002e", "level"],
  [-2]: [6, "#00000047", "level"],
  [-3]: [4, "#00000047", "upright"],
});

/** @param {number} number */
function drawPattern(number) {
  const size = TILE_PX * RATIO;
  const pen = new OffscreenCanvas(size, size).getContext("2d");
  if (!pen) return null;
  const [step, ink, run] = PATTERNS[number];
  pen.scale(RATIO, RATIO);
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = 1;
  for (let at = -TILE_PX; at <= 2 * TILE_PX; at += step) {
    if (run === "dots") for (let y = step / 2; y < TILE_PX; y += step) pen.fillRect(at + step / 2, y, 1.2, 1.2);
    if (run === "level") pen.fillRect(0, at, TILE_PX, 1);
    if (run === "upright") pen.fillRect(at, 0, 1, TILE_PX);
    if (run === "slanted" || run === "crossed") line(pen, at, TILE_PX, at + TILE_PX, 0);
    if (run === "crossed") line(pen, at, 0, at + TILE_PX, TILE_PX);
  }
  return pen.getImageData(0, 0, size, size);
}

/** @param {OffscreenCanvasRenderingContext2D} pen @param {number[]} ends */
function line(pen, ...[x1, y1, x2, y2]) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}
