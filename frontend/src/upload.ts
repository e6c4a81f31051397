// What the page to upload signed paper loads on top of portal.js, and no other.
import "./file-drop.ts";
import "./page-order.ts";
