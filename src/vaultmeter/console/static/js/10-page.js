// What every page does: menus close, focus goes where the reader goes on, and waiting shows late.
(() => {
  "use strict";

  // A menu closes when something else is used, and by Escape, which gives the focus back.
  addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Another page begins at its top, with the focus on what it is about.
  let path = location.pathname;
  document.addEventListener("htmx:afterSettle", () => {
    if (location.pathname === path) return;
    path = location.pathname;
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  });

  // The page swapped whole, as by the filter bar: the focus stays on the control that was used.
  let used = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== document.body) return;
    const from = document.activeElement;
    used = from?.closest("details.menu[id]")?.id || from?.id || "";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== document.body || location.pathname !== path) return;
    const found = used && document.activeElement === document.body && document.getElementById(used);
    (found && (found.querySelector("summary") || found))?.focus?.({ preventScroll: true });
  });

  // What was swapped is said to those who do not see it.
  document.addEventListener("htmx:afterSwap", (event) => {
    const said = event.detail.elt?.querySelector?.("[data-said]")?.dataset.said;
    const live = document.getElementById("live");
    if (said && live) live.textContent = said;
  });

  // A button that closes the menu it stands in, or the message.
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-close], [data-dismiss]");
    if (!button) return;
    const menu = button.closest("details.menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else button.closest(".toasts")?.remove();
  });

  // A list that opens a menu's choice by change, such as the number of rows of a page.
  addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const from = button.dataset.copy;
    const text = from ? document.getElementById(from).textContent : location.href;
    await navigator.clipboard.writeText(text);
    const live = document.getElementById("live");
    if (live) live.textContent = "Copied";
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 2000);
  });
})();
