/**
 * What becomes of a tap when the line is cut? It is kept on the device and sent when the line is
 * back, with the id and the moment that it was given at the tap, so that twice is once.
 *
 * Forms marked `data-keep` are kept, by account. What the server refuses stays here with its
 * sentence until somebody has read it. Those marked `data-in-place` are answered where they stand,
 * so that a list of doors is loaded once and not after each door. A link that cannot be followed
 * leaves the page as it is. Without this script a form is sent as any other.
 */

const EVERY_MS = 15_000; // how often what is kept is tried again while the page is open
const PATIENCE_MS = 8_000; // a server that is silent for longer counts as no line
const UNKNOWN = 401; // who sends is not signed in any more: it waits until they are

/**
 * @typedef {{ action: string, fields: [string, string][], at: number, refused?: string }} Kept
 */

const box = document.getElementById("kept");
export {}; // a module, with names of its own

const opened = performance.now();
const key = `linli-kept-${box?.dataset.account ?? ""}`;

/** @returns {Kept[]} */
function load() {
  return JSON.parse(localStorage.getItem(key) ?? "[]");
}

/** @param {Kept[]} kept */
function save(kept) {
  localStorage.setItem(key, JSON.stringify(kept));
  show(kept);
}

/** @param {Kept[]} kept */
function show(kept) {
  if (!box) return;
  const waiting = kept.filter((one) => !one.refused).length;
  const refused = kept.filter((one) => one.refused);
  box.hidden = kept.length === 0;
  say(waiting ? (box.dataset.waiting ?? "").replace("{n}", String(waiting)) : "");
  box.querySelector("ul")?.replaceChildren(
    ...refused.map((one) => {
      const line = document.createElement("li");
      line.textContent = one.refused ?? "";
      return line;
    }),
  );
  box.querySelector("button")?.toggleAttribute("hidden", refused.length === 0);
}

/** @param {string} text */
function say(text) {
  const words = box?.querySelector("[data-words]");
  if (words) words.textContent = text;
}

/**
 * The city's milliseconds now: those the page was sent with, and what has gone by since.
 * @returns {number}
 */
function cityMs() {
  return Number(box?.dataset.now ?? 0) + Math.round(performance.now() - opened);
}

/**
 * Send one form as the browser would. A redirect is how a page says that it was taken.
 * @param {string} action
 * @param {[string, string][]} fields
 * @returns {Promise<Response>}
 */
async function post(action, fields) {
  const body = new URLSearchParams(fields);
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token instanceof HTMLInputElement) body.set("csrfmiddlewaretoken", token.value);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(action, { method: "POST", body, redirect: "manual", signal });
  if (answer.status >= 500) throw new Error(`${answer.status}`); // as good as no line
  return answer;
}

/**
 * What a page says when it refuses.
 * @param {Response} answer
 */
async function sentence(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = page.querySelector(".alert p") ?? page.querySelector("main p");
  return said?.textContent?.trim() || String(answer.status);
}

let sending = false;

/** Send what is kept, the oldest first; stop at the first that meets no server, or no sign-in. */
async function sendAll() {
  if (sending || !box) return;
  sending = true;
  try {
    for (const one of load().filter((other) => !other.refused)) {
      const answer = await post(one.action, [...one.fields, ["kept", "1"]]);
      if (answer.status === UNKNOWN) break;
      const taken = answer.type === "opaqueredirect" || answer.ok;
      const said = await sentence(answer);
      const others = load().filter((other) => other.at !== one.at);
      save(taken ? others : [...others, { ...one, refused: said }]);
      const line = document.querySelector(`[data-kept="${one.at}"]`);
      if (line) line.textContent = taken ? "✓" : said;
    }
  } catch {
    // the line is still cut: what is kept stays
  } finally {
    sending = false;
  }
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-keep") || !box) return;
  event.preventDefault();
  const at = form.elements.namedItem("at_ms");
  if (at instanceof HTMLInputElement) at.value = String(cityMs());
  /** @type {[string, string][]} */
  const fields = [...new FormData(form, event.submitter).entries()]
    .filter(([name]) => name !== "csrfmiddlewaretoken")
    .map(([name, value]) => [name, String(value)]);
  if (form.hasAttribute("data-in-place")) fields.push(["in_place", "1"]);
  try {
    const answer = await post(form.action, fields);
    if (answer.type === "opaqueredirect") location.assign(form.dataset.keep || location.href);
    else if (answer.ok) answered(form, event.submitter, await answer.text());
    else again(form, event.submitter); // refused once more, on its own page; the id makes it once
  } catch {
    keep(form, event.submitter, fields);
  }
}

/**
 * Send a form as the browser does, with the button that was tapped.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} tapped
 */
function again(form, tapped) {
  if (tapped instanceof HTMLButtonElement && tapped.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: tapped.name, value: tapped.value });
    form.append(field);
  }
  form.submit();
}

/**
 * A line that says what was tapped, and what became of it.
 * @param {HTMLElement | null} tapped
 * @param {string} said
 */
function told(tapped, said) {
  const line = document.createElement("p");
  line.className = "small";
  line.role = "status";
  line.tabIndex = -1;
  const became = document.createElement("span");
  became.textContent = said;
  line.append(`${tapped?.textContent?.trim() ?? ""} · `, became);
  return line;
}

/**
 * Put what was tapped and what the server said of it where the form stood.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} tapped
 * @param {string} said
 */
function answered(form, tapped, said) {
  const line = told(tapped, said);
  form.replaceWith(line);
  line.focus();
  const count = document.querySelector("[data-left]");
  if (count) count.textContent = String(Math.max(0, Number(count.textContent) - 1));
}

/**
 * Keep what could not be sent, and make the form ready for the next.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} tapped
 * @param {[string, string][]} fields
 */
function keep(form, tapped, fields) {
  const at = Math.max(cityMs(), ...load().map((one) => one.at + 1));
  save([...load(), { action: form.action, fields, at }]);
  form.reset();
  const uid = form.elements.namedItem("uid");
  if (uid instanceof HTMLInputElement) uid.value = crypto.randomUUID();
  if (form.hasAttribute("data-once")) form.hidden = true;
  if (!form.hasAttribute("data-in-place")) return box?.focus();
  const line = told(tapped, box?.dataset.one ?? "");
  line.querySelector("span")?.setAttribute("data-kept", String(at));
  form.after(line);
  line.focus();
}

/** @param {MouseEvent} event */
function stay(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!box || navigator.onLine || !link || link.getAttribute("href")?.match(/^(#|tel:)/)) return;
  event.preventDefault();
  box.hidden = false;
  const n = load().filter((one) => !one.refused).length;
  say([n ? box.dataset.waiting?.replace("{n}", String(n)) : "", box.dataset.stay].join(" ").trim());
  box.focus();
}

document.addEventListener("submit", submit);
document.addEventListener("click", stay);
window.addEventListener("beforeunload", (event) => {
  if (box && !navigator.onLine) event.preventDefault(); // a reload would lose the page as well
});
window.addEventListener("online", () => show(load()));
window.addEventListener("online", sendAll);
box?.querySelector("button")?.addEventListener("click", () => {
  save(load().filter((one) => !one.refused));
});
if (box) {
  show(load());
  sendAll();
  setInterval(sendAll, EVERY_MS);
}
