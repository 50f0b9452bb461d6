"""Saved views: kept with their address, shared as nothing else, and brought back when deleted."""

import pytest
from tests.console.asked import SCOPED, Console, Shown

HERE = "/product-usage?range=last-month&tz=UTC&compare=none&account=acme"


def saved(console: Console, name: str, *, shared: bool = False, back: str = HERE) -> Shown:
    """The page after a view was saved."""
    return console.post("/views", {"name": name, "back": back, "shared": "1" if shared else ""})


def number(shown: Shown) -> str:
    """The number of the view that a page began with."""
    return str(shown.one(".nav.saved [aria-current=true]")["href"]).rpartition("view=v")[2]


def names(shown: Shown) -> list[str]:
    """The views in the rail."""
    return shown.texts(".sidebar .nav.saved .name")


def test_a_view_opens_the_page_as_it_was(own_console: Console) -> None:
    """It stands in the rail, is marked there, and says when the page shows something else."""
    shown = saved(own_console, "  Acme,   last month ")
    assert names(shown) == ["Acme, last month"]
    assert "View “Acme, last month” saved" in shown.text("[data-toast]")
    assert shown.text(".sidebar .nav.saved [aria-current]") == "Acme, last month"
    url = str(own_console.get("/").one(".nav.saved a")["href"])
    assert url == f"{HERE}&view=v{number(shown)}"
    opened = own_console.get(url)
    assert str(opened.one("#save-view [name=back]")["value"]) == HERE
    other = own_console.get(url.replace("last-month", "last-week"))
    assert other.text(".sidebar .nav.saved [aria-current]") == "Acme, last month changed"
    assert not own_console.as_("reader").get("/").soup.select(".nav.saved")


def test_a_changed_view_can_keep_the_change(own_console: Console) -> None:
    """The view leads to what is shown now, and is no longer changed."""
    id_ = number(saved(own_console, "To change"))
    now = HERE.replace("last-month", "last-week")
    shown = own_console.post(f"/views/{id_}/update", {"back": now})
    assert shown.text(".sidebar .nav.saved [aria-current]") == "To change"
    urls = {str(each["href"]) for each in own_console.get("/views").soup.select("th a")}
    assert f"{now}&view=v{id_}" in urls


def test_a_shared_view_is_opened_by_everybody_within_their_rights(own_console: Console) -> None:
    """Others find it with its owner's name, see their own rows in it, and cannot change it."""
    id_ = number(saved(own_console, "For all", shared=True, back="/product-usage?range=all&tz=UTC"))
    scoped = own_console.as_("scoped")
    rows = scoped.get("/views").rows("table.views")
    assert [row[:3] for row in rows] == [["For all", "Product usage", "admin"]]
    page = scoped.get(f"/product-usage?range=all&tz=UTC&view=v{id_}")
    assert names(page) == ["For all"]
    accounts = {row[1] for row in page.rows("#people table")}
    assert accounts
    assert all(SCOPED in account for account in accounts)
    for act in ("rename", "share", "update", "delete", "restore"):
        refused = scoped.post(f"/views/{id_}/{act}", {"name": "mine", "back": HERE})
        assert refused.status == 404, act
    own_console.post(f"/views/{id_}/share", {"shared": ""})
    assert names(scoped.get("/")) == []
    acts = {row["act"] for row in own_console.ask("trail", "list", "--json")["rows"]}
    assert {"view.share", "view.unshare"} <= acts


def test_a_deleted_view_comes_back(own_console: Console) -> None:
    """The message has the way back; a second one there is not."""
    id_ = number(saved(own_console, "To delete"))
    gone = own_console.post(f"/views/{id_}/delete")
    assert "To delete" not in names(gone)
    undo = str(gone.one("[data-toast] form")["action"])
    assert undo == f"/views/{id_}/restore"
    assert "To delete" in names(own_console.post(undo))
    assert own_console.post(undo).status == 404
    saved_undo = saved(own_console, "A mistake").one("[data-toast] form")["action"]
    assert "A mistake" not in names(own_console.post(str(saved_undo)))


def test_names_are_told_apart(own_console: Console) -> None:
    """A name is there once; a refused one can be written again without losing the address."""
    id_ = number(saved(own_console, "Once"))
    again = saved(own_console, "Once")
    assert again.status == 409
    assert "There is a view “Once” of yours already." in again.text("[role=alert]")
    assert str(again.one("form.again [name=back]")["value"]) == HERE
    saved(own_console, "Twice")
    assert own_console.post(f"/views/{id_}/rename", {"name": "Twice"}).status == 409
    assert "Thrice" in names(own_console.post(f"/views/{id_}/rename", {"name": "Thrice"}))


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("", HERE),
        ("x" * 81, HERE),
        ("a\u0007bell", HERE),
        ("fine", "//evil.example/"),
        ("fine", "https://evil.example/"),
        ("fine", "/?view=v1"),
        ("fine", "/?q=" + "x" * 2_000),
    ],
)
def test_what_cannot_be_kept_is_refused(own_console: Console, name: str, back: str) -> None:
    """Neither names nobody can read nor addresses of elsewhere."""
    assert saved(own_console, name, back=back).status == 422


def test_a_reader_has_only_so_many(own_console: Console) -> None:
    """The rail shows seven of them, the page all, and beyond a hundred none is kept."""
    reader = own_console.as_("reader")
    for place in range(100):
        assert saved(reader, f"View {place:03}").status == 200
    assert saved(reader, "One too many").status == 422
    shown = reader.get("/views")
    assert len(names(shown)) == 7
    assert len(shown.rows("table.views")) == 100
    beyond = str(shown.soup.select("table.views th a")[50]["href"])
    assert names(reader.get(beyond))[-1] == "View 050"
