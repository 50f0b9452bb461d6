"""What connectors declare they can show, against the records that they have been seen to read."""

import json

import pytest
from tests.connectors.test_every_connector import CASES, NAMES

from vaultmeter.app import connector_named
from vaultmeter.model.kinds import Kind
from vaultmeter.model.visibility import COUNTED, SEEN, Sight, Visible


@pytest.mark.parametrize("name", NAMES)
def test_each_measure_is_declared_with_a_sentence(name: str) -> None:
    """A connector of events says of every measure whether its records show it, and why."""
    connector = connector_named(name)
    assert set(connector.sights) <= set(SEEN)
    assert connector.facts or set(connector.sights) == set(SEEN)
    for sight in connector.sights.values():
        assert isinstance(sight, Sight)
        assert sight.why.endswith(".")
        assert sight.why[0].isupper()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_visible_is_in_no_record(name: str) -> None:
    """No recorded case of a connector comes to an event it declares not to be visible."""
    sights = connector_named(name).sights
    cases = [json.loads(case.read_text("utf-8")) for case in CASES if case.parent.name == name]
    kinds = {Kind(event["kind"]) for case in cases for event in case.get("events", ())}
    hidden = {
        kind
        for measure, sight in sights.items()
        if sight.visible == Visible.NOT
        for kind in SEEN[measure].kinds
    }
    assert not kinds & hidden


def test_each_kind_belongs_to_one_measure_at_most() -> None:
    """An event counts for one measure of coverage; heartbeats, lists and the like for none."""
    kinds = [kind for name in COUNTED for kind in SEEN[name].kinds]
    assert len(kinds) == len(set(kinds))
    assert set(Kind) - set(kinds) == {Kind.HEARTBEAT, Kind.LIST, Kind.SYSTEM, Kind.OTHER}
