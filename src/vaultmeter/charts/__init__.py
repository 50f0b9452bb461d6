"""Charts. One `.vl.json` file (Vega-Lite), one chart: the same one for pages, PDF and e-mail.

A spec has no data and no colours: data goes in by name, colours come from the design tokens.
What all charts share stands in `frame.json`; a spec names its parts among its layers.
"""

from vaultmeter.charts.picture import svg
from vaultmeter.charts.specs import chart_names, compiled, version

__all__ = ["chart_names", "compiled", "svg", "version"]
