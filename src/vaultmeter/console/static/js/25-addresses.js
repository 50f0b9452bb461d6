// A block that was swapped changes the page's address. Every other link and form of the page holds
// the address it was made with: those that had a word's old value take the new one. A link that is
// there to change the word had another value, and keeps it.
(() => {
  "use strict";
  let before = new URL(location.href);

  // The evidence that is open lies over the page, and is in the address as long as it does.
  const isOfDrawer = (name) => name === "evidence" || name.startsWith("evidence.");

  function changes(old, now) {
    const names = new Set([...old.searchParams.keys(), ...now.searchParams.keys()]);
    return [...names]
      .filter((name) => !isOfDrawer(name))
      .map((name) => [name, old.searchParams.getAll(name).join("\n"), now.searchParams.getAll(name).join("\n")])
      .filter(([, was, is]) => was !== is);
  }

  function readdress(link, changed, path) {
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.pathname !== path) return;
    let isOther = false;
    for (const [name, was, is] of changed) {
      if (url.searchParams.getAll(name).join("\n") !== was) continue;
      url.searchParams.delete(name);
      if (is) for (const value of is.split("\n")) url.searchParams.append(name, value);
      isOther = true;
    }
    if (!isOther) return;
    url.search = url.search.replaceAll("%2C", ",").replaceAll("%3A", ":");
    link.setAttribute("href", url.pathname + url.search + url.hash);
    // htmx has read the address already, and reads it again.
    window.htmx?.process(link);
  }

  function refill(form, changed, path) {
    if (new URL(form.action).pathname !== path) return;
    for (const [name, was, is] of changed) {
      const fields = [...form.querySelectorAll("input[type=hidden]")].filter((each) => each.name === name);
      if (fields.map((each) => each.value).join("\n") !== was) continue;
      // A word without a field here is one that the form is there to change, or has no need of.
      if (!was && form.elements[name]) continue;
      fields.forEach((each) => each.remove());
      for (const value of is ? is.split("\n") : []) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value });
        form.prepend(field);
      }
    }
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const now = new URL(location.href);
    const old = before;
    before = now;
    const block = event.detail.target?.id && document.getElementById(event.detail.target.id);
    const changed = changes(old, now);
    if (!changed.length || old.pathname !== now.pathname || !block || block === document.body) return;
    for (const link of document.links) if (!block.contains(link)) readdress(link, changed, now.pathname);
    for (const form of document.querySelectorAll("form[method=get]")) {
      if (!block.contains(form)) refill(form, changed, now.pathname);
    }
  });
  addEventListener("popstate", () => (before = new URL(location.href)));
})();
