/**
 * Every map here opens alike: no tiles, no turning, no credits of others, a scroll that leaves the
 * page alone, and the words of its buttons from the page, in the page's language.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import * as maplibre from "maplibre-gl";

/**
 * @param {HTMLElement} holder its `data-words` are the words, parted by "|"
 * @param {Omit<import("maplibre-gl").MapOptions, "container">} options
 */
export function opened(holder, options) {
  const words = (holder.dataset.words ?? "").split("|");
  const map = new maplibre.Map({
    container: holder,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    renderWorldCopies: false,
    fadeDuration: 0,
    locale: {
      "NavigationControl.ZoomIn": words[0],
      "NavigationControl.ZoomOut": words[1],
      "CooperativeGesturesHandler.WindowsHelpText": words[2],
      "CooperativeGesturesHandler.MacHelpText": words[3],
      "CooperativeGesturesHandler.MobileHelpText": words[4],
      "Map.Title": words[5],
    },
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  return map;
}
