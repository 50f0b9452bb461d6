"""Loads every page of the console: `python benchmarks/pages.py --help`.

The server's time is that of the whole answer, asked over one connection on the same machine. Each
load is of another range, so that no answer about it is kept. What a page fetches by itself is asked
as a browser does, over several connections at once, and measured apart: until the last of it is
there. The processor's time is the server's, of both. Weights are bytes as they are sent,
compressed. The largest contentful paint is Chromium's own figure.
"""

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
    "/views",
)
_DETAILS = (
    ("/product-usage", r"/users/\d+"),
    ("/items", r"/items/\d+"),
    ("/sources", r"/sources/\d+"),
)
_SWAPS = (
    ("/product-usage?size=100", "people"),
    ("/items?size=100", "items"),
    ("/?range=last-12-months", "requests"),
    ("/?range=last-12-months", "limit"),
    ("/product-usage?range=last-12-months", "trend"),
    ("/items?range=last-12-months", "item-days"),
    ("/clients?range=last-12-months", "curve"),
)
"""The heaviest blocks: the longest tables, and charts of a year with their own."""
_BLOCK = re.compile(rb'id="([a-z-]+)"[^>]*hx-get="([^"]+)" hx-trigger="load"')
_AT_ONCE = 6
"""Connections that browsers have to one server."""
_ASSET = re.compile(rb'"(/static/[^"]+)"')
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
            return [*timed, _weights(reader, paths), _swaps(reader), _painted(reader, paths)]


@dataclass
class Reader:
    """Somebody who is signed in, over one connection."""

    server: Server
    cookie: str = ""
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Sign in, unless somebody else of the same name did."""
        self.connection = HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        if self.cookie:
            return
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

    def processor(self) -> float:
        """The seconds of the processor that the server has used."""
        spent = Path(f"/proc/{self.server.process.pid}/stat").read_text("ascii").rpartition(")")[2]
        user, system = spent.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def first(self, page: str, link: str) -> str:
        """The first address on a page that looks like this."""
        found = re.search(link.encode(), self.plain(page))
        if found is None:
            raise RuntimeError(f"{page} links to nothing like {link}")
        return found[0].decode()


def _timed(
    reader: Reader, paths: list[str], span: str, days: int, loads: int, events: int
) -> Figure:
    """The time of each page, and of what it fetches by itself."""
    told, slowest = [], 0.0
    for path in paths:
        reader.load(path)
        taken, rest, later, begun = [], [], [], reader.processor()
        for query in _ranges(days, loads):
            body, seconds = reader.load(f"{path}?{query}")
            taken.append(seconds)
            blocks, whole = _fetched(reader, body)
            later.append(blocks)
            rest.append(whole)
        p95 = sorted(taken)[-(-19 * loads // 20) - 1]
        slowest = max(slowest, p95)
        words = f"{path} {1000 * median(taken):.0f}/{1000 * p95:.0f}"
        if any(later):
            words += f" + {median(later):.0f} blocks {1000 * median(rest):.0f}"
        told.append(f"{words} ({1000 * (reader.processor() - begun) / loads:.0f})")
    return Figure(
        f"pages on {events:,} events, {span}, nothing kept: median/p95 of {loads} loads + blocks"
        " that come after, until the last (the processor's time for all)",
        f"slowest p95 {1000 * slowest:.0f} ms: {'; '.join(told)}",
        _WANTED,
    )


def _fetched(reader: Reader, packed: bytes) -> tuple[int, float]:
    """How many blocks a page fetches by itself, and the seconds until the last is there."""
    found = _BLOCK.findall(_plain(packed))
    others = [Reader(reader.server, reader.cookie) for _ in found[:_AT_ONCE]]
    begun = time.perf_counter()

    def load(number: int) -> None:
        for block, url in found[number::_AT_ONCE]:
            others[number].load(_url(url), block.decode())

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(load, range(len(others))))
    seconds = time.perf_counter() - begun
    for other in others:
        other.connection.close()
    return len(found), seconds


def _plain(packed: bytes) -> bytes:
    return gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed


def _url(text: bytes) -> str:
    return text.decode().replace("&amp;", "&")


def _ranges(days: int, loads: int) -> Iterator[str]:
    """Ranges of so many days, each a day further back."""
    today = datetime.now(UTC).date()
    for back in range(loads):
        last: date = today - timedelta(days=back + 1)
        yield f"range={last - timedelta(days=days - 1)}..{last}"


def _weights(reader: Reader, paths: list[str]) -> Figure:
    """What a first page and all it needs weigh, and the heaviest later one, with all blocks."""
    pages = {path: len(reader.load(f"{path}?whole=1")[0]) for path in paths}
    assets = {url.decode() for url in _ASSET.findall(reader.plain("/"))}
    shared = sum(len(reader.load(url)[0]) for url in assets)
    heaviest = max(pages, key=lambda path: pages[path])
    return Figure(
        "weight of a first page with all it needs, and of the heaviest later page, compressed",
        f"{(shared + pages['/']) / 1024:.0f} KB; {pages[heaviest] / 1024:.0f} KB ({heaviest})",
        "under 350 KB; under 60 KB",
    )


def _swaps(reader: Reader) -> Figure:
    """What single blocks weigh."""
    sizes = {f"{block} of {path}": len(reader.load(path, block)[0]) for path, block in _SWAPS}
    told = "; ".join(f"{what} {size / 1024:.1f}" for what, size in sizes.items())
    return Figure(
        "weight of a block that is swapped, compressed",
        f"heaviest {max(sizes.values()) / 1024:.1f} KB: {told}",
        "under 20 KB",
    )


def _painted(reader: Reader, paths: list[str]) -> Figure:
    """The largest paint and the layout shift of each page in Chromium, nothing cached."""
    found = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    name, _, value = reader.cookie.partition("=")
    told, slowest = [], 0.0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for path in paths:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": name, "value": value, "url": reader.server.url}])
            page = context.new_page()
            page.goto(reader.server.url + path)
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
