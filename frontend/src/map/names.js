/**
 * The names on the map are links in the page, not letters in the picture: no fonts are fetched,
 * every script works, and the arrow keys go from one area to the next. One of them is in the
 * tab order; names that would cover others are not shown until they are reached.
 */

const MARGIN_PX = 1;
const NOTHING = { width: 0, height: 0 };
const SIDEWAYS = 2.5; // how much worse a step to the side is than one ahead

/**
 * @typedef {{width: number, height: number}} Size
 *
 * @typedef {object} Name
 * @property {[number, number]} at
 * @property {import("./table.js").Row} row
 * @property {HTMLAnchorElement} element
 * @property {number} x
 * @property {number} y
 * @property {Size} full with the name
 * @property {Size} brief the figure alone
 */

export class Names {
  /** @type {Map<number, Name>} */
  #names = new Map();

  /**
   * @param {import("maplibre-gl").Map} map
   * @param {HTMLElement} holder
   * @param {{light: (id: number | null) => void, open: (link: HTMLAnchorElement) => void}} tell
   */
  constructor(map, holder, tell) {
    this.map = map;
    this.holder = holder;
    this.tell = tell;
    map.on("move", () => this.#follow());
    map.on("moveend", () => this.#thin());
    holder.addEventListener("keydown", (event) => this.#walk(event));
  }

  /**
   * @param {Iterable<import("geojson").Feature>} features
   * @param {Map<number, import("./table.js").Row>} rows
   */
  show(features, rows) {
    this.#names.clear();
    for (const feature of features) {
      const row = rows.get(Number(feature.id));
      const at = feature.properties?.at;
      if (!row || !at) continue;
      const element = this.#make(row, feature.geometry.type === "Point");
      this.#names.set(row.id, { at, row, element, x: 0, y: 0, full: NOTHING, brief: NOTHING });
    }
    const made = [...this.#names.values()];
    this.holder.replaceChildren(...made.map((name) => name.element));
    if (made[0]) made[0].element.tabIndex = 0;
    this.#follow();
    this.write(rows);
  }

  /** Say the figures anew. @param {Map<number, import("./table.js").Row>} rows */
  write(rows) {
    for (const [id, name] of this.#names) {
      const row = rows.get(id);
      if (!row) continue;
      name.row = row;
      const figure = document.createElement("b");
      figure.textContent = row.shade < 0 ? "" : row.figure;
      const words = document.createElement("span");
      words.textContent = row.short;
      name.element.replaceChildren(words, figure);
      name.element.className = name.element.className.replace("brief", "");
      name.full = size(name.element);
      name.brief = size(figure);
    }
    this.#thin();
  }

  /** @param {number | null} id */
  light(id) {
    for (const [own, name] of this.#names) name.element.classList.toggle("lit", own === id);
  }

  /** @param {import("./table.js").Row} row @param {boolean} isPoint */
  #make(row, isPoint) {
    const element = document.createElement("a");
    element.tabIndex = -1;
    element.className = isPoint ? "below" : "";
    if (row.link) element.href = row.link.href;
    element.addEventListener("focus", () => this.#reach(row.id));
    element.addEventListener("blur", () => this.tell.light(null));
    element.addEventListener("pointerenter", () => this.tell.light(row.id));
    element.addEventListener("pointerleave", () => this.tell.light(null));
    element.addEventListener("click", (event) => {
      event.preventDefault();
      if (row.link) this.tell.open(row.link);
    });
    return element;
  }

  /** @param {number} id */
  #reach(id) {
    for (const [own, name] of this.#names) name.element.tabIndex = own === id ? 0 : -1;
    const name = this.#names.get(id);
    const seen = this.map.getBounds();
    if (name && !seen.contains(name.at)) this.map.panTo(name.at);
    this.tell.light(id);
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    const here = [...this.#names.values()].find((name) => name.element === document.activeElement);
    if (!way || !here) return;
    event.preventDefault();
    let best = null;
    let least = Infinity;
    for (const name of this.#names.values()) {
      const [dx, dy] = [name.x - here.x, name.y - here.y];
      const ahead = dx * way[0] + dy * way[1];
      const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (name === here || ahead <= 0 || ahead + SIDEWAYS * aside >= least) continue;
      [best, least] = [name, ahead + SIDEWAYS * aside];
    }
    best?.element.focus();
  }

  #follow() {
    for (const name of this.#names.values()) {
      const { x, y } = this.map.project(name.at);
      [name.x, name.y] = [x, y];
      const below = name.element.classList.contains("below");
      name.element.style.transform = `translate(${x}px, ${y}px) translate(-50%, ${below ? "0" : "-50%"})`;
    }
  }

  /** Show what fits, the highest figures first: the name, or at least the figure. */
  #thin() {
    /** @type {Box[]} */
    const taken = [];
    const order = [...this.#names.values()].sort((a, b) => b.row.shade - a.row.shade);
    for (const name of order) {
      const fits = [name.full, name.brief].findIndex((one) => {
        return one.width > 0 && taken.every((other) => apart(boxOf(name, one), other));
      });
      name.element.classList.toggle("off", fits < 0);
      name.element.classList.toggle("brief", fits === 1);
      if (fits >= 0) taken.push(boxOf(name, fits ? name.brief : name.full));
    }
  }
}

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

/** @param {HTMLElement} element @returns {Size} */
function size(element) {
  return { width: element.offsetWidth, height: element.offsetHeight };
}

/** @param {Name} name @param {Size} size @returns {Box} */
function boxOf({ x, y, element }, { width, height }) {
  const top = element.classList.contains("below") ? y : y - height / 2;
  return { left: x - width / 2, right: x + width / 2, top, bottom: top + height };
}

/** @param {Box} a @param {Box} b */
function apart(a, b) {
  const gap = MARGIN_PX;
  return a.right + gap < b.left || b.right + gap < a.left || a.bottom + gap < b.top || b.bottom + gap < a.top;
}
