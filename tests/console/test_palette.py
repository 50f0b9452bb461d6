"""The palette finds pages, people, items, views and actions, and nothing that is not to be seen."""

import pytest
from tests.console.asked import SCOPED, Console, Shown

from vaultmeter.console.palette import marked


@pytest.mark.parametrize(
    ("name", "wanted", "bold"),
    [
        ("Sources and coverage", "sor", "<mark>So</mark>u<mark>r</mark>ces and coverage"),
        ("Anika Sørensen", "SOR", "Anika <mark>Sør</mark>ensen"),
        ("Straße", "strase", "<mark>Straße</mark>"),
        ("José <b>", "jose", "<mark>José</mark> &lt;b&gt;"),
        ("Overview", "", "Overview"),
    ],
)
def test_letters_that_fit_are_bold(name: str, wanted: str, bold: str) -> None:
    """Together or one after the other; case and accents make no difference."""
    assert marked(name, wanted) == bold


@pytest.mark.parametrize(("name", "wanted"), [("Overview", "x"), ("Overview", "vo"), ("ab", "abc")])
def test_what_does_not_fit_is_not_found(name: str, wanted: str) -> None:
    """Letters in another order, or ones that begin within a word, are something else."""
    assert marked(name, wanted) is None


def kinds(shown: Shown) -> list[str]:
    """The headings of what was found."""
    return shown.texts("h3")


def test_pages_keep_the_range(console: Console) -> None:
    """Without a letter the pages are there; each leads on with range and filters."""
    shown = console.get("/find?range=last-week&q=&back=/")
    assert kinds(shown) == ["Pages"]
    urls = [str(each["href"]) for each in shown.soup.select("[role=option]")]
    assert urls[:2] == ["/?range=last-week", "/product-usage?range=last-week"]


def test_people_and_items_are_found_by_any_part_of_their_name(console: Console) -> None:
    """Each leads to its own page, which has that name."""
    user = console.report("users")["rows"][0]["user"]
    item = console.report("items")["rows"][0]["item"]
    for name, path in ((user, "/users/"), (item, "/items/")):
        shown = console.get(f"/find?q={name[1:].upper()}")
        found = [each for each in shown.soup.select("[role=option]") if name in each.get_text()]
        assert found
        assert str(found[0]["href"]).startswith(path)
        assert name in console.get(str(found[0]["href"])).text("h1")


def test_nobody_finds_what_they_may_not_see(console: Console) -> None:
    """A reader of one account finds people of that account alone, and no page without a right."""
    scoped = console.as_("scoped")
    shown = scoped.get("/find?q=example")
    accounts = shown.texts("[role=option] small")
    assert accounts
    assert all(SCOPED in account for account in accounts)
    assert console.as_("nobody").get("/find?q=example").status == 403


def test_letters_that_mean_something_to_a_database_are_letters(console: Console) -> None:
    """Percent signs, stars and quotes find nothing where no name has them."""
    for letters in ("%25%25", "**", "''", "__", "%5C%5C"):
        shown = console.get(f"/find?q={letters}")
        assert "People and machines" not in kinds(shown), letters
        assert "Secrets and keys" not in kinds(shown), letters


def test_actions_work_on_the_page_one_is_on(console: Console) -> None:
    """A range leads to that page; what its script does has a word for it."""
    shown = console.get("/find?q=show+last+week&back=/items%3Faccount%3Dacme%26range%3Dtoday")
    assert "/items?account=acme&range=last-week" in {
        str(each["href"]) for each in shown.soup.select("[role=option]")
    }
    assert console.get("/find?q=copy").one("[data-does]")["data-does"] == "copy"


def test_nothing_found_is_said(console: Console) -> None:
    """The words are told again, as words."""
    shown = console.get("/find?q=%3Cb%3Ezzqx")
    assert "<b>zzqx" in shown.text(".nothing")
    assert not shown.soup.select("b")
