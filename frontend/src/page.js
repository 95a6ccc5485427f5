/**
 * What does every page need that HTML has not? A menu that folds on a small screen, and the
 * keyboard's place at what went wrong. Without this script the menu lies open and all works.
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
