/**
 * A chart drawn from the table it stands for, so that the two can never disagree.
 *
 * `<linli-chart kind="bar"><table>...</table></linli-chart>`: the first column names the
 * categories, every further column is a series named by its heading. The table stays on the page
 * for everybody; `kind` is "bar" or "line", `stacked` piles the series up.
 */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const HEIGHT_PX = 280;

/**
 * @typedef {object} Reading
 * @property {string[]} categories
 * @property {{name: string, values: (number | null)[]}[]} series
 */

/**
 * Read what a table says; a cell that is no number is missing, never zero.
 * @param {HTMLTableElement} table
 * @returns {Reading}
 */
export function readTable(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.innerText.trim());
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  return {
    categories: rows.map((row) => row.cells[0]?.innerText.trim() ?? ""),
    series: heads.slice(1).map((name, index) => ({
      name,
      values: rows.map((row) => readNumber(row.cells[index + 1])),
    })),
  };
}

/**
 * @param {HTMLTableCellElement | undefined} cell
 * @returns {number | null}
 */
function readNumber(cell) {
  const written = cell?.dataset.value ?? cell?.innerText.replaceAll(/[\s,%]/g, "") ?? "";
  return written === "" || Number.isNaN(Number(written)) ? null : Number(written);
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
      legend: { show: reading.series.length > 1 },
      grid: { left: 8, right: 8, bottom: 8, containLabel: true },
      xAxis: { type: /** @type {const} */ ("category"), data: reading.categories },
      yAxis: { type: /** @type {const} */ ("value") },
      series: reading.series.map(({ name, values }) => ({ type, name, stack, data: values })),
    };
  }
}

customElements.define("linli-chart", LinliChart);
