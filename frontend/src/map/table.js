/**
 * The table is the map in words: what it says is what the map paints, so that the two can never
 * disagree. New figures go into the table first.
 */

/**
 * @typedef {object} Row
 * @property {number} id
 * @property {number} shade below 0: there is no figure
 * @property {string} name
 * @property {string} short the name as it stands on the map
 * @property {string} figure as it is read
 * @property {HTMLAnchorElement | null} link where a click on the area leads
 * @property {HTMLTableRowElement} element
 *
 * @typedef {object} Values
 * @property {number} version
 * @property {string[]} labels
 * @property {[number, number, (number | null)[], string[]][]} rows
 * @property {string[]} whole
 * @property {string[] | null} rest
 */

/** @param {ParentNode} page */
export function readRows(page) {
  /** @type {NodeListOf<HTMLTableRowElement>} */
  const lines = page.querySelectorAll("tr[data-area]");
  return new Map([...lines].map((line) => [Number(line.dataset.area), readRow(line)]));
}

/**
 * @param {HTMLTableRowElement} line
 * @returns {Row}
 */
function readRow(line) {
  const link = line.cells[0]?.querySelector("a") ?? null;
  return {
    id: Number(line.dataset.area),
    shade: Number(line.dataset.shade),
    name: (link ?? line.cells[0]?.querySelector("span:not(.swatch)"))?.textContent?.trim() ?? "",
    short: line.dataset.short ?? "",
    figure: line.cells[1]?.textContent?.trim() ?? "",
    link,
    element: line,
  };
}

/**
 * Put new figures into the table; false if its rows or classes are others than these.
 * @param {HTMLElement} section
 * @param {Values} values
 */
export function writeValues(section, values) {
  const rows = readRows(section);
  if (rows.size !== values.rows.length || values.rows.some(([id]) => !rows.has(id))) return false;
  for (const [id, shade, numbers, texts] of values.rows) {
    const line = /** @type {Row} */ (rows.get(id)).element;
    line.dataset.shade = String(shade);
    const swatch = line.querySelector(".swatch");
    if (swatch) swatch.className = `swatch ${shade < 0 ? `gap${shade}` : `shade-${shade}`}`;
    writeLine(line, texts, numbers);
  }
  for (const [name, texts] of Object.entries({ whole: values.whole, rest: values.rest })) {
    /** @type {HTMLTableRowElement | null} */
    const line = section.querySelector(`tr[data-sum="${name}"]`);
    if (Boolean(line) !== Boolean(texts)) return false;
    if (line && texts) writeLine(line, texts);
  }
  section.dataset.version = String(values.version);
  sortAgain(section);
  return true;
}

/**
 * @param {HTMLTableRowElement} line
 * @param {string[]} texts
 * @param {(number | null)[]} [numbers]
 */
function writeLine(line, texts, numbers) {
  texts.forEach((text, index) => {
    const cell = line.cells[index + 1];
    const words = cell?.firstElementChild;
    if (words) words.textContent = text;
    if (cell && numbers) cell.dataset.value = String(numbers[index] ?? "");
  });
}

/** Give every heading of the table a button that sorts by its column. @param {ParentNode} page */
export function makeSortable(page) {
  for (const head of page.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of page.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortAgain(page);
    });
  }
}

/** @param {ParentNode} page */
function sortAgain(page) {
  /** @type {HTMLTableCellElement | null} */
  const head = page.querySelector("th[aria-sort]");
  const body = page.querySelector("tbody");
  if (!head || !body) return;
  const column = head.cellIndex;
  const sign = head.getAttribute("aria-sort") === "descending" ? -1 : 1;
  const lines = [...body.rows];
  const wanted = lines.toSorted((a, b) => compare(a.cells[column], b.cells[column], sign));
  if (wanted.some((line, index) => line !== lines[index])) keepFocus(() => body.append(...wanted));
}

/**
 * Gaps stand last whichever way one sorts.
 * @param {HTMLTableCellElement | undefined} a
 * @param {HTMLTableCellElement | undefined} b
 * @param {number} sign
 */
function compare(a, b, sign) {
  if (a?.dataset.value === undefined || b?.dataset.value === undefined) {
    const words = [a, b].map((cell) => cell?.textContent?.trim() ?? "");
    return sign * words[0].localeCompare(words[1], document.documentElement.lang);
  }
  if (!a.dataset.value || !b.dataset.value) return Number(!a.dataset.value) - Number(!b.dataset.value);
  return sign * (Number(a.dataset.value) - Number(b.dataset.value));
}

/** Rows that are put in another order would drop the keyboard's place. @param {() => void} move */
function keepFocus(move) {
  const focused = document.activeElement;
  move();
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
}
