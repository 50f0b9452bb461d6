"""The password manager report as the file that Akeyless's console exports."""

from dataclasses import replace

import pytest
from tests.conftest import Folder, event, ndjson
from tests.reports.conftest import Organisation
from tests.reports.questions import span

from vaultmeter.model.errors import Invalid
from vaultmeter.model.terms import ALWAYS, ORGANISATION, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.layouts import laid_out
from vaultmeter.reports.run import Ask, answer

AUTUMN = span("2026-10-20", "2026-11-15", "Europe/Berlin")
YEAR = span("2025-07-01", "2026-07-01")
EVENTS = [
    event(1, time="2026-10-02T08:00:00Z", identity="ada", auth_method="saml", item="pw/a"),
    event(2, time="2026-10-31T22:59:00Z", identity="bob", auth_method="oidc", item="pw/b"),
    # Already November in Berlin.
    event(3, time="2026-10-31T23:00:00Z", identity="cleo", auth_method="oidc", item="pw/c"),
    event(4, time="2026-11-05T08:00:00Z", identity="ada", auth_method="saml", item="pw/a"),
    event(5, time="2026-11-06T08:00:00Z", identity="dan", auth_method="ldap", item="note/d"),
    event(6, time="2026-11-07T08:00:00Z", identity="dan", kind="item_deleted", item="pw/a"),
    event(7, time="2026-11-08T08:00:00Z", identity="eve", auth_method="oidc", outcome="denied"),
    # Another product.
    event(8, time="2026-11-09T08:00:00Z", identity="fay", auth_method="saml", item="kv/f"),
    # After the months of the range.
    event(9, time="2026-12-01T08:00:00Z", identity="gus", auth_method="saml", item="pw/g"),
]
PASSWORDS = [
    row
    | {
        "kind": "password_accessed" if row["kind"] == "secret_read" else row["kind"],
        "product": "sm" if row["id"] == "e-8" else "pm",
        "item_type": "note" if row["item"] == "note/d" else "password",
    }
    for row in EVENTS
]


def test_the_exact_layout(folder: Folder) -> None:
    """Keys in their order, milliseconds, months, methods by code with the limit, items by type."""
    folder.take("events", ndjson(*PASSWORDS))
    terms = Terms(limits=(Limit("pm", ORGANISATION, ALWAYS, 2),))
    ask = Ask(Viewer.operator(), AUTUMN, terms=terms)

    document = laid_out(
        folder.app.store, report_named("password-manager"), ask, "akeyless", folder.clock()
    )

    assert document == {
        "time": 1795348800000,
        "clientsByMonth": {"2026-10": 2, "2026-11": 3},
        "clientsByAuthMethods": {
            "ldap": {"actual": 0, "total": 1},
            "oidc": {"actual": 1, "total": 1},
            "saml2": {"actual": 1, "total": 1},
        },
        "secretsByMonth": {"2026-10": 2, "2026-11": 3},
        "secretByTypes": {"password": 2, "note": 1},
    }
    assert list(document) == [
        "time",
        "clientsByMonth",
        "clientsByAuthMethods",
        "secretsByMonth",
        "secretByTypes",
    ]


def test_parts_add_up_to_the_last_month(organisation: Organisation) -> None:
    """Clients by method and items by type are those of the last month, and of the table."""
    store, ask = organisation.app.store, Ask(Viewer.operator(), YEAR)
    report = report_named("password-manager")
    document = laid_out(store, report, replace(ask, limit=3), "akeyless", YEAR.end)
    rows = [row for row in answer(store, report, ask).dicts() if row["auth_method"] == "*"]
    assert list(document["clientsByMonth"].values()) == [row["clients"] for row in rows]
    assert list(document["secretsByMonth"].values()) == [row["stored_passwords"] for row in rows]
    assert len(rows) == 12
    methods = document["clientsByAuthMethods"].values()
    assert sum(each["total"] for each in methods) == rows[-1]["clients"] > 0
    assert sum(document["secretByTypes"].values()) == rows[-1]["stored_passwords"] > 0


@pytest.mark.parametrize(
    ("name", "layout", "hint"),
    [
        ("password-manager", "akeyles", "Did you mean 'akeyless'?"),
        ("users", "akeyless", "It is one of password-manager."),
    ],
)
def test_a_layout_there_is_not(
    organisation: Organisation, name: str, layout: str, hint: str
) -> None:
    """A mistyped layout, and a report without that layout, are errors with a hint."""
    ask = Ask(Viewer.operator(), YEAR)
    with pytest.raises(Invalid) as raised:
        laid_out(organisation.app.store, report_named(name), ask, layout, YEAR.end)
    assert raised.value.hint == hint
