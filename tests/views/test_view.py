"""Addresses: what they say is what a page shows, and what it shows is what they say."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultmeter.views.view import Defaults, Filter, TableView, View, read

NOW = datetime(2026, 11, 20, 14, 52, tzinfo=UTC)
USUAL = Defaults(zone="Europe/Berlin")


def at(address: str, usual: Defaults = USUAL, extra: tuple[str, ...] = ()) -> View:
    """The view of an address."""
    parts = urlsplit(address)
    return read(parts.path, parse_qsl(parts.query), usual, NOW, extra)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?range=last-90-days",
        "/?range=2026-10-22..2026-11-20&tz=UTC&compare=2026-01-01..2026-01-31",
        "/product-usage?account=acme,@eu&f=user:contains:ann&f=kind:is:login,secret_read",
        "/product-usage?bucket=week&series=logins,accessed&layout=side",
        "/users/12?sessions.sort=-started&sessions.page=3&size=50",
        "/?evidence=overview~denied&view=v12",
    ],
)
def test_an_address_is_made_as_it_was_read(address: str) -> None:
    """Reading and writing again leaves each word where and what it is."""
    view = at(address)
    assert view.notices == ()
    assert view.url() == address


def test_what_is_usual_stands_in_no_address() -> None:
    """A reader who usually looks at weeks has the address without a word of it."""
    weekly = Defaults("last-week", "Asia/Kolkata", "year", 50)
    assert at("/?range=last-week&tz=Asia/Kolkata&compare=year&size=50", weekly).url() == "/"
    assert at("/", weekly).when.zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    "word",
    [
        "range=29x",
        "range=2026-11-20..2026-10-22",
        "range=31 Nov..2 Dec",
        "tz=Moon/Sea",
        "compare=2026-02-30..2026-03-01",
        "compare=tuesday",
        "f=colour:is:red",
        "f=user:like:ann",
        "f=user",
        "f=kind:is:nothing_known",
        "bucket=decade",
        "page=two",
        "size=7",
        "unknown=1",
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(word: str) -> None:
    """Everything else of the address holds."""
    view = at(f"/?{word}&account=acme")
    assert view.account == ("acme",)
    assert replace(view, notices=(), account=()) == at("/")
    assert [notice.split("”")[0] for notice in view.notices] == [f"“{word}"]


@given(
    values=st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20),
        min_size=1,
        max_size=4,
    )
)
def test_any_name_can_be_filtered_by(values: list[str]) -> None:
    """Commas, colons, percent signs and letters of all scripts come back as they were."""
    wanted = Filter("user", "is", tuple(value for value in values if "%2C" not in value) or ("a",))
    assert at(View("/", USUAL, filters=(wanted,)).url()).filters == (wanted,)


def test_a_fixed_address_means_the_same_to_everybody() -> None:
    """It names range, zone and comparison, whatever is usual; with days, it does not move."""
    view = at("/product-usage?account=acme&view=v3")
    assert view.fixed() == (
        "/product-usage?range=last-30-days&tz=Europe/Berlin&compare=weekdays&account=acme"
    )
    other = at(view.fixed("2026-10-22..2026-11-20"), Defaults("today", "UTC", "none"))
    assert (other.range, other.zone, other.compare) == (
        "2026-10-22..2026-11-20",
        "Europe/Berlin",
        "weekdays",
    )


def test_changes_lead_to_the_first_page() -> None:
    """Another filter or order begins the table anew; another page keeps filters alone."""
    view = at("/product-usage?page=4&sort=-requests&account=acme&top=people", extra=("top",))
    assert view.changed(range="today").table == TableView(sort="-requests")
    assert view.with_table(sort="user").table.page == 1
    assert view.with_table(page=5).table == TableView(sort="-requests", page=5)
    assert view.with_extra(top="").url() == "/product-usage?account=acme&sort=-requests&page=4"
    assert view.at("/items").url() == "/items?account=acme"
