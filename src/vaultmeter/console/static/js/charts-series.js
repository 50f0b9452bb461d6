// Switches of series: buttons in a chart's card; the address says which series are shown.
(() => {
  "use strict";
  const charts = (window.vaultmeterCharts ??= {});

  /** The switches that belong to a chart: in the same card, for a series the chart has. */
  charts.switchesOf = (chart) => {
    const card = chart.root.closest(".card") ?? chart.root;
    const keys = keysOf(chart);
    return [...card.querySelectorAll("[data-series-toggle]")].filter((one) => keys.includes(one.dataset.seriesToggle));
  };

  /** Turn a series on or off. The last one that is shown stays. */
  charts.toggle = (chart, key) => {
    const hidden = chart.hidden.includes(key)
      ? chart.hidden.filter((other) => other !== key)
      : [...chart.hidden, key];
    if (hidden.length >= keysOf(chart).length) return;
    chart.hidden = hidden;
    for (const one of charts.switchesOf(chart)) {
      one.setAttribute("aria-pressed", String(!hidden.includes(one.dataset.seriesToggle)));
    }
    chart.view.signal("hidden", hidden).runAsync();
    remember(keysOf(chart).filter((other) => !hidden.includes(other)), hidden);
  };

  function keysOf(chart) {
    return [...new Set(chart.figure.data.values.map((row) => row.series))];
  }

  function remember(shown, hidden) {
    const address = new URL(window.location.href);
    address.searchParams.delete("series");
    if (hidden.length) address.searchParams.set("series", shown.join(","));
    address.search = address.search.replaceAll("%2C", ",").replaceAll("%3A", ":");
    window.history.replaceState(window.history.state, "", address);
  }
})();
