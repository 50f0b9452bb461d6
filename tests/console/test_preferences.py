"""Preferences: kept for users, checked, and never in the way of a page."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vaultmeter.access.users import insert_user
from vaultmeter.app import App
from vaultmeter.console.preferences import Preferences, keep_preferences, keep_zone, preferences_of
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Invalid
from vaultmeter.settings import Settings
from vaultmeter.state.preferences import set_preferences

CHOSEN = Preferences(
    "last-week", "Asia/Kolkata", "year", "de-DE", "compact", shortcuts=False, size=50
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A new folder."""
    with App(Settings(data=tmp_path / "data", reserve_bytes=0), say=lambda _: None) as made:
        yield made


@pytest.fixture
def ann(app: App) -> Principal:
    """A user of it."""
    with app.access.keeping() as connection:
        return Principal("user", insert_user(connection, "ann", "", "x", app.clock()), "ann", ())


def test_what_was_chosen_is_usual_from_then_on(app: App, ann: Principal) -> None:
    """Everything comes back, and pages begin with it."""
    assert preferences_of(app, ann) == Preferences()
    keep_preferences(app, ann, CHOSEN)
    assert preferences_of(app, ann) == CHOSEN
    usual = preferences_of(app, ann).defaults()
    assert (usual.range, usual.zone, usual.compare, usual.size) == (
        "last-week",
        "Asia/Kolkata",
        "year",
        50,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"range": "2026-01-01..2026-01-31"},
        {"zone": "Moon/Sea"},
        {"compare": "2026-01-01..2026-01-31"},
        {"locale": "xx-klingon-1"},
        {"density": "roomy"},
        {"size": 7},
    ],
)
def test_what_no_page_can_be_made_with_is_refused(
    app: App, ann: Principal, wrong: dict[str, str]
) -> None:
    """Nothing of it is kept; what was kept of an earlier version closes no page."""
    with pytest.raises(Invalid):
        keep_preferences(app, ann, replace(Preferences(), **wrong))  # type: ignore[arg-type]
    assert preferences_of(app, ann) == Preferences()
    with app.access.keeping() as connection:
        set_preferences(connection, ann.id, {**wrong, "gone": True})
    assert preferences_of(app, ann) == Preferences()


def test_the_zone_of_the_browser_is_taken_once(app: App, ann: Principal) -> None:
    """Whoever chose anything has chosen; zones that nobody knows are not taken."""
    keep_zone(app, ann, "Not/AZone")
    assert preferences_of(app, ann).zone == "UTC"
    keep_zone(app, ann, "Europe/Paris")
    keep_zone(app, ann, "America/Lima")
    assert preferences_of(app, ann) == Preferences(zone="Europe/Paris")


def test_keys_have_none(app: App) -> None:
    """A program has the usual, and cannot choose."""
    key = Principal("key", 1, "ci", ())
    keep_zone(app, key, "Europe/Paris")
    assert preferences_of(app, key) == Preferences()
    with pytest.raises(Forbidden):
        keep_preferences(app, key, CHOSEN)
