"""Exports: a page as one file in every format, the files that are kept, and what is being made."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from tests.console.asked import Console, Shown, make, some_months
from tests.server.serving import Serving, end_with_process, until

PAGE = "/product-usage?range=last-90-days&tz=Europe/Berlin&compare=none"
OPTIONS = ("--range", "last-90-days", "--tz", "Europe/Berlin", "--compare", "none")
LOCK = "long enough"
"""The password of a file."""
_ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an encrypted XLSX begins: it is a compound file."""


def asked(console: Console, **fields: str) -> Shown:
    """What the form of an export answers."""
    return console.post("/exports", {"of": PAGE, "back": "/product-usage", **fields})


def made(console: Console, **fields: str) -> Shown:
    """The file of an export, also where a busy machine made it in the background."""
    shown = asked(console, **fields)
    is_page = shown.headers["content-type"].startswith("text/html")
    if not is_page or "in the background" not in shown.text(".toast"):
        return shown
    until(lambda: newest(console)["state"] == "made", "the file is made")
    return console.get(f"/exports/{newest(console)['id']}/file")


def newest(console: Console) -> dict[str, object]:
    """The newest kept file, as the command line lists it."""
    found: dict[str, object] = console.ask("exports", "list", "--json")[0]
    return found


@pytest.mark.parametrize(
    ("format_", "begins"),
    [("json", b"{"), ("csv", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("parquet", b"PK")],
)
def test_a_page_leaves_as_one_file(own_console: Console, format_: str, begins: bytes) -> None:
    """Each format is answered at once as a download, and kept with its checksum and manifest."""
    shown = made(own_console, format=format_)
    assert shown.status == 200, shown.text()
    assert shown.body.startswith(begins)
    assert shown.headers["cache-control"] == "no-store"
    kept = newest(own_console)
    assert (kept["format"], kept["sha256"]) == (format_, sha256(shown.body).hexdigest())
    assert f'filename="{kept["name"]}"' in shown.headers["content-disposition"]
    page = own_console.get("/exports")
    row = page.rows("table.files")[0]
    assert row[0].startswith("Track product usage")
    assert row[2:4] == [str(kept["rows"]), "admin"]
    assert str(kept["sha256"]).startswith(row[7])
    link = page.one(f"#file-{kept['id']} a[href$='/manifest']")
    manifest = json.loads(own_console.get(str(link["href"])).body)
    assert manifest["file"]["sha256"] == kept["sha256"]


def test_the_tables_of_a_page_are_those_of_its_reports(own_console: Console) -> None:
    """One document has every table that the page shows, with the figures of the command line."""
    told = json.loads(made(own_console, format="json").body)["reports"]
    assert [each["report"] for each in told] == ["users", "activity", "adoption"]
    for each in told:
        wanted = own_console.report(each["report"], *OPTIONS, "--limit", "1000000")
        assert each["rows"] == wanted["rows"], each["report"]


def test_what_is_offered_is_what_the_page_stands_for(own_console: Console) -> None:
    """The menu has all formats of the whole, each table alone, and the way to options."""
    shown = own_console.get(PAGE)
    buttons = [str(each["value"]) for each in shown.soup.select("#export button[name=format]")]
    assert buttons == ["json", "csv", "xlsx", "pdf", "parquet"]
    assert shown.one("#export input[name=of]")["value"] == PAGE
    tables = {text.split(" JSON")[0] for text in shown.texts("#export .menu-table")}
    assert tables == {"Users", "Activity", "Adoption"}
    form = own_console.get(str(shown.one("#export a[href^='/exports/new']")["href"]))
    assert form.one("select[name=of] option[selected]")["value"] == PAGE
    # A password that is typed into it must come into no address.
    assert form.one("#export-form form")["method"] == "post"
    assert form.texts("#export-about li") == ["Users", "Activity", "Adoption"]


def test_options_of_a_file(own_console: Console) -> None:
    """A limit is kept to, a password encrypts, and what a format cannot do is said by the form."""
    limited = json.loads(made(own_console, format="json", limit="3").body)["reports"][0]
    assert len(limited["rows"]) == limited["rows_limited"]["rows"] == 3
    assert limited["rows_limited"]["total"] == limited["total"] > 3
    assert made(own_console, format="xlsx", password=LOCK).body.startswith(_ENCRYPTED)
    refused = made(own_console, format="csv", password=LOCK, limit="7")
    assert refused.status == 422
    assert "csv cannot have a password" in refused.text(".wrong")
    assert refused.one("input[name=limit]")["value"] == "7"
    assert not refused.one("input[name=password]").get("value")
    assert made(own_console, format="csv", limit="many").status == 422
    assert made(own_console, format="docx").status == 404
    assert made(own_console, of="/settings/users").status == 404


def test_a_saved_view_leaves_under_its_name(own_console: Console) -> None:
    """A page that is a saved view is exported as that, until it is changed."""
    own_console.post("/views", {"name": "Three months", "back": PAGE})
    shown = own_console.get("/views").one("table.views a")
    word = str(shown["href"]).rpartition("=")[2]
    viewed = own_console.get(str(shown["href"]))
    assert viewed.one("#export input[name=of]")["value"] == word
    changed = own_console.get(f"{PAGE.replace('90', '30')}&view={word}")
    assert str(changed.one("#export input[name=of]")["value"]).startswith("/product-usage?")
    made(own_console, of=word, format="csv")
    assert newest(own_console)["title"] == "Three months"
    earlier = own_console.get("/exports/earlier?path=/product-usage")
    assert earlier.soup.select("a[href$='/file']")


def test_a_file_is_shown_to_who_may_see_its_rows(own_console: Console) -> None:
    """Whoever sees less finds no trace of it; who sees more finds those of others."""
    made(own_console, format="csv")
    number = newest(own_console)["id"]
    scoped = own_console.as_("scoped")
    assert not scoped.get("/exports").rows("table.files")
    hidden, unknown = (scoped.get(f"/exports/{each}/file") for each in (number, 999_999))
    assert (hidden.status, unknown.status) == (404, 404)
    assert scoped.post(f"/exports/{number}/remove").status == 404
    assert made(scoped, format="csv").status == 200
    own = newest(own_console)["id"]
    assert own_console.get(f"/exports/{own}/file").status == 200
    assert len(scoped.get("/exports").rows("table.files")) == 1
    nobody = own_console.as_("nobody")
    assert "not open to you" in nobody.get("/exports").text("main")
    assert made(nobody, format="csv").status == 403


def test_a_file_is_removed(own_console: Console) -> None:
    """Removing takes it from the list and from the disk; others' files are theirs."""
    made(own_console, format="csv")
    number = newest(own_console)["id"]
    reader = own_console.as_("reader")
    assert reader.get(f"/exports/{number}/file").status == 200
    assert not reader.get("/exports").soup.select(f"form[action='/exports/{number}/remove']")
    assert reader.post(f"/exports/{number}/remove").status == 403
    shown = own_console.post(f"/exports/{number}/remove")
    assert "is removed" in shown.text(".toast")
    assert own_console.get(f"/exports/{number}/file").status == 404


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Console]:
    """A console whose server never comes to the end of a file."""
    make(tmp_path / "data", some_months())
    serving = Serving(tmp_path / "data", {"VAULTMETER_HANG_AT": "export-begun"})
    try:
        serving.start()
        until(serving.is_ready, "the store is open")
        yield Console(serving).as_("admin")
    finally:
        end_with_process(serving)


def test_a_large_file_is_made_in_the_background(slow: Console) -> None:
    """The reader is led back; corner and page say how far it is; what waits is cancelled."""
    back = asked(slow, format="csv")
    assert "in the background" in back.text(".toast")
    assert "1 file is being made" in back.text("#corner")
    assert "Track product usage, CSV" in slow.get("/exports/corner?files=1").text("#corner")
    slow.ask("export", "--report", "users", "--format", "csv", "--background", "--json")
    page = slow.get("/exports")
    waiting, running = (row[3] for row in page.rows("table.running"))
    assert waiting == "Waiting for its turn"
    assert running.startswith("0 of ")
    assert page.one(".progress svg rect.fi1")["width"] == "0.0"
    assert slow.get("/exports").one("#running")["hx-trigger"] == "every 1s"
    told = slow.post("/exports/2/cancel")
    assert "not made any further" in told.text(".toast")
    until(lambda: len(slow.get("/exports").rows("table.running")) == 1, "it waits no more")
    looked = slow.swap("/exports?running=1,2", "running")
    assert looked.one("[hx-target='#kept']")["hx-trigger"] == "load"
    assert "Cancelled" in slow.get("/exports").text("#kept")
