/**
 * When was a report made? Its sequence is the city's milliseconds at the tap: what the page was
 * sent with, and the time that has gone by since. Without this script it is that of the page.
 */

const opened = performance.now();

/** @param {SubmitEvent} event */
function stamp(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-report")) return;
  const seq = form.elements.namedItem("seq");
  if (seq instanceof HTMLInputElement && !seq.dataset.stamped) {
    seq.value = String(Number(seq.value) + Math.round(performance.now() - opened));
    seq.dataset.stamped = "1";
  }
}

document.addEventListener("submit", stamp);
