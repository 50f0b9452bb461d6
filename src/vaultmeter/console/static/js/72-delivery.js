// Exports and schedules: messages in the corner, and lists that are looked at anew by themselves.
(() => {
  "use strict";
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-corner-close]");
    if (!button) return;
    const corner = button.closest(".corner");
    button.closest(".toast").remove();
    if (!corner.querySelector(".toast")) corner.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  });

  // A list that is looked at anew by itself waits while something in it is open or being used.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const list = event.detail.elt;
    if (!list.matches("[data-polls]") || event.detail.requestConfig.triggeringEvent?.type === "submit") return;
    const active = document.activeElement;
    if (list.querySelector("details[open]") || (active?.matches("select, input") && list.contains(active))) event.preventDefault();
  });
})();
