"""Makes the pictures of the console from the demo data, in Chromium."""  # noqa: INP001  a script

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

_HERE = Path(__file__).parent
_SAMPLE = Path("src/vaultmeter/demo/sample/audit.log.gz")
_PASSWORD = "a password of pictures"  # noqa: S105  of a server that ends with them
_SIZE: ViewportSize = {"width": 1440, "height": 900}
_PATIENCE = 60.0
_COMMAND = Path(sys.executable).with_name("vaultmeter")
_SHOWN = (
    ("overview", "/", "light"),
    ("overview-dark", "/", "dark"),
    ("evidence", "/?evidence=overview~passwords_accessed", "light"),
    ("product-usage", "/product-usage", "light"),
    ("clients", "/clients", "light"),
    ("sources", "/sources", "light"),
    ("event-center", "/events", "light"),
    ("schedule", "/schedules/new?of=/clients", "light"),
)
"""Each picture: its name, its address, its theme."""


def main() -> None:
    """Fill a data folder, serve it, and take the pictures."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        _run(data, "ingest", "openbao", str(_SAMPLE), "--account", "acme")
        _run(data, "simulate", *_ORGANISATION)
        _run(data, "limits", "set", "sm", "550")
        _run(data, "limits", "set", "pm", "250")
        _run(data, "users", "add", "hanna.vogel", "--role", "admin", "--password-stdin")
        with _serving(data) as origin:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            for name, path, theme in _SHOWN:
                page = browser.new_page(
                    viewport=_SIZE, color_scheme="dark" if theme == "dark" else "light"
                )
                _signed_in(page, origin)
                page.goto(origin + path)
                page.wait_for_load_state("networkidle")
                page.wait_for_function(
                    "[...document.querySelectorAll('[data-chart]')].every((c) => c.dataset.drawn)"
                )
                page.screenshot(path=_HERE / f"{name}.png")
                page.close()
            browser.close()


_ORGANISATION = ("--events", "1200000", "--identities", "500", "--items", "3000", "--months", "12")


def _signed_in(page: Page, origin: str) -> None:
    page.goto(f"{origin}/sign-in")
    page.fill("input[name=name]", "hanna.vogel")
    page.fill("input[name=password]", _PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{origin}/")


@contextmanager
def _serving(data: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603  our own program
        [str(_COMMAND), "serve", "--data", data, "--listen", f"127.0.0.1:{port}"],
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(_PATIENCE)


def _wait(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _run(data: str, *words: str) -> None:
    subprocess.run(  # noqa: S603  our own program
        [str(_COMMAND), *words],
        env={**os.environ, "VAULTMETER_DATA": data},
        input=_PASSWORD.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    main()
