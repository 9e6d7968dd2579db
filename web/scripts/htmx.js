import htmx from "htmx.org/dist/htmx.esm.js";

htmx.config.includeIndicatorCSS = false;
htmx.config.transitions = false;
export default htmx;
