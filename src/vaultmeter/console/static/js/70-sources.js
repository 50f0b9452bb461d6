// Commands name this server by the address that the reader has it under, unless it has one of its own.
(() => {
  "use strict";
  const fill = () => {
    for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;
  };
  document.addEventListener("DOMContentLoaded", fill);
  document.addEventListener("htmx:afterSettle", fill);
})();
