/**
 * A chart drawn from the table it stands for, so that the two can never disagree.
 *
 * `<linli-chart kind="bar"><table>...</table></linli-chart>`: the first column names the
 * categories, every further column is a series named by its heading. The table stays on the page
 * for everybody; `kind` is "bar" or "line", `stacked` piles the series up. A cell with `data-low`
 * and `data-high` has a band about its line; a row with `data-mark` an upright line, with that text.
 */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const HEIGHT_PX = 280;
const MARKS = "#1f2430";
const COLOURS = ["#0b62a4", "#c2541b", "#3b7d3b", "#7a4fa3", "#8a6d1b", "#5b6470"];

/**
 * @typedef {object} Reading
 * @property {string[]} categories
 * @property {Line[]} series
 * @property {Mark[]} marks
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {(number | null)[]} values
 * @property {(number | null)[]} [low]
 * @property {(number | null)[]} [high]
 *
 * @typedef {object} Mark
 * @property {number} at
 * @property {string} words
 */

/**
 * Read what a table says; a cell that is no number is missing, never zero.
 * @param {HTMLTableElement} table
 * @returns {Reading}
 */
export function readTable(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map(readWords);
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  return {
    categories: rows.map((row) => (row.cells[0] ? readWords(row.cells[0]) : "")),
    marks: rows.flatMap((row, at) => (row.dataset.mark ? [{ at, words: row.dataset.mark }] : [])),
    series: heads.slice(1).map((name, index) => {
      const cells = rows.map((row) => row.cells[index + 1]);
      const values = cells.map(readNumber);
      if (!cells.some((cell) => cell?.dataset.low)) return { name, values };
      const low = cells.map((cell) => readBound(cell?.dataset.low));
      return { name, values, low, high: cells.map((cell) => readBound(cell?.dataset.high)) };
    }),
  };
}

/**
 * What a cell says; a folded table shows nothing, and says it all the same.
 * @param {HTMLTableCellElement} cell
 * @returns {string}
 */
function readWords(cell) {
  return (cell.innerText || cell.textContent || "").trim();
}

/**
 * @param {HTMLTableCellElement | undefined} cell
 * @returns {number | null}
 */
function readNumber(cell) {
  const written = cell?.dataset.value ?? cell?.innerText.replaceAll(/[\s,%]/g, "") ?? "";
  return written === "" || Number.isNaN(Number(written)) ? null : Number(written);
}

/**
 * @param {string | undefined} written
 * @returns {number | null}
 */
function readBound(written) {
  return written === undefined || Number.isNaN(Number(written)) ? null : Number(written);
}

/**
 * A band is two lines piled up: an unseen one at its foot, and its height filled.
 * @param {Line} line
 * @param {number} index
 */
function band({ name, low, high }, index) {
  if (!low || !high) return [];
  const heights = high.map((top, at) => (top === null ? null : top - (low[at] ?? 0)));
  const still = { type: /** @type {const} */ ("line"), stack: `band ${index}`, silent: true };
  const unseen = { lineStyle: { opacity: 0 }, symbol: "none", tooltip: { show: false } };
  const colour = COLOURS[index % COLOURS.length];
  return [
    { ...still, ...unseen, name: `${name} `, data: low },
    { ...still, ...unseen, name: `${name}  `, data: heights, areaStyle: { color: colour, opacity: 0.16 } },
  ];
}

/**
 * Upright lines with a text at their head; they hang on a series, so on the first one.
 * @param {Mark[]} marks
 */
function uprights(marks) {
  return {
    silent: true,
    animation: false,
    symbol: "none",
    lineStyle: { color: MARKS, type: /** @type {const} */ ("dashed"), width: 1 },
    label: { color: MARKS, fontSize: 12, distance: 2 },
    data: marks.map(({ at, words }) => ({ xAxis: at, label: { formatter: words } })),
  };
}

class LinliChart extends HTMLElement {
  /** @type {import("echarts/core").EChartsType | undefined} */
  #chart;
  /** @type {ResizeObserver | undefined} */
  #watcher;

  connectedCallback() {
    const table = this.querySelector("table");
    if (!table || this.#chart) return;
    const canvas = document.createElement("div");
    canvas.style.height = `${HEIGHT_PX}px`;
    canvas.setAttribute("aria-hidden", "true"); // the table below says the same in words
    this.prepend(canvas);
    this.#chart = init(canvas, null, { renderer: "svg" });
    this.#chart.setOption(this.#options(readTable(table)));
    this.#watcher = new ResizeObserver(() => this.#chart?.resize());
    this.#watcher.observe(this);
  }

  disconnectedCallback() {
    this.#watcher?.disconnect();
    this.#chart?.getDom().remove();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  /** @param {Reading} reading */
  #options(reading) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stack = this.hasAttribute("stacked") ? "all" : undefined;
    const type = /** @type {"bar" | "line"} */ (this.getAttribute("kind") ?? "bar");
    return {
      animation: !still,
      textStyle: { fontFamily: getComputedStyle(this).fontFamily },
      tooltip: { trigger: /** @type {const} */ ("axis") },
      color: COLOURS,
      legend: { show: reading.series.length > 1, top: 0, data: reading.series.map(({ name }) => name) },
      grid: { left: 8, right: 8, top: reading.marks.length > 0 ? 66 : 44, bottom: 8, containLabel: true },
      xAxis: { type: /** @type {const} */ ("category"), data: reading.categories },
      yAxis: { type: /** @type {const} */ ("value") },
      series: [
        ...reading.series.flatMap(band),
        ...reading.series.map(({ name, values }, index) => ({
          type,
          name,
          stack,
          data: values,
          showSymbol: values.length < 2,
          itemStyle: { color: COLOURS[index % COLOURS.length] },
          markLine: index === 0 && reading.marks.length > 0 ? uprights(reading.marks) : undefined,
        })),
      ],
    };
  }
}

customElements.define("linli-chart", LinliChart);
