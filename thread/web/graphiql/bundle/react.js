// An entry of its own, so that React lands in a file that is shared rather than inside the page.
export { createElement } from "react";
export { createRoot } from "react-dom/client";
