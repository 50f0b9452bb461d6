// Settings: sheets take the focus, and forms say what will change before they are saved.
(() => {
  "use strict";

  // A sheet that was opened takes the focus; the page's own script closes it by Escape.
  document.addEventListener("toggle", (event) => {
    const sheet = event.target;
    if (!(sheet instanceof HTMLDetailsElement) || !sheet.matches(".sheet") || !sheet.open) return;
    const panel = sheet.querySelector("[data-sheet]");
    if (panel && !panel.contains(document.activeElement)) panel.focus();
  }, true);
  addEventListener("click", (event) => {
    const closing = event.target.closest("[data-close]");
    if (!closing) return;
    event.preventDefault();
    event.stopPropagation();
    const sheet = closing.closest("details");
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }, true);

  const arrive = () => {
    const list = document.querySelector("[data-address]");
    if (!list) return;
    // A form that was answered by its page stands at the page's address: it can be loaded again.
    if (new URL(list.dataset.address, location).pathname !== location.pathname) {
      history.replaceState(history.state, "", list.dataset.address);
    }
    // On a phone the sections are tabs, and the one that is open is among those that show.
    const current = list.querySelector("[aria-current]");
    if (current && list.scrollWidth > list.clientWidth) {
      list.scrollLeft = current.offsetLeft - list.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
    }
  };
  arrive();
  document.addEventListener("htmx:afterSettle", arrive);

  // The label of a control, without what is typed into it.
  const named = (control) => {
    const label = control.labels?.[0];
    const span = label?.querySelector("span");
    return (span ?? label)?.firstChild?.textContent.trim() ?? control.name;
  };
  const changed = (control) => {
    if (control.type === "hidden" || !control.name) return "";
    if (control.type === "checkbox" && control.checked !== control.defaultChecked) {
      return `${control.checked ? "+" : "−"} ${named(control)}`;
    }
    if (control.type === "radio" && control.checked && !control.defaultChecked) {
      return `${control.closest("fieldset").querySelector("legend").textContent}: ${named(control)}`;
    }
    if (control instanceof HTMLSelectElement) {
      const chosen = control.selectedOptions[0];
      return chosen && !chosen.defaultSelected && [...control.options].some((each) => each.defaultSelected)
        ? `${named(control)}: ${chosen.textContent.trim()}` : "";
    }
    if (["checkbox", "radio"].includes(control.type) || !("defaultValue" in control)) return "";
    if (control.value === control.defaultValue) return "";
    return `${named(control)}: ${control.value.trim().replace(/\s*\n\s*/g, ", ") || "nothing"}`;
  };
  addEventListener("input", (event) => {
    if (event.target.closest("[data-definition]")) {
      // What is typed is no preset any more.
      document.querySelector("[data-presets] [aria-current]")?.removeAttribute("aria-current");
    }
    const form = event.target.closest("form[data-tells]");
    const told = form?.querySelector("[data-will]");
    if (!told) return;
    const changes = [...form.elements].map(changed).filter(Boolean);
    told.textContent = changes.length ? `Will change: ${changes.join("; ")}` : "";
  });

  // Signing in: a code is asked for in place, so that the password need not be typed again.
  const ask = async (form) => {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect") return location.assign(form.elements.next.value);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [told, was] = ["[data-told]", "[data-told]"].map((each, n) =>
      (n ? form : page).querySelector(each));
    if (told && was) was.replaceWith(told);
    const code = page.querySelector("[data-code]");
    if (code && !form.querySelector("[data-code]")) form.querySelector("button").before(code);
    const field = form.elements.code ?? form.elements.password;
    field.focus();
    field.select();
  };
  addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sign-in]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    ask(form).catch(() => form.submit()).finally(() => { button.disabled = false; });
  });
  for (const zone of document.querySelectorAll("[data-zone]")) {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
})();
