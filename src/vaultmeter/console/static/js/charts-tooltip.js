// The tip beside a bucket: every series by value, with its change; built of nodes, never of markup.
(() => {
  "use strict";
  const charts = (window.vaultmeterCharts ??= {});
  const SVG = "http://www.w3.org/2000/svg";
  const AWAY = 12;

  /** Rows of a bucket that are shown, the largest value first. */
  charts.rowsAt = (chart, slot) =>
    chart.figure.data.values
      .filter((row) => row.slot === slot && row.text && !chart.hidden.includes(row.series))
      .sort((one, other) => (other.value ?? -1) - (one.value ?? -1));

  /** Show the tip of a bucket, and its crosshair. */
  charts.showTip = (chart, slot) => {
    chart.slot = slot;
    chart.tip ??= added(chart.plot, "div", "tip");
    chart.tip.hidden = false;
    chart.tip.replaceChildren(heading(chart, slot), table(chart, slot));
    place(chart, slot);
    chart.view.signal("at", slot).runAsync();
  };

  /** Take the tip and the crosshair away. */
  charts.hideTip = (chart) => {
    chart.slot = -1;
    if (chart.tip) chart.tip.hidden = true;
    chart.view.signal("at", -1).runAsync();
  };

  /** A bucket in words, for those who listen. */
  charts.spoken = (chart, slot) => {
    const { name, note } = chart.figure.data.slots[slot];
    const rows = charts.rowsAt(chart, slot).map((row) => [row.name, row.text, row.change].filter(Boolean).join(" "));
    return `${name}${note ? `, ${note}` : ""}: ${rows.join("; ") || "nothing"}`;
  };

  function heading(chart, slot) {
    const { name, note } = chart.figure.data.slots[slot];
    const head = node("h4", name);
    if (note) head.append(" ", node("small", note));
    return head;
  }

  function table(chart, slot) {
    const body = node("table");
    const rows = charts.rowsAt(chart, slot);
    body.append(...rows.map((row) => line(row)));
    const { total, change } = chart.figure.data.slots[slot];
    if (total && !chart.hidden.length && rows.length > 1) {
      body.append(line({ name: "All", text: total, change }, "total"));
    }
    return body;
  }

  function line(row, kind = "") {
    const element = node("tr");
    element.className = kind;
    const name = node("th");
    if (row.tone !== undefined) name.append(key(row));
    name.append(row.name);
    element.append(name, node("td", row.text), node("td", row.change ?? ""));
    return element;
  }

  function key(row) {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("class", "key");
    picture.setAttribute("viewBox", "0 0 18 10");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", `st${row.tone}`);
    path.setAttribute("d", "M3 5h12");
    path.setAttribute("stroke-width", "2.5");
    path.setAttribute("stroke-linecap", "round");
    picture.append(path);
    return picture;
  }

  /** Beside the bucket, on the side with more room; it follows the bucket, not the pointer. */
  function place(chart, slot) {
    const middle = charts.middleOf(chart, slot);
    const width = chart.plot.clientWidth;
    const own = chart.tip.offsetWidth;
    const beside = middle > width / 2 ? middle - own - AWAY : middle + AWAY;
    chart.tip.style.left = `${Math.max(0, Math.min(width - own, beside))}px`;
    chart.tip.style.top = `${chart.view.signal("space_top")}px`;
  }

  function node(name, text) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function added(parent, name, kind) {
    const element = node(name);
    element.className = kind;
    element.setAttribute("aria-hidden", "true");
    parent.append(element);
    return element;
  }
})();
