"""Names to addresses and back, within the rights of whoever asks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from vaultmeter.app import App
from vaultmeter.console.answers import Answers
from vaultmeter.console.asking import Asking
from vaultmeter.console.named import item_of, item_urls, namesakes_of, user_of, user_urls
from vaultmeter.console.words import Words
from vaultmeter.intake import take_stream
from vaultmeter.model.access import Principal, Role
from vaultmeter.model.errors import NotFound
from vaultmeter.settings import Settings
from vaultmeter.sources import Sources
from vaultmeter.views.view import View

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
USERS = [("ann", "acme"), ("ann", "globex"), ("ANN", "globex"), ("bob", "acme")]
ITEMS = [("kv/db", "acme"), ("kv/db", "globex"), ("kv/*", "acme")]


def lines(account: str) -> bytes:
    """Everybody of an account uses everything in it."""
    found = [
        {
            "id": f"{user}-{item}",
            "time": (NOW - timedelta(days=1)).isoformat(),
            "identity": user,
            "kind": "secret_read",
            "item": item,
        }
        for user, home in USERS
        for item, place in ITEMS
        if home == place == account
    ]
    return "".join(json.dumps(each) + "\n" for each in found).encode()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A folder with the events of two organisations that use the same names."""
    data = tmp_path_factory.mktemp("named") / "data"
    with App(Settings(data=data, reserve_bytes=0), lambda: NOW, lambda _: None) as found:
        for account in ("acme", "globex"):
            take_stream(found, "events", account, account, [lines(account)])
        yield found


def asking(app: App, *accounts: str) -> Asking:
    """A page that somebody asks for who sees some accounts, or all."""
    role = Role("some", usage_reports="all", accounts=accounts or None)
    who = Principal("user", 1, "somebody", (role,))
    words = Words(ZoneInfo("UTC"), NOW, Locale("en", "GB"))
    return Asking(
        app, Sources(app.inbox, app.access, lambda: app.store), Answers(app), who, View("/"), words
    )


def number(url: str) -> str:
    """The number in an address."""
    return url.rpartition("/")[2]


def test_each_address_leads_back_to_its_name(app: App) -> None:
    """Every user and item has an address of its own, whatever others are called."""
    asked = asking(app)
    users, items = user_urls(asked, USERS), item_urls(asked, ITEMS)
    assert len(set(users.values())) == len(USERS)
    assert len(set(items.values())) == len(ITEMS)
    for (name, account), url in users.items():
        found = user_of(asked, number(url))
        assert (found.name, found.account) == (name, account)
    for (name, account), url in items.items():
        thing = item_of(asked, number(url))
        assert (thing.name, thing.account) == (name, account)


def test_nobody_learns_who_is_elsewhere(app: App) -> None:
    """Who may not be seen has no address, and their number is answered like one of nobody."""
    everything, one = asking(app), asking(app, "acme")
    assert set(user_urls(one, USERS)) == {("ann", "acme"), ("bob", "acme")}
    assert set(item_urls(one, ITEMS)) == {("kv/db", "acme"), ("kv/*", "acme")}
    hidden = user_urls(everything, USERS)["ann", "globex"]
    told = []
    for text in (number(hidden), "4711"):
        with pytest.raises(NotFound) as raised:
            user_of(one, text)
        told.append(str(raised.value))
    assert told[0] == told[1]
    with pytest.raises(NotFound):
        item_of(one, number(item_urls(everything, ITEMS)["kv/db", "globex"]))


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "²", "99999999999", "2147483648"])
def test_what_is_no_number_leads_nowhere(app: App, text: str) -> None:
    """Whatever else an address has in place of a number names nobody."""
    with pytest.raises(NotFound):
        user_of(asking(app), text)
    with pytest.raises(NotFound):
        item_of(asking(app), text)


def test_of_a_name_that_several_have_the_account_tells(app: App) -> None:
    """Who has a name alone is found by it; of several, their account narrows reports as well."""
    asked = asking(app)
    urls = user_urls(asked, USERS)
    bob = user_of(asked, number(urls["bob", "acme"]))
    assert bob.filters == {"user": ["bob"]}
    ann = user_of(asked, number(urls["ann", "acme"]))
    assert ann.filters == {"user": ["ann"], "account": ["acme"]}
    assert {(each.name, each.account) for each in namesakes_of(asked, ann)} == {
        ("ann", "globex"),
        ("ANN", "globex"),
    }
    alone = asking(app, "acme")
    assert user_of(alone, str(ann.id)).filters == {"user": ["ann"]}
    assert namesakes_of(alone, user_of(alone, str(ann.id))) == []


def test_addresses_keep_range_and_filters(app: App) -> None:
    """The way to a user keeps what the reader looks at."""
    asked = asking(app)
    asked.view = View("/product-usage", range="last-7-days")
    assert user_urls(asked, [("bob", "acme")])["bob", "acme"].endswith("?range=last-7-days")
