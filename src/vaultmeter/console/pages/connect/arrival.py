"""Waiting for the first record of a source: what has come, what it says, or what is wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.sources.known import Known, known_sources
from vaultmeter.model.access import Permission

_INVENTORY = "/inventory"
"""Ends the name of the source that holds what a vault was asked for."""
_MOST = 450
"""Looks, one every two seconds, after which the reader asks for the next one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 16
"""Of an instant in microseconds, for some centuries."""


def instant_word(at: datetime) -> str:
    """An instant (aware) as the address has it: microseconds since 1970."""
    return str((at - _EPOCH) // timedelta(microseconds=1))


def connected(asking: Asking) -> Known | None:
    """The source that is being connected: of the number in the address, or added since then."""
    extra = asking.view.extra
    own = [each for each in known_sources(asking) if each.is_managed]
    if "source" in extra:
        return next((each for each in own if str(each.id) == extra["source"]), None)
    since = extra.get("since", "")
    if not (since.isdecimal() and len(since) <= _DIGITS):
        return None
    begun = _EPOCH + timedelta(microseconds=int(since))
    settings = asking.sources.settings()
    new = [each for each in own if each.name in settings and settings[each.name].made >= begun]
    return max(new, key=lambda each: settings[each.name].made, default=None)


def arrival_block(asking: Asking) -> dict[str, Any]:
    """How far it is; `poll_url` is where the next look is, nothing when there is no need."""
    extra = asking.view.extra
    if "source" not in extra and "since" not in extra:
        return {"state": "none"}
    source = connected(asking)
    if source is None:
        return {"state": "adding", **_next_look(asking)}
    found = _arrived(asking, source)
    if found["state"] == "waiting" or found["state"] == "counting":
        found |= _next_look(asking)
    else:
        found |= {"poll_url": "", "again_url": ""}
    return {"source": source, "source_url": source.path, **found}


def _next_look(asking: Asking) -> dict[str, str]:
    looked = asking.view.extra.get("looked", "")
    looks = int(looked) + 1 if looked.isdecimal() and len(looked) <= len(str(_MOST)) else 1
    again = asking.view.with_extra(looked="").url()
    if looks > _MOST:
        return {"poll_url": "", "again_url": again}
    return {"poll_url": asking.view.with_extra(looked=str(looks)).url(), "again_url": again}


def _arrived(asking: Asking, source: Known) -> dict[str, Any]:
    """What has come of a source, with what it was asked for."""
    told = asking.sources.show(asking.who, source.name)
    receivers = told["receivers"] or []
    facts = {
        "lines": told["lines"],
        "at": instant(told["last_received"]),
        "events": told["events"] or 0,
        "rejected": told["rejected"] or 0,
        "troubles": [each["condition"] for each in receivers if not each["ok"]],
        "does": [each["condition"] for each in receivers if each["ok"]],
        "event": None,
    }
    listed = _listed(asking, source)
    if listed is not None:
        return {**facts, "state": "listed", "lines": listed["lines"], "at": listed["at"]}
    if not told["lines"]:
        return {**facts, "state": "waiting"}
    if not facts["events"]:
        is_counted = told["pending"] == 0
        return {**facts, "state": _without_events(facts) if is_counted else "counting"}
    return {**facts, "state": "arrived", "event": _newest(asking, source)}


def _without_events(facts: dict[str, Any]) -> str:
    """Lines came and were read, and made no event."""
    return "rejected" if facts["rejected"] else "waiting"


def _listed(asking: Asking, source: Known) -> dict[str, Any] | None:
    """What the vault was asked for, once it has answered."""
    name = source.name + _INVENTORY
    known = next((each for each in known_sources(asking) if each.name == name), None)
    if known is None or not known.is_managed:
        return None
    told = asking.sources.show(asking.who, name)
    return {"lines": told["lines"], "at": instant(told["last_received"])} if told["lines"] else None


def _newest(asking: Asking, source: Known) -> dict[str, Any] | None:
    """The newest event, for readers who may see events."""
    if not asking.may(Permission.REPORTS):
        return None
    rows = asking.rows("events", when=When("all"), filters={"source": [source.name]}, limit=1)
    return rows[0] if rows else None
