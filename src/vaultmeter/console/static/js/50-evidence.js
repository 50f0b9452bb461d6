// The evidence drawer: opened by any link with `evidence` in it, without loading the page again;
// closed by its button and by Escape, which give the focus back to the number.
(() => {
  "use strict";
  const ID = "evidence";
  const LATE = 300;
  let door = null;
  let newest = null;
  let timer = 0;
  let shown = location.href;

  const drawer = () => document.getElementById(ID);
  const isOpen = () => Boolean(drawer() && !drawer().hidden);
  const evidenceOf = (url) => url.searchParams.get("evidence") || "";

  // The address without what only the drawer is about.
  const beneath = (url) => {
    const bare = new URL(url);
    for (const name of [...bare.searchParams.keys()]) {
      if (name === "evidence" || name.startsWith("evidence.")) bare.searchParams.delete(name);
    }
    return bare.pathname + bare.search;
  };

  const isDoor = (path) => {
    const url = new URL(path, location.href);
    return evidenceOf(url) !== "" && beneath(url) === beneath(new URL(location.href));
  };

  const doorTo = (evidence) =>
    [...document.querySelectorAll("main a[href*='evidence=']")].find(
      (link) => evidenceOf(new URL(link.href)) === evidence,
    );

  // A link of the page asks for the drawer alone.
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, path, verb, boosted, headers } = event.detail;
    if (!boosted || verb !== "get" || !elt.matches("a") || !drawer() || !isDoor(path)) return;
    headers["HX-Target"] = ID;
    newest = path;
    if (!elt.closest(`#${ID}`)) door = elt;
    clearTimeout(timer);
    timer = setTimeout(waiting, LATE);
  });

  // A first view that is late says so; an open drawer keeps what it has.
  const waiting = () => {
    const room = drawer();
    if (!room) return;
    room.setAttribute("aria-busy", "true");
    if (isOpen()) return;
    const words = document.createElement("p");
    words.className = "counting";
    words.textContent = "Still counting";
    room.replaceChildren(words);
    room.hidden = false;
  };

  const isOfDrawer = (detail) => detail.requestConfig?.headers?.["HX-Target"] === ID;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    if (!isOfDrawer(detail) || detail.requestConfig.triggeringEvent?.type === "load") return;
    if (!detail.boosted) return;
    // What was asked for before the newest one comes too late.
    if (detail.requestConfig.path !== newest) {
      event.preventDefault();
      return;
    }
    clearTimeout(timer);
    detail.target = drawer();
    detail.swapOverride = "outerHTML";
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    shown = location.href;
    if (!isOfDrawer(event.detail) || !isOpen()) return;
    const active = document.activeElement;
    if (!active || !active.closest(`#${ID}`)) drawer().focus({ preventScroll: true });
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isOfDrawer(event.detail)) return;
    clearTimeout(timer);
    drawer()?.removeAttribute("aria-busy");
  });

  // A table of the page that is swapped under an open drawer leaves it in the address.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const url = new URL(location.href);
    const open = new URL(shown);
    if (isOpen() && !evidenceOf(url) && evidenceOf(open) && url.pathname === open.pathname) {
      for (const [name, value] of open.searchParams) {
        if (name === "evidence" || name.startsWith("evidence.")) url.searchParams.set(name, value);
      }
      history.replaceState(history.state, "", url);
    }
    shown = location.href;
  });

  const close = () => {
    const open = drawer();
    const evidence = evidenceOf(new URL(location.href));
    open.hidden = true;
    open.replaceChildren();
    newest = null;
    clearTimeout(timer);
    history.pushState({ htmx: true }, "", beneath(new URL(location.href)));
    shown = location.href;
    const back = door?.isConnected ? door : doorTo(evidence);
    (back ?? document.getElementById("main"))?.focus();
    door = null;
  };

  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("[data-evidence-close]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    },
    true,
  );

  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    if (document.querySelector("dialog[open], details.menu[open]")) return;
    event.preventDefault();
    close();
  });

  const load = (path) => {
    newest = path;
    clearTimeout(timer);
    timer = setTimeout(waiting, LATE);
    return window.htmx.ajax("GET", path, { target: `#${ID}`, swap: "outerHTML" });
  };

  // A chart leads to the evidence of a bucket.
  document.addEventListener("vaultmeter:follow", (event) => {
    const { href } = event.detail;
    if (!drawer() || !isDoor(href)) return;
    event.preventDefault();
    door = event.target;
    history.pushState({ htmx: true }, "", href);
    load(href);
  });

  // Back and forward over the drawer alone: the page beneath stays as it is.
  addEventListener("popstate", (event) => {
    const url = new URL(location.href);
    if (!drawer() || beneath(url) !== beneath(new URL(shown))) return;
    event.stopImmediatePropagation();
    shown = location.href;
    if (evidenceOf(url)) {
      load(url.pathname + url.search);
      return;
    }
    drawer().hidden = true;
    drawer().replaceChildren();
  });

  addEventListener("click", async (event) => {
    const link = event.target.closest?.("[data-copy-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    event.stopPropagation();
    await navigator.clipboard.writeText(link.href);
    link.textContent = "Link copied";
    const live = document.getElementById("live");
    if (live) live.textContent = "Link copied";
  }, true);
})();
