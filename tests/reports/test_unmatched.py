"""A word in a filter that matches nothing is said, with what was probably meant."""

from datetime import UTC, datetime

import pytest
from tests.reports.conftest import Organisation

from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

JUNE = Period(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), zone_named("UTC"))
GROUPS = {"nobody": ("acme/nobody-yet",), "all": ("acme", "globex")}
EVERYBODY = Viewer.operator()
SAID = "matches"


def said(
    organisation: Organisation, viewer: Viewer, name: str, *words: str, report: str = "overview"
) -> list[str]:
    """The notes about words of a filter that match nothing."""
    ask = Ask(viewer, JUNE, Filters.of({name: words}), terms=Terms(groups=GROUPS))
    table = answer(organisation.app.store, report_named(report), ask)
    return [note for note in table.notes if SAID in note]


@pytest.mark.parametrize("report", ["overview", "users", "items", "clients", "coverage", "events"])
def test_every_report_says_it(organisation: Organisation, report: str) -> None:
    """Whatever the report, a mistyped account is named, and the account that is nearest to it."""
    found = said(organisation, EVERYBODY, "account", "globx", report=report)

    assert found == ["No account matches 'globx'. Did you mean 'globex'?"]


@pytest.mark.parametrize(
    ("name", "word", "note"),
    [
        ("user", "swicher", "No user matches 'swicher'. Did you mean 'switcher'?"),
        ("item", "kv/shraed", "No item matches 'kv/shraed'. Did you mean 'kv/shared'?"),
        (
            "item_type",
            "static-secret",
            "No type of item matches 'static-secret'. Did you mean 'static_secret'?",
        ),
        ("auth_method", "oidk", "No sign-in method matches 'oidk'. Did you mean 'oidc'?"),
        ("source", "twine", "No source matches 'twine'. Did you mean 'twin'?"),
        ("source", "xyz", "No source matches 'xyz'."),
        ("account", "nowhere*", "No account matches 'nowhere*'."),
        ("user", "%", "No user matches '%'."),
    ],
)
def test_each_filter_on_names(organisation: Organisation, name: str, word: str, note: str) -> None:
    """Every filter on names says which word matches none, with a name where one is near."""
    assert said(organisation, EVERYBODY, name, word) == [note]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account", ["globex", "ACME", "glob*", "*"]),
        ("account", ["@nobody", "@all"]),
        ("user", ["Switcher", "*itch*"]),
        ("item", ["KV/shared", "kv/*"]),
        ("item_type", ["static_*"]),
        ("auth_method", ["oidc", "saml2"]),
        ("source", ["twin", "EDGES"]),
    ],
)
def test_nothing_is_said_of_words_that_match(
    organisation: Organisation, name: str, words: list[str]
) -> None:
    """Names in any case, patterns that match, and groups of accounts call for no note."""
    assert said(organisation, EVERYBODY, name, *words) == []


def test_one_of_several_words(organisation: Organisation) -> None:
    """Each word is looked at by itself: those beside it that match hide none."""
    found = said(organisation, EVERYBODY, "user", "switcher", "swicher", "lab-rat")

    assert found == ["No user matches 'swicher'. Did you mean 'switcher'?"]


def test_a_method_that_only_events_have(organisation: Organisation) -> None:
    """A method that somebody used before the present one is known, though no identity has it."""
    learnt = dict(
        organisation.app.store.query(
            "select name, auth_method from identity where name = 'renamed'"
        )
    )

    assert learnt != {"renamed": "ldap"}
    assert said(organisation, EVERYBODY, "auth_method", "ldap") == []


def test_nobody_learns_of_names_they_may_not_see(organisation: Organisation) -> None:
    """To somebody who sees one account, what is elsewhere is unknown, and is not suggested."""
    viewer = Viewer.of_accounts("somebody", ["globexx"])

    for name, word in (("account", "acme"), ("source", "twin"), ("user", "switcher")):
        (note,) = said(organisation, viewer, name, word)
        assert note.endswith(f"matches {word!r}.")
