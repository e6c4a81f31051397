// Where the phone is, as it claims: with accuracy and the time of the fix. The server judges it; only a policy that
// requires the site is looked at here, too, so that nobody signs in vain (S1-26; the same rules as `signoff.presence`).
import type { Area } from "./field-types.ts";

export type Missing = "denied" | "unavailable" | "timeout";
export type Place = { latitude: number; longitude: number; accuracy_m: number; at: string; source: string } | { missing: Missing };
export interface Verdict {
  verdict: "inside" | "outside" | "unknown";
  why: "" | Missing | "no_area" | "unknown" | "outside";
  distance: number;
  accuracy: number;
}

const SOURCE = "gps of the technician's device";
const ACCURATE_M = 250;
const EARTH_M = 6_371_008.8; // mean radius
const PATIENCE_MS = 15_000;
const FRESH_MS = 90_000; // the server takes a fix for fresh up to two minutes

let latest: Place | undefined;

/** A new fix; never raises: what hinders it is the answer. */
export async function locate(patience = PATIENCE_MS): Promise<Place> {
  latest = await new Promise<Place>((found) => {
    if (!navigator.geolocation) return found({ missing: "unavailable" });
    const options = { enableHighAccuracy: true, maximumAge: 0, timeout: patience };
    navigator.geolocation.getCurrentPosition(({ coords, timestamp }) => found(told(coords, timestamp)), (fault) => found({ missing: missing(fault) }), options);
  });
  return latest;
}

/** The fix of a moment ago if it is still fresh, else a new one. */
export function present(patience: number): Promise<Place> {
  const fresh = latest && "at" in latest && Math.abs(Date.now() - Date.parse(latest.at)) < FRESH_MS;
  return fresh ? Promise.resolve(latest!) : locate(patience);
}

export function judge(place: Place, area: Area | undefined): Verdict {
  const nothing = { distance: 0, accuracy: 0 };
  if ("missing" in place) return { verdict: "unknown", why: place.missing, ...nothing };
  const found = area && measure([place.latitude, place.longitude], area);
  if (!found) return { verdict: "unknown", why: "no_area", ...nothing };
  const figures = { distance: Math.round(found.edge), accuracy: Math.round(place.accuracy_m) };
  if (!found.within && found.edge > place.accuracy_m) return { verdict: "outside", why: "outside", ...figures };
  if (!found.within || place.accuracy_m > ACCURATE_M) return { verdict: "unknown", why: "unknown", ...figures };
  return { verdict: "inside", why: "", ...figures };
}

type Point = [number, number];

/** Whether a point is in the area, and how far from its edge in metres; undefined where there is no area. */
function measure(at: Point, area: Area): { within: boolean; edge: number } | undefined {
  if (area.polygon.length >= 3) {
    const corners = area.polygon.map((corner) => flat(corner, at));
    return { within: holds(corners), edge: Math.min(...corners.map((one, n) => toSegment(one, corners[(n + 1) % corners.length]!))) };
  }
  if (area.latitude === null || area.longitude === null || !area.radius_m) return undefined;
  const away = Math.hypot(...flat([area.latitude, area.longitude], at));
  return { within: away <= area.radius_m, edge: Math.abs(away - area.radius_m) };
}

/** A place as metres east and north of another; exact enough where somebody can walk. */
function flat([latitude, longitude]: Point, [zeroLatitude, zeroLongitude]: Point): Point {
  const radians = Math.PI / 180;
  const east = ((((longitude - zeroLongitude + 540) % 360) + 360) % 360) - 180;
  return [east * radians * EARTH_M * Math.cos(((latitude + zeroLatitude) / 2) * radians), (latitude - zeroLatitude) * radians * EARTH_M];
}

/** Whether the origin is inside a polygon: a ray from it crosses the edge an odd number of times. */
function holds(corners: Point[]): boolean {
  return corners.reduce((inside, [x, y], n) => {
    const [px, py] = corners.at(n - 1)!;
    return y > 0 !== py > 0 && 0 < ((px - x) * -y) / (py - y) + x ? !inside : inside;
  }, false);
}

function toSegment([ax, ay]: Point, [bx, by]: Point): number {
  const long = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = long ? Math.min(1, Math.max(0, (-ax * (bx - ax) - ay * (by - ay)) / long)) : 0;
  return Math.hypot(ax + t * (bx - ax), ay + t * (by - ay));
}

function told(coords: GeolocationCoordinates, timestamp: number): Place {
  return { latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy, at: new Date(timestamp).toISOString(), source: SOURCE };
}

function missing(fault: GeolocationPositionError): Missing {
  return fault.code === fault.PERMISSION_DENIED ? "denied" : fault.code === fault.TIMEOUT ? "timeout" : "unavailable";
}
