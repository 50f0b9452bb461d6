// The menu of columns: boxes say which, buttons say in which order; one field holds the answer.
(() => {
  "use strict";
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
    const up = button.dataset.move === "up";
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (up) other.before(item);
    else other.after(item);
    button.focus();
  });
  addEventListener("submit", (event) => {
    const form = event.target.closest("[data-columns]");
    if (!form) return;
    const chosen = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
    form.elements[form.dataset.columns].value = chosen.join(",");
  }, true);
})();
