// Downloads of a chart: PNG and SVG with the light colours, CSV of its table.
(() => {
  "use strict";
  const charts = (window.vaultmeterCharts ??= {});
  const SCALE = 2;
  const SAVES = { png: savePng, svg: saveSvg, csv: saveCsv };

  /** Save a chart in a format: png, svg or csv. */
  charts.save = (chart, format) => SAVES[format](chart);

  async function saveSvg(chart) {
    const text = await lightSvg(chart);
    saved(chart, "svg", new Blob([text], { type: "image/svg+xml" }));
  }

  async function savePng(chart) {
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await lightSvg(chart))}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth * SCALE;
    canvas.height = picture.naturalHeight * SCALE;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("the browser could not make a PNG of it");
    saved(chart, "png", blob);
  }

  function saveCsv(chart) {
    const rows = [...chart.root.querySelectorAll("details.as-table tr")];
    const lines = rows.map((row) => [...row.cells].map((cell) => quoted(cell)).join(","));
    saved(chart, "csv", new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }));
  }

  /** The chart once more, off the page, with the colours that its spec has. */
  async function lightSvg(chart) {
    const view = charts.viewOf(chart, { renderer: "none" });
    view.signal("outer_width", chart.plot.clientWidth);
    const text = await view.toSVG();
    view.finalize();
    const colour = view.signal("token_control");
    return text.replace(/<svg[^>]*>/, (start) => start + hatch(colour));
  }

  function hatch(colour) {
    const size = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"';
    const path = `<path d="M0 0v6" stroke="${colour}" stroke-width="1.5" opacity="0.55"/>`;
    return `<defs><pattern id="hatch" ${size}>${path}</pattern></defs>`;
  }

  /** A cell for CSV. What a spreadsheet would take for a formula gets a quote in front. */
  function quoted(cell) {
    const text = cell.dataset.value ?? cell.textContent.trim();
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function saved(chart, ending, blob) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${chart.figure.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
})();
