// Single keys, the palette, and how a message or a session ends.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const say = (words) => { if ($("live")) $("live").textContent = words; };

  const openMenu = (id) => {
    const menu = $(id);
    if (!menu) return;
    const sheet = menu.closest("[popover]");
    if (sheet && !menu.checkVisibility() && sheet.showPopover) sheet.showPopover();
    menu.open = true;
    if (!menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  };
  const follow = (selector) => document.querySelector(selector)?.click();

  const DO = {
    "/": () => document.querySelector("main [data-search]")?.focus(),
    "?": () => $("keys")?.showModal(),
    f: () => openMenu("bar-filter"),
    e: () => openMenu("export"),
  };
  let go = 0;
  const isTyped = (target) => target.closest?.("input, select, textarea, [contenteditable], dialog[open]");
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.body.dataset.shortcuts !== "on" || isTyped(event.target)) return;
    const key = event.key;
    const going = Date.now() - go < 1500;
    go = 0;
    if (going) {
      if (/^[a-z]$/.test(key)) follow(`[data-go="${key}"]`);
    } else if (key === "g") go = Date.now();
    else if (key in DO) {
      event.preventDefault();
      DO[key]();
    } else if (/^[dwmyx[\]]$/.test(key)) follow(`[data-key="${key}"]`);
  });

  // The palette. What was chosen lately is held by this page alone, and gone with it.
  const recent = [];
  const options = () => [...document.querySelectorAll("#palette [role=option]")];
  const openPalette = () => {
    const palette = $("palette");
    if (!palette || palette.open) return;
    palette.showModal();
    const field = $("palette-q");
    field.value = "";
    field.focus();
    htmx.trigger(field, "refresh");
  };
  const choose = (option) => {
    for (const each of options()) {
      const is = each === option;
      each.ariaSelected = String(is);
      each.parentElement.classList.toggle("on", is);
    }
    if (option) {
      $("palette-q").setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else $("palette-q")?.removeAttribute("aria-activedescendant");
  };
  const showRecent = () => {
    if (!recent.length || $("palette-q").value) return;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Lately");
    const heading = document.createElement("h3");
    heading.textContent = "Lately";
    const list = document.createElement("ul");
    list.setAttribute("role", "presentation");
    recent.forEach((item, place) => {
      const again = item.cloneNode(true);
      again.classList.remove("on");
      again.querySelector("a").id = `lately-${place}`;
      for (const bold of again.querySelectorAll("mark")) bold.replaceWith(...bold.childNodes);
      list.append(again);
    });
    group.append(heading, list);
    $("palette-found").prepend(group);
    htmx.process(group);
  };
  // What was chosen stays until its page is there: htmx forgets of what it has replaced that it
  // was a link, and the address would stay the old one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id === "palette-found" && !$("palette").open) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "palette-found") return;
    showRecent();
    const found = options();
    choose(found[0]);
    say(found.length === 1 ? "1 found" : `${found.length} found`);
  });
  addEventListener("keydown", (event) => {
    if (event.target.id !== "palette-q") return;
    const found = options();
    const at = found.findIndex((each) => each.ariaSelected === "true");
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: found.length - 1, PageUp: 0 }[event.key];
    if (to !== undefined && found.length) {
      event.preventDefault();
      choose(found[(to + found.length) % found.length]);
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) open(found[at].href, "_blank", "noopener");
      else found[at].click();
    }
  });

  const DOES = {
    save: () => openMenu("save-view"),
    copy: () => document.querySelector("[data-link]")?.click(),
    theme: () => follow("[data-theme-toggle]"),
    help: () => $("keys")?.showModal(),
  };
  // Before the page's own boosting of links: an action goes nowhere.
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#palette [role=option]");
    if (!option) return;
    const item = option.parentElement.cloneNode(true);
    const same = recent.findIndex((each) => each.querySelector("a").href === option.href && each.textContent === item.textContent);
    if (same >= 0) recent.splice(same, 1);
    recent.unshift(item);
    recent.length = Math.min(recent.length, 5);
    $("palette").close();
    if (!option.dataset.does) return;
    event.preventDefault();
    event.stopPropagation();
    DOES[option.dataset.does]?.();
  }, true);
  addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) openPalette();
    else if (event.target.matches("dialog[open]")) event.target.close();
  });

  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-link]");
    if (!button) return;
    const link = new URL(button.dataset.link, location.origin).href;
    const menu = button.closest("details.menu");
    if (menu) menu.open = false;
    try {
      await navigator.clipboard.writeText(link);
      toast("Link copied");
    } catch {
      // Not every browser lets a page copy: then the reader does.
      prompt("Copy this link", link);
    }
  });

  // A message goes by itself, unless it is looked at.
  const SHOWN = 8000;
  const toast = (words) => {
    document.querySelector(".toasts")?.remove();
    const box = document.createElement("div");
    box.className = "toasts";
    const message = document.createElement("div");
    message.className = "float toast";
    message.dataset.toast = "";
    const text = document.createElement("p");
    text.textContent = words;
    message.append(text);
    box.append(message);
    document.body.append(box);
    say(words);
  };
  let left = SHOWN;
  let shown = null;
  setInterval(() => {
    const message = document.querySelector("[data-toast]");
    if (message !== shown) [shown, left] = [message, SHOWN];
    if (!message || message.matches(":hover, :focus-within")) return;
    left -= 250;
    if (left <= 0) message.closest(".toasts").remove();
  }, 250);

  // The end of the session is said two minutes before. Every answer puts it off, but not for ever.
  const WARNED = 120000;
  let answered = Date.now();
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) answered = Date.now();
  });
  const endOf = (session) => Math.min(answered + 1000 * session.dataset.idle, Date.parse(session.dataset.ends));
  setInterval(() => {
    const session = $("session");
    if (!session) return;
    const before = endOf(session) - Date.now();
    const isNear = before < WARNED;
    if (session.hidden !== isNear) return;
    session.hidden = !isNear;
    const cannot = Date.parse(session.dataset.ends) - Date.now() < WARNED;
    session.querySelector("[data-stay]").hidden = cannot;
    session.querySelector("p").textContent = !isNear ? "" : cannot
      ? "Your session ends in two minutes. Sign in again to go on."
      : "You will be signed out in two minutes, for nothing was asked for a while.";
  }, 5000);
  addEventListener("click", (event) => {
    if (event.target.closest("[data-stay]")) {
      htmx.ajax("GET", "/zones", { source: "#session", target: "#session", swap: "none" }).then(() => { $("session").hidden = true; });
    }
  });
})();
