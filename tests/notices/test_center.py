"""The Event Center: what is listed, for whom, and who has seen to it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import Folder
from tests.notices.looked import OPERATOR, key_with, opened

from vaultmeter import notices
from vaultmeter.access import trail_acts
from vaultmeter.app import App
from vaultmeter.model.access import ADMIN, Permission, Principal, Role
from vaultmeter.model.errors import Forbidden, Invalid, NotFound

MAY = frozenset({Permission.NOTICES})
ABOUT = (
    ("", ""),
    ("", "sm"),
    ("acme", ""),
    ("acme", "sm"),
    ("acme/law", "pm"),
    ("acmeco", "sm"),
    ("globex", "sm"),
)
"""Accounts and products that notices are about, in the order they are raised."""


def raise_all(app: App) -> None:
    """Raise a notice about each account and product."""
    for account, product in ABOUT:
        raised = notices.raise_once(
            app,
            type="rule",
            product=product,
            account=account,
            key=f"{account} {product}",
            text=f"Something about {account or 'all'} and 100% of it_",
            payload={"account": account},
            now=app.clock(),
        )
        assert raised is not None


def about(app: App, who: Principal = OPERATOR, **narrowed: Any) -> list[tuple[str, str]]:  # noqa: ANN401  of any type
    """Accounts and products of the notices that somebody sees, in the order they were raised."""
    rows = notices.listed(app, who, **narrowed)["rows"]
    return [(row["account"], row["product"]) for row in reversed(rows)]


@pytest.mark.parametrize(
    ("accounts", "products", "seen"),
    [
        (None, None, set(ABOUT)),
        (("acme",), None, {("acme", ""), ("acme", "sm"), ("acme/law", "pm")}),
        (("acme/law",), None, {("acme/law", "pm")}),
        (None, ("sm",), {("", "sm"), ("acme", "sm"), ("acmeco", "sm"), ("globex", "sm")}),
        (("acme",), ("pm",), {("acme/law", "pm")}),
        (("nobody",), None, set()),
    ],
)
def test_who_sees_what(
    folder: Folder,
    accounts: tuple[str, ...] | None,
    products: tuple[str, ...] | None,
    seen: set[tuple[str, str]],
) -> None:
    """A notice is for who has the permission for all that it is about, and for nobody else."""
    raise_all(folder.app)
    who = key_with(folder.app, Role("some", manages=MAY, accounts=accounts, products=products))
    assert set(about(folder.app, who)) == seen
    assert sum(notices.open_counts(folder.app, who).values()) == len(seen)
    for row in opened(folder.app):
        if (row["account"], row["product"]) in seen:
            assert notices.show(folder.app, who, row["id"]) == row
            continue
        with pytest.raises(NotFound):
            notices.show(folder.app, who, row["id"])
        with pytest.raises(NotFound):
            notices.acknowledge(folder.app, who, [row["id"]])
    assert len(opened(folder.app)) == len(ABOUT)


def test_access_levels_of_akeyless_give_it(folder: Folder) -> None:
    """Whoever has a level of the Event Center may see notices, and its forwarders by theirs."""
    for level in ("own", "scoped", "all"):
        role = Role("center", levels={"event-center-access": level})
        assert role.permissions == {Permission.NOTICES}
    assert Role("none", levels={"event-center-access": "none"}).permissions == set()
    forwarders = Role("sends", levels={"event-forwarders-access": "all"})
    assert forwarders.permissions == {Permission.FORWARDERS}
    assert {Permission.NOTICES, Permission.FORWARDERS} < ADMIN.permissions
    who = key_with(folder.app, Role("reads", usage_reports="all"))
    with pytest.raises(Forbidden) as refused:
        notices.listed(folder.app, who)
    assert "--manages notices" in refused.value.hint


def test_filters(folder: Folder) -> None:
    """Each filter narrows the list; what it cannot mean is refused."""
    raise_all(folder.app)
    folder.clock.advance(days=1)
    notices.raise_once(
        folder.app,
        type="rejects",
        product="",
        account="acme",
        key="late",
        text="Late lines",
        payload={},
        now=folder.clock(),
    )
    app = folder.app
    assert about(app, account="acme", type="rule") == [
        ("acme", ""),
        ("acme", "sm"),
        ("acme/law", "pm"),
    ]
    assert about(app, account="*") == [("", ""), ("", "sm")]
    assert about(app, product="pm") == [("acme/law", "pm")]
    assert about(app, since="2026-11-23") == [("acme", "")]
    assert len(about(app, until="2026-11-23")) == len(ABOUT)
    assert about(app, text="LATE*lines") == [("acme", "")]
    assert len(about(app, text="100% of it_")) == len(ABOUT)
    assert about(app, text="100_") == []
    refused: tuple[dict[str, Any], ...] = (
        {"state": "closed"},
        {"type": "nothing"},
        {"product": "xx"},
        {"since": "soon"},
        {"cursor": "x"},
    )
    for wrong in refused:
        with pytest.raises(Invalid):
            notices.listed(app, OPERATOR, **wrong)


def test_pages(folder: Folder) -> None:
    """Page after page every notice comes once, the newest first."""
    raise_all(folder.app)
    found: list[int] = []
    cursor = None
    while True:
        page = notices.listed(folder.app, OPERATOR, limit=3, cursor=cursor)
        found += [row["id"] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(found, reverse=True)
    assert len(found) == len(ABOUT)


def test_acknowledging(folder: Folder) -> None:
    """Who acknowledged a notice first, and when, stays, and is in the trail: all or none."""
    raise_all(folder.app)
    first, second, *_ = [row["id"] for row in reversed(opened(folder.app))]
    who = key_with(folder.app, Role("center", manages=MAY))
    with pytest.raises(NotFound):
        notices.acknowledge(folder.app, who, [first, 999])
    assert len(opened(folder.app)) == len(ABOUT)
    assert notices.acknowledge(folder.app, who, [first, first]) == {"acknowledged": 1}
    then = folder.clock()
    folder.clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    assert notices.acknowledge(folder.app, OPERATOR, [second, first]) == {"acknowledged": 1}
    shown = notices.show(folder.app, OPERATOR, first)
    assert (shown["acknowledged"], shown["acknowledged_by"]) == (
        then.isoformat().replace("+00:00", "Z"),
        who.name,
    )
    assert len(opened(folder.app)) == len(ABOUT) - 2
    assert len(about(folder.app, state="acknowledged")) == 2
    assert len(about(folder.app, state="all")) == len(ABOUT)
    entries = trail_acts.list_trail(folder.app, OPERATOR, act="notice.*")["rows"]
    assert [(row["who"], row["details"]["notices"]) for row in entries] == [
        ("operator", [first, second]),
        (who.name, [first]),
    ]
    for wrong in ([], list(range(1, 1002))):
        with pytest.raises(Invalid):
            notices.acknowledge(folder.app, OPERATOR, wrong)
