"""The first use: a fresh installation shows the way to the first report, and notices records."""

import pytest
from tests.conftest import run
from tests.console.asked import Console


def do(console: Console, *words: str) -> None:
    """Run a command on the folder of a console, which must succeed."""
    done = run("--data", str(console.serving.data), *words)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("path", ["/", "/product-usage", "/password-manager"])
def test_report_pages_show_the_steps(empty_console: Console, path: str) -> None:
    """While there is no event, report pages show what to do instead of zeros."""
    shown = empty_console.get(path)
    assert shown.status == 200
    assert shown.texts("#first-use .steps b") == [
        "Installed",
        "Connect a source",
        "See the first record arrive",
        "Read the first report",
    ]
    assert shown.text("#first-use .steps .now b") == "Connect a source"
    assert shown.one("#first-use a.primary")["href"] == "/sources/new"
    assert not shown.soup.select("#tiles, .kpis")


def test_who_may_not_connect_is_told_whom_to_ask(empty_console: Console) -> None:
    """A reader is not led to a page that would refuse them."""
    shown = empty_console.as_("reader").get("/")
    assert not shown.soup.select("#first-use a.primary")
    assert "permission to manage sources" in shown.text("#first-use")


def test_it_notices_what_comes(empty_console: Console) -> None:
    """The page is loaded again when something has come, and is left alone before."""
    block = empty_console.get("/").one("#first-use")
    path = str(block["hx-get"])
    assert empty_console.get(path).status == 204
    do(empty_console, "sources", "add", "vault", "--connector", "events", "--account", "acme")
    shown = empty_console.get(path)
    assert shown.headers["hx-refresh"] == "true"
    assert empty_console.get("/").text("#first-use .steps .now b") == "See the first record arrive"
    folder = empty_console.serving.data.parent
    (folder / "first.ndjson").write_text(
        '{"id": "1", "time": "2026-01-01T00:00:00Z", "identity": "zoe", "kind": "secret_read", '
        '"item": "kv/first"}\n'
    )
    path = str(folder / "first.ndjson")
    do(empty_console, "ingest", "events", path, "--source", "vault", "--account", "acme")
    shown = empty_console.get("/")
    assert not shown.soup.select("#first-use")
    assert shown.soup.select("#tiles")
