// What the customer's pages load.
import "htmx.org";
import "./signature-pad.ts";
import "./once-form.ts";
import "./copy-text.ts";
import "./modal-dialog.ts";
import "./auto-download.ts";
import "./own-phone.ts";
