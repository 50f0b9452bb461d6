// Pointer and keys on a chart: both move from bucket to bucket.
(() => {
  "use strict";
  const charts = (window.vaultmeterCharts ??= {});
  const STEPS = {
    ArrowLeft: (slot) => slot - 1,
    ArrowRight: (slot) => slot + 1,
    Home: () => 0,
    End: (_, last) => last,
  };
  const MARGIN = 12;

  /** Where the middle of a bucket is, in pixels from the left of the plot. */
  charts.middleOf = (chart, slot) => {
    const { from, to, left, width } = axisOf(chart);
    return left + ((slot + 0.5 - from) / (to - from)) * width;
  };

  /** Listen to pointer and keys on a chart's plot. */
  charts.listen = (chart) => {
    const { plot } = chart;
    plot.addEventListener("pointermove", (event) => moved(chart, event));
    plot.addEventListener("pointerdown", (event) => moved(chart, event));
    plot.addEventListener("pointerleave", () => charts.hideTip(chart));
    plot.addEventListener("click", (event) => clicked(chart, event));
    plot.addEventListener("focus", () => plot.matches(":focus-visible") && reached(chart, start(chart)));
    plot.addEventListener("blur", () => charts.hideTip(chart));
    plot.addEventListener("keydown", (event) => pressed(chart, event));
    plot.classList.toggle("has-links", chart.figure.data.slots.some((slot) => slot.href));
  };

  function pressed(chart, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = chart.figure.data.slots.length - 1;
    if (event.key in STEPS && last >= 0) {
      const wanted = chart.slot < 0 ? start(chart) : STEPS[event.key](chart.slot, last);
      reached(chart, Math.max(0, Math.min(last, wanted)));
    } else if (event.key === "Enter") {
      if (chart.slot < 0 || !opened(chart, chart.slot)) return;
    } else if (event.key === "Escape" && chart.slot >= 0) {
      charts.hideTip(chart);
      event.stopPropagation();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Keys start at the last bucket that is over. */
  function start(chart) {
    const { slots } = chart.figure.data;
    const last = slots.length - 1;
    return last > 0 && slots[last].note ? last - 1 : last;
  }

  function reached(chart, slot) {
    if (slot < 0) return;
    charts.showTip(chart, slot);
    chart.told.textContent = charts.spoken(chart, slot);
  }

  function moved(chart, event) {
    const slot = slotAt(chart, event.clientX);
    if (slot === chart.slot) return;
    if (slot < 0) charts.hideTip(chart);
    else charts.showTip(chart, slot);
  }

  /** A click opens the evidence, a touch shows the tip alone; with Ctrl it opens in a new tab. */
  function clicked(chart, event) {
    if (event.pointerType === "touch") return;
    opened(chart, slotAt(chart, event.clientX), event.ctrlKey || event.metaKey);
  }

  /** Open a bucket's evidence; says whether there is one. */
  function opened(chart, slot, apart = false) {
    const href = chart.figure.data.slots[slot]?.href;
    if (href && apart) window.open(href, "_blank", "noopener");
    else if (href) follow(chart, href);
    return Boolean(href);
  }

  /** Go to an address; whoever can show it on this page takes it. */
  function follow({ plot }, href) {
    const asked = { bubbles: true, cancelable: true, detail: { href } };
    if (plot.dispatchEvent(new CustomEvent("vaultmeter:follow", asked))) {
      window.location.assign(href);
    }
  }

  function slotAt(chart, x) {
    const { from, to, left, width } = axisOf(chart);
    const inside = x - chart.plot.getBoundingClientRect().left - left;
    if (inside < -MARGIN || inside > width + MARGIN) return -1;
    const slot = Math.floor(from + (inside / width) * (to - from));
    return Math.max(0, Math.min(chart.figure.data.slots.length - 1, slot));
  }

  function axisOf(chart) {
    const named = (name) => chart.view.signal(name);
    return { from: named("x_from"), to: named("x_to"), left: named("space_left"), width: named("width") };
  }
})();
