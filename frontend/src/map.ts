// What pages with a map load beside office.js.
import "./area-map.ts";
