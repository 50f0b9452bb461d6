"""What a form of the definition says: the same as the definition it was filled with."""

import pytest

from vaultmeter.console.pages.settings.proposal import FIELDS, Proposal
from vaultmeter.definitions import Changes
from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.status import PRESETS, StatusDefinition

HELD = StatusDefinition(version=4, preset="custom", minimum=7, window_days=11)
OWN = StatusDefinition(
    version=4,
    preset="custom",
    window_days=None,
    dormancy_days=45,
    grace_days=0,
    intents=(Intent.MANAGE,),
    kinds=(Kind.LOGIN, Kind.EXPORT),
    minimum=2,
)


@pytest.mark.parametrize("wanted", [*PRESETS.values(), OWN], ids=[*PRESETS, "custom"])
def test_a_form_says_what_it_was_filled_with(wanted: StatusDefinition) -> None:
    """Whatever holds, saving an untouched form means the definition that filled it."""
    proposal = Proposal.of(wanted)
    found = Changes(**proposal.changes()).of(HELD)
    assert set(proposal.fields) <= set(FIELDS)
    assert (found.version, found) == (4, StatusDefinition(**{**vars(wanted), "version": 4}))


def test_what_is_no_number_is_named() -> None:
    """A field that cannot be read is told by its name and what was typed."""
    with pytest.raises(Invalid, match="Grace is 'a week'"):
        Proposal({"proposed": "1", "grace": "a week"}).changes()
