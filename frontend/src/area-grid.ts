// The paper a map is drawn on where no tile server is configured: lines every so many metres, and a scale.
import * as L from "leaflet";

const METRES_A_DEGREE = 111_195;
const APART_PX = 70; // between two lines, at least
const MOST_LINES = 80;

/** The next 1, 2 or 5 times a power of ten. */
export function round(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  const step = [1, 2, 5, 10].find((one) => one * power >= metres) ?? 10;
  return step * power;
}

/** Draw the grid of what is seen, anew after each move. */
export function grid(map: L.Map): void {
  map.createPane("grid").style.zIndex = "150";
  const lines = L.layerGroup().addTo(map);
  const draw = (): void => {
    lines.clearLayers();
    const seen = map.getBounds();
    const middle = map.getCenter();
    const pixel = map.distance(middle, map.containerPointToLatLng(map.latLngToContainerPoint(middle).add([1, 0])));
    const step = round(pixel * APART_PX) / METRES_A_DEGREE;
    const across = step / Math.max(0.01, Math.cos((middle.lat * Math.PI) / 180));
    const line = (from: L.LatLngTuple, to: L.LatLngTuple): L.Layer =>
      L.polyline([from, to], { pane: "grid", interactive: false, className: "grid-line", weight: 1 });
    const steps = (low: number, high: number, by: number): number[] =>
      Array.from({ length: Math.min(MOST_LINES, Math.ceil((high - low) / by) + 1) }, (_, at) => (Math.floor(low / by) + at) * by);
    for (const at of steps(seen.getSouth(), seen.getNorth(), step)) lines.addLayer(line([at, seen.getWest()], [at, seen.getEast()]));
    for (const at of steps(seen.getWest(), seen.getEast(), across)) lines.addLayer(line([seen.getSouth(), at], [seen.getNorth(), at]));
  };
  map.on("moveend zoomend resize", draw);
  L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  map.whenReady(draw);
}
