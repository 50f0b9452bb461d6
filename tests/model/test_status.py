"""Definitions of status: presets as their owners publish them, and what is no definition."""

from dataclasses import replace

import pytest

from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.status import PRESETS, StatusDefinition, named_by_preset, preset_named


def test_presets_are_what_their_owners_publish() -> None:
    """Windows and actions of LastPass, Bitwarden Labs and GitHub; a reveal is none of LastPass."""
    lastpass = preset_named("lastpass", 1)
    assert lastpass.window_days == 30
    assert set(lastpass.kinds) == {Kind.LOGIN, Kind.ITEM_ADDED, Kind.PASSWORD_AUTOFILLED}
    bitwarden = preset_named("bitwarden-labs", 1)
    assert (bitwarden.window_days, bitwarden.intents, bitwarden.kinds) == (90, (), (Kind.LOGIN,))
    github = preset_named("github", 1)
    assert (github.window_days, github.dormancy_days) == (90, 90)
    assert set(github.intents) == {Intent.USE, Intent.MANAGE}


@pytest.mark.parametrize("name", PRESETS)
def test_a_setting_that_differs_makes_it_custom(name: str) -> None:
    """A definition is named by the preset it equals, whatever it was made of, else custom."""
    preset = preset_named(name, 5)
    assert named_by_preset(replace(preset, preset="custom"), "custom") == preset
    for changed in (
        {"window_days": 17},
        {"dormancy_days": 17},
        {"grace_days": 17},
        {"minimum": 17},
        {"kinds": (Kind.ROTATION,)},
    ):
        named = named_by_preset(replace(preset, **changed), name)
        assert named == replace(preset, preset="custom", **changed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"intents": (Intent.USE, Intent.HEARTBEAT)},
        {"intents": (Intent.SYSTEM,)},
        {"kinds": (Kind.HEARTBEAT,)},
        {"kinds": (Kind.SYSTEM,)},
    ],
)
def test_what_goes_on_alone_makes_nobody_active(wrong: dict[str, object]) -> None:
    """A renewal in the background is no use: no definition may say so."""
    with pytest.raises(Invalid, match="make nobody active"):
        StatusDefinition(**wrong)  # type: ignore[arg-type]


def test_the_brief_form_names_version_and_preset() -> None:
    """The short form is the beginning of the long one."""
    definition = preset_named("github", 3)
    assert definition.brief() == "version 3 (github)"
    assert definition.text().lower().startswith(definition.brief())
