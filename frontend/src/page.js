/**
 * What does every page need that HTML has not? A menu that folds on a small screen, the keyboard's
 * place at what went wrong, and words that are not lost when the line is cut. Without this script
 * the menu lies open and all works.
 */

document.documentElement.classList.add("scripted");

const button = document.querySelector(".menu-button");
const menu = document.getElementById("menu");

button?.addEventListener("click", () => {
  const open = menu?.classList.toggle("open") ?? false;
  button.setAttribute("aria-expanded", String(open));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu?.classList.contains("open")) return;
  menu.classList.remove("open");
  button?.setAttribute("aria-expanded", "false");
  if (button instanceof HTMLElement) button.focus();
});

/** Bring the reader to what went wrong, wherever it has just appeared. */
function goToWhatIsWrong() {
  const wrong = document.querySelector("[data-focus]");
  if (wrong instanceof HTMLElement) wrong.focus();
}

goToWhatIsWrong();
const alerts = document.getElementById("alert");
if (alerts) new MutationObserver(goToWhatIsWrong).observe(alerts, { childList: true });

/**
 * A form that would be sent nowhere stays as it is, and says so. Those that are kept on the device
 * see to that themselves.
 * @param {SubmitEvent} event
 */
function stay(event) {
  const form = event.target;
  if (navigator.onLine || !(form instanceof HTMLFormElement) || form.hasAttribute("data-keep")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const line = document.createElement("p");
  line.textContent = alerts?.dataset.cut ?? "";
  const panel = document.createElement("div");
  panel.className = "alert";
  panel.tabIndex = -1;
  panel.dataset.focus = "";
  panel.append(line);
  alerts?.replaceChildren(panel);
}

document.addEventListener("submit", stay, true);
