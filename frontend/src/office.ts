// What staff pages load.
import "htmx.org";
import "./once-form.ts";
import "./copy-text.ts";
import "./line-rows.ts";
import "./list-picks.ts";
import "./drag-order.ts";
import "./passkey.ts";
