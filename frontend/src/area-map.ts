// <area-map>: a site's area on a map that asks no other machine, unless a tile server is configured (data-tiles).
//
// With data-edit it draws what the form around it says and writes back what is dragged; else it shows data-area (JSON:
// polygon, or latitude, longitude, radius_m) and data-position (latitude, longitude, accuracy_m). [data-map] holds the map.
import * as L from "leaflet";
import { AreaFields, type Place } from "./area-fields.ts";
import { grid } from "./area-grid.ts";

interface Area {
  polygon?: [number, number][];
  latitude?: number;
  longitude?: number;
  radius_m?: number;
}

const SOMEWHERE: L.LatLngTuple = [51, 5];
const NEAR = 15; // the zoom at which a hangar can be seen
const FAR = 5;
const FARTHEST_IN = 20;
const LOCATE = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 0 };

const point = (name: string): L.DivIcon => L.divIcon({ className: `map-point ${name}`, iconSize: [26, 26] });
const at = (place: Place): L.LatLngTuple => [place.latitude, place.longitude];
const place = (found: L.LatLng): Place => ({ latitude: found.lat, longitude: found.lng });

class AreaMap extends HTMLElement {
  #map!: L.Map;
  #drawn = L.featureGroup();
  #fields: AreaFields | null = null;
  #dragging = false;

  connectedCallback(): void {
    const holder = this.querySelector<HTMLElement>("[data-map]");
    if (!holder || this.#map) return;
    this.#map = L.map(holder, { zoomControl: false, keyboard: false, maxZoom: FARTHEST_IN, attributionControl: Boolean(this.dataset.tiles) });
    this.#map.attributionControl?.setPrefix(false);
    L.control.zoom({ zoomInTitle: this.dataset.zoomIn, zoomOutTitle: this.dataset.zoomOut }).addTo(this.#map);
    this.#paper();
    this.#drawn.addTo(this.#map);
    const form = "edit" in this.dataset ? this.closest("form") : null;
    if (form) this.#edit(form);
    else this.#show();
    this.#look();
  }

  disconnectedCallback(): void {
    this.#map?.remove();
  }

  #paper(): void {
    const { tiles, attribution } = this.dataset;
    const escaped = document.createElement("i");
    escaped.textContent = attribution ?? "";
    if (tiles) L.tileLayer(tiles, { maxZoom: FARTHEST_IN, maxNativeZoom: 19, attribution: escaped.innerHTML }).addTo(this.#map);
    grid(this.#map);
  }

  /** To what is drawn, else near another site, else somewhere. */
  #look(): void {
    const near = (this.dataset.near ?? "").split(",").map(Number);
    if (this.#drawn.getLayers().length) this.#map.fitBounds(this.#drawn.getBounds().pad(0.3), { maxZoom: 18 });
    else if (near.length === 2) this.#map.setView([near[0]!, near[1]!], NEAR);
    else this.#map.setView(SOMEWHERE, FAR);
  }

  #show(): void {
    const area = JSON.parse(this.dataset.area || "null") as Area | null;
    const position = JSON.parse(this.dataset.position || "null") as (Place & { accuracy_m: number }) | null;
    // A map that shows nothing to its reader yet cannot measure a circle in metres.
    this.#map.setView(position ? at(position) : SOMEWHERE, NEAR, { animate: false });
    if (area?.polygon) this.#draw(L.polygon(area.polygon, { className: "area-line" }));
    else if (area?.radius_m) this.#draw(L.circle([area.latitude!, area.longitude!], { radius: area.radius_m, className: "area-line" }));
    if (!position) return;
    this.#draw(L.circle(at(position), { radius: position.accuracy_m, className: "position-line" }));
    this.#draw(L.circleMarker(at(position), { radius: 6, className: "position-dot" }));
  }

  #edit(form: HTMLFormElement): void {
    const fields = (this.#fields = new AreaFields(form));
    this.#map.setView(fields.centre ? at(fields.centre) : SOMEWHERE, NEAR, { animate: false });
    const again = (): void => void (this.#dragging || this.#redraw(fields));
    form.addEventListener("input", again);
    const rows = form.querySelector("[data-rows]");
    if (rows) new MutationObserver(again).observe(rows, { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
    this.#map.on("click", (event) => this.#pick(fields, place(event.latlng)));
    const here = this.querySelector<HTMLButtonElement>("[data-here]");
    if (here) here.onclick = () => this.#locate(fields);
    this.#redraw(fields);
  }

  #pick(fields: AreaFields, to: Place): void {
    if (fields.shape === "polygon") fields.insert(to, this.#nearest(fields, to));
    else if (fields.shape === "circle") fields.centre = to;
  }

  /** The corner in front of the side that is nearest to a place: where a new corner belongs. */
  #nearest(fields: AreaFields, to: Place): number {
    const corners = fields.corners.map((one) => this.#map.latLngToLayerPoint(at(one.place)));
    const here = this.#map.latLngToLayerPoint(at(to));
    if (corners.length < 3) return corners.length - 1;
    const far = corners.map((one, from) => L.LineUtil.pointToSegmentDistance(here, one, corners[(from + 1) % corners.length]!));
    return far.indexOf(Math.min(...far));
  }

  #locate(fields: AreaFields): void {
    const said = this.querySelector<HTMLElement>("[data-said]");
    const say = (text = ""): void => void (said && (said.textContent = text));
    const lost = (): void => say(this.dataset.lost);
    if (!navigator.geolocation) return lost();
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      this.#pick(fields, coords);
      say(this.dataset.found?.replace("{m}", String(Math.ceil(coords.accuracy))));
      this.#look();
    }, lost, LOCATE);
  }

  #redraw(fields: AreaFields): void {
    this.#drawn.clearLayers();
    if (fields.shape === "circle" && fields.centre) this.#circle(fields, fields.centre);
    if (fields.shape === "polygon") this.#polygon(fields);
  }

  #circle(fields: AreaFields, centre: Place): void {
    const circle = this.#draw(L.circle(at(centre), { radius: fields.radius, className: "area-line", interactive: false }));
    const rim = (): L.LatLngTuple => [circle.getLatLng().lat, circle.getBounds().getEast()];
    const handle = this.#handle(rim(), "rim", (to) => circle.setRadius((fields.radius = Math.max(10, this.#map.distance(circle.getLatLng(), to)))));
    this.#handle(at(centre), "centre", (to) => {
      circle.setLatLng(to);
      handle.setLatLng(rim());
      fields.centre = place(to);
    });
  }

  #polygon(fields: AreaFields): void {
    const corners = fields.corners;
    const places = corners.map((one) => L.latLng(at(one.place)));
    const outline = this.#draw(L.polygon(places, { className: "area-line", interactive: false }));
    corners.forEach(({ row }, number) =>
      this.#handle(places[number]!, "corner", (to) => {
        places[number] = to;
        outline.setLatLngs(places);
        fields.move(row, place(to));
      }),
    );
  }

  /** A point that can be dragged, by mouse or finger; the fields are the way by keyboard. */
  #handle(where: L.LatLngExpression, name: string, moved: (to: L.LatLng) => void): L.Marker {
    const marker = this.#draw(L.marker(where, { draggable: true, keyboard: false, icon: point(name) }));
    marker.on("dragstart", () => (this.#dragging = true));
    marker.on("drag", () => moved(marker.getLatLng()));
    marker.on("dragend", () => {
      this.#dragging = false;
      this.#redraw(this.#fields!);
    });
    return marker;
  }

  #draw<T extends L.Layer>(layer: T): T {
    this.#drawn.addLayer(layer);
    return layer;
  }
}

customElements.define("area-map", AreaMap);
