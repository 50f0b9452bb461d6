// Draws the charts of a page. Vega is loaded when there is one to draw, and once.
// The drawing is an SVG; colours come from the page's CSS variables, as signals.
(() => {
  "use strict";
  const charts = (window.vaultmeterCharts ??= {});
  const drawn = new Map();
  const specs = new Map();
  const TOKEN = "token_";
  let vega;

  function loaded() {
    vega ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.chartsSrc;
      script.onload = () => done(window.vaultmeterVega);
      script.onerror = () => failed(new Error("the script that draws charts did not arrive"));
      document.head.append(script);
    });
    return vega;
  }

  function specAt(url) {
    if (!specs.has(url)) specs.set(url, fetched(url));
    return specs.get(url);
  }

  async function fetched(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`its drawing rules did not arrive (${answer.status})`);
    const spec = await answer.json();
    return { spec, runtime: (await loaded()).parse(spec, {}, { ast: true }) };
  }

  async function draw(root) {
    if (drawn.has(root)) return;
    const chart = { root, plot: root.querySelector(".plot"), told: root.querySelector("[data-chart-told]"), slot: -1 };
    drawn.set(root, chart);
    try {
      chart.figure = JSON.parse(root.querySelector("script[type='application/json']").textContent);
      chart.hidden = chart.figure.signals.hidden ?? [];
      [chart.vega, chart.rules] = await Promise.all([loaded(), specAt(root.dataset.chart)]);
      if (!root.isConnected) return;
      await show(chart);
    } catch (problem) {
      fail(chart, problem);
    }
  }

  async function show(chart) {
    const drawing = chart.root.querySelector(".drawing");
    chart.vega.numberFormatDefaultLocale({ ...chart.figure.locale, grouping: [3], currency: ["", ""] });
    chart.view = charts.viewOf(chart, { renderer: "svg" });
    chart.view.signal("outer_width", chart.plot.clientWidth);
    paint(chart);
    // Sizes are signals too: they are known after a first run.
    await chart.view.runAsync();
    await chart.view.initialize(drawing).runAsync();
    charts.listen(chart);
    chart.sizes = new ResizeObserver(() => resize(chart));
    chart.sizes.observe(chart.plot);
    chart.root.dataset.drawn = "yes";
  }

  /** A view of a chart with its data and signals, not yet run. */
  charts.viewOf = (chart, options) => {
    const { View, expressionInterpreter } = chart.vega;
    const view = new View(chart.rules.runtime, { expr: expressionInterpreter, logLevel: 1, ...options });
    for (const [name, rows] of Object.entries(chart.figure.data)) {
      view.data(name, rows.map((row) => ({ ...row })));
    }
    for (const [name, value] of Object.entries({ ...chart.figure.signals, hidden: chart.hidden })) {
      view.signal(name, value);
    }
    return view;
  };

  /** Hand the colours of the page's theme to a view. */
  function paint(chart) {
    const style = getComputedStyle(chart.root);
    for (const [name, value] of tokensOf(chart, (name) => style.getPropertyValue(`--${name}`).trim())) {
      if (value) chart.view.signal(name, value);
    }
  }

  function tokensOf(chart, valueOf) {
    const signals = chart.rules.spec.signals.filter(({ name }) => name.startsWith(TOKEN));
    return signals.map(({ name, value }) => [name, valueOf(name.slice(TOKEN.length).replaceAll("_", "-"), value)]);
  }

  function resize(chart) {
    const width = chart.plot.clientWidth;
    if (!width || width === chart.view.signal("outer_width")) return;
    charts.hideTip(chart);
    chart.view.signal("outer_width", width).runAsync();
  }

  function fail(chart, problem) {
    const note = document.createElement("p");
    note.className = "chart-note";
    note.setAttribute("role", "alert");
    note.textContent = `This chart could not be drawn: ${problem.message}. The table has the same numbers.`;
    chart.root.querySelector(".drawing").removeAttribute("aria-hidden");
    chart.root.querySelector(".drawing").replaceChildren(note);
    specs.delete(chart.root.dataset.chart);
    chart.root.dataset.drawn = "no";
    console.error(problem);
  }

  function forgetGone() {
    for (const [root, chart] of drawn) {
      if (root.isConnected) continue;
      chart.sizes?.disconnect();
      chart.view?.finalize();
      drawn.delete(root);
    }
  }

  function drawAll() {
    forgetGone();
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  const ready = () => [...drawn.values()].filter((chart) => chart.view);
  const repaint = () => ready().forEach((chart) => (paint(chart), chart.view.runAsync()));

  /** Paper has the light colours, whatever the theme. */
  function paintForPaper() {
    for (const chart of ready()) {
      tokensOf(chart, (_, light) => light).forEach(([name, value]) => chart.view.signal(name, value));
      chart.view.run();
    }
  }

  function clicked(event) {
    const save = event.target.closest?.("[data-chart-save]");
    const toggle = event.target.closest?.("[data-series-toggle]");
    if (save) {
      const chart = drawn.get(document.getElementById(save.dataset.chartOf));
      save.closest("details")?.removeAttribute("open");
      if (chart?.view || save.dataset.chartSave === "csv") Promise.resolve(charts.save(chart, save.dataset.chartSave)).catch((problem) => fail(chart, problem));
    }
    if (toggle) {
      ready()
        .filter((chart) => charts.switchesOf(chart).includes(toggle))
        .forEach((chart) => charts.toggle(chart, toggle.dataset.seriesToggle));
    }
  }

  document.addEventListener("click", clicked);
  document.addEventListener("htmx:load", drawAll);
  document.addEventListener("htmx:afterSwap", drawAll);
  window.addEventListener("beforeprint", paintForPaper);
  window.addEventListener("afterprint", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  for (const asked of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    window.matchMedia(asked).addEventListener("change", repaint);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", drawAll);
  else drawAll();
})();
