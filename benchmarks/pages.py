"""Loads every page of the console: `python benchmarks/pages.py --help`.

The server's time is that of the whole answer, asked over one connection on the same machine. Each
load is of another range, so that no answer is kept; the page and what it fetches by itself are
measured apart. Weights are bytes as they are sent, compressed. The largest contentful paint is
Chromium's own figure.
"""

import argparse
import gzip
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from api import copy_of
from measure import Figure
from playwright.sync_api import sync_playwright
from push import Server, serving

_HERE = Path(__file__).parent
_NAME, _PASSWORD = "reader", "a password of benchmarks"
_PAGES = (
    "/",
    "/product-usage",
    "/items",
    "/password-manager",
    "/clients",
    "/sources",
    "/settings/definitions",
)
_DETAILS = (("/product-usage", r"/users/\d+"), ("/items", r"/items/\d+"))
_BLOCK = re.compile(rb'id="([a-z-]+)"[^>]*hx-get="([^"]+)" hx-trigger="load"')
_ASSET = re.compile(rb'(?:src|href)="(/static/[^"]+)"')
_SPANS = {"30 days": 30, "12 months": 365}
_WANTED = "p95 under 150 ms at 20 million, 300 ms at 100 million"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000_000, help="in the store")
    parser.add_argument("--loads", type=int, default=20, help="of each page and span")
    options = parser.parse_args()
    folder = _HERE / "data"
    folder.mkdir(exist_ok=True)
    for figure in figures(folder, options.events, options.loads):
        print(f"{figure.what}: {figure.measured}  [{figure.wanted}]")


def figures(folder: Path, events: int = 20_000_000, loads: int = 20) -> list[Figure]:
    """Time and weight of each page, and what a browser makes of the first one."""
    with copy_of(folder, events) as data:
        command = str(Path(sys.executable).parent / "vaultmeter")
        words = [command, "--data", str(data), "users", "add", _NAME, "--role", "admin"]
        subprocess.run([*words, "--password-stdin"], check=True, input=_PASSWORD.encode())
        with serving(data, folder / "pages.log", {}) as server:
            reader = Reader(server)
            paths = [*_PAGES, *(reader.first(page, link) for page, link in _DETAILS)]
            timed = [
                _timed(reader, paths, span, days, loads, events) for span, days in _SPANS.items()
            ]
            return [*timed, _weights(reader, paths), _painted(server, reader, paths)]


@dataclass
class Reader:
    """Somebody who is signed in, over one connection."""

    server: Server
    cookie: str = field(init=False)
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Sign in."""
        self.connection = HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        form = urlencode({"name": _NAME, "password": _PASSWORD})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.server.url}
        self.connection.request("POST", "/sign-in", form, kind)
        answer = self.connection.getresponse()
        answer.read()
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def load(self, path: str, block: str = "") -> tuple[bytes, float]:
        """What is sent, packed, and the seconds it took; `block` is one of a page."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip"}
        if block:
            headers |= {"HX-Request": "true", "HX-Target": block}
        begun = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        taken = time.perf_counter() - begun
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status}")
        return body, taken

    def plain(self, path: str) -> bytes:
        """A page as it is, not packed, with everything at once."""
        self.connection.request("GET", f"{path}?whole=1", headers={"Cookie": self.cookie})
        return self.connection.getresponse().read()

    def first(self, page: str, link: str) -> str:
        """The first address on a page that looks like this."""
        found = re.search(link.encode(), self.plain(page))
        if found is None:
            raise RuntimeError(f"{page} links to nothing like {link}")
        return found[0].decode()


def _timed(
    reader: Reader, paths: list[str], span: str, days: int, loads: int, events: int
) -> Figure:
    told, slowest = [], 0.0
    for path in paths:
        reader.load(path)
        taken, blocks = [], []
        for query in _ranges(days, loads):
            url = f"{path}?{query}"
            body, seconds = reader.load(url)
            taken.append(seconds)
            blocks += _fetched(reader, body)
        p95 = sorted(taken)[int(0.95 * len(taken)) - 1]
        slowest = max(slowest, p95)
        rest = f" + blocks {1000 * max(blocks):.0f} at most" if blocks else ""
        told.append(f"{path} {1000 * median(taken):.0f}/{1000 * p95:.0f}{rest}")
    return Figure(
        f"pages on {events:,} events, {span}, nothing kept: median/p95 of {loads} loads",
        f"slowest p95 {1000 * slowest:.0f} ms: {'; '.join(told)}",
        _WANTED,
    )


def _fetched(reader: Reader, packed: bytes) -> list[float]:
    """The seconds of the blocks that a page fetches by itself."""
    html = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    found = _BLOCK.findall(html)
    return [reader.load(_url(url), block.decode())[1] for block, url in found]


def _url(text: bytes) -> str:
    return text.decode().replace("&amp;", "&")


def _ranges(days: int, loads: int) -> Iterator[str]:
    """Ranges of so many days, each a day further back."""
    today = datetime.now(UTC).date()
    for back in range(loads):
        last: date = today - timedelta(days=back + 1)
        yield f"range={last - timedelta(days=days - 1)}..{last}"


def _weights(reader: Reader, paths: list[str]) -> Figure:
    pages = {path: len(reader.load(path)[0]) for path in paths}
    assets = {url.decode() for url in _ASSET.findall(reader.plain("/"))}
    body = reader.plain("/")
    charts = re.search(rb'data-charts-src="([^"]+)"', body)
    if charts:
        assets.add(charts[1].decode())
    shared = sum(len(reader.load(url)[0]) for url in assets)
    heaviest = max(pages, key=lambda path: pages[path])
    return Figure(
        "weight of a first page with all it needs, and of the heaviest later page, compressed",
        f"{(shared + pages['/']) / 1024:.0f} KB; {pages[heaviest] / 1024:.0f} KB ({heaviest})",
        "under 350 KB; under 60 KB",
    )


def _painted(server: Server, reader: Reader, paths: list[str]) -> Figure:
    """The largest paint and the layout shift of each page in Chromium, nothing cached."""
    found = shutil.which("chromium")
    name, _, value = reader.cookie.partition("=")
    told, slowest = [], 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for path in paths:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": name, "value": value, "url": server.url}])
            page = context.new_page()
            page.goto(server.url + path)
            page.wait_for_load_state("networkidle")
            painted, shifted = page.evaluate(_OBSERVED)
            slowest = max(slowest, painted)
            told.append(f"{path} {painted:.0f} ms, shift {shifted:.3f}")
            context.close()
        browser.close()
    return Figure(
        "largest contentful paint and layout shift in Chromium, nothing cached",
        f"slowest {slowest:.0f} ms: {'; '.join(told)}",
        "under 1,000 ms; 0",
    )


_OBSERVED = """
() => new Promise((resolve) => {
    let painted = 0, shifted = 0;
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) painted = each.startTime;
    }).observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) if (!each.hadRecentInput) shifted += each.value;
    }).observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve([painted, shifted]), 500);
})
"""


if __name__ == "__main__":
    main()
