// The filter bar: days are chosen in two months of calendar, chips give the focus on.
(() => {
  "use strict";
  const DAY = 86400000;

  const parts = (form) => ({
    first: form.elements.from,
    last: form.elements.to,
    days: [...form.querySelectorAll("[data-date]")],
  });
  const dateOf = (field) => field.dataset.date || "";

  // Marks the days of the range. Fields that were typed in mark nothing: the server reads them.
  const mark = (form) => {
    const { first, last, days } = parts(form);
    const from = dateOf(first);
    const to = dateOf(last) || from;
    for (const button of days) {
      const day = button.dataset.date;
      const cell = button.parentElement;
      const known = from && to;
      cell.classList.toggle("in", Boolean(known) && from <= day && day <= to);
      cell.classList.toggle("first", Boolean(known) && day === from);
      cell.classList.toggle("last", Boolean(known) && day === to);
    }
    const told = form.querySelector("[data-length]");
    if (from && to) {
      const number = Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
      told.textContent = dateOf(last) ? `${number} ${number === 1 ? "day" : "days"}` : "Choose the last day";
    }
    const on = days.find((button) => button.dataset.date === to) || days.find((button) => button.ariaCurrent) || days[days.length - 1];
    for (const button of days) button.tabIndex = button === on ? 0 : -1;
  };

  // What the server marked is what the fields hold, until somebody types.
  const learn = (form) => {
    const { first, last, days } = parts(form);
    for (const field of [first, last]) {
      const same = days.find((button) => button.dataset.typed === field.value);
      if (same && !field.dataset.date) field.dataset.date = same.dataset.date;
    }
    const first_ = form.querySelector("td.first [data-date]");
    if (first_ && !first.dataset.date && first.value === first_.dataset.typed) first.dataset.date = first_.dataset.date;
    mark(form);
  };

  const put = (field, button) => {
    field.value = button.dataset.typed;
    field.dataset.date = button.dataset.date;
  };

  addEventListener("click", (event) => {
    const button = event.target.closest("[data-date]");
    const form = button?.closest("form");
    if (!form || !button.matches("button") || button.ariaDisabled === "true") return;
    const { first, last } = parts(form);
    const from = dateOf(first);
    // The second click ends a range; a third one, or one before its first day, begins another.
    if (!from || dateOf(last) || button.dataset.date < from) {
      put(first, button);
      last.dataset.date = "";
      last.value = button.dataset.typed;
    } else put(last, button);
    mark(form);
    button.tabIndex = 0;
    button.focus();
  });

  addEventListener("input", (event) => {
    if (event.target.matches(".range [data-day]")) event.target.dataset.date = "";
    const list = document.getElementById(event.target.dataset?.narrows);
    if (!list) return;
    const wanted = event.target.value.toLowerCase();
    for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const shifted = (date, key) => {
    const day = new Date(`${date}T12:00:00Z`);
    if (key in STEPS) day.setUTCDate(day.getUTCDate() + STEPS[key]);
    else if (key === "Home") day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
    else if (key === "End") day.setUTCDate(day.getUTCDate() + ((7 - day.getUTCDay()) % 7));
    else if (key === "PageUp") day.setUTCMonth(day.getUTCMonth() - 1);
    else if (key === "PageDown") day.setUTCMonth(day.getUTCMonth() + 1);
    else return "";
    return day.toISOString().slice(0, 10);
  };
  const goTo = (calendar, date) => {
    const found = calendar.querySelector(`[data-date="${date}"]`);
    if (!found) return false;
    for (const button of calendar.querySelectorAll("[data-date]")) button.tabIndex = -1;
    found.tabIndex = 0;
    found.focus();
    return true;
  };
  addEventListener("keydown", (event) => {
    const calendar = event.target.closest?.("[data-calendar]");
    const date = event.target.dataset?.date;
    if (!calendar || !date || event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = shifted(date, event.key);
    if (!wanted) return;
    event.preventDefault();
    if (goTo(calendar, wanted)) return;
    calendar.dataset.wanted = wanted;
    const month = wanted > date ? wanted : shifted(`${wanted.slice(0, 7)}-15`, "PageDown");
    htmx.ajax("GET", `/calendar?month=${month.slice(0, 7)}`, { target: "#cals", swap: "innerHTML" });
  });

  const ready = (event) => {
    if (event.detail?.target?.id !== "cals") return;
    const calendar = event.detail.target;
    mark(calendar.closest("form"));
    const wanted = calendar.dataset.wanted;
    delete calendar.dataset.wanted;
    if (wanted && !goTo(calendar, wanted)) goTo(calendar, calendar.querySelector("[data-date]").dataset.date);
  };
  document.addEventListener("htmx:afterSettle", ready);

  // A menu of the bar that opens has the focus where one begins.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.open || !menu.matches?.("details.menu")) return;
    const form = menu.querySelector(".range form");
    if (form) learn(form);
    const first = menu.querySelector("[aria-invalid], [data-focus]") || (menu.id === "bar-filter" ? menu.querySelector("select") : menu.id === "save-view" ? menu.querySelector("[name=name]") : null);
    first?.focus();
  }, true);

  // The focus goes from a removed chip to the next one, else to "+ Filter".
  let next = -1;
  addEventListener("click", (event) => {
    const chip = event.target.closest("[data-remove]");
    if (chip && !event.ctrlKey && !event.metaKey) next = [...document.querySelectorAll("[data-remove]")].indexOf(chip);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (next < 0 || event.detail.target !== document.body) return;
    const chips = document.querySelectorAll("[data-remove]");
    (chips[next] || document.getElementById("add-filter"))?.focus();
    next = -1;
  });
  addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches?.("[data-remove]")) {
      event.preventDefault();
      event.target.click();
    }
  });
})();
