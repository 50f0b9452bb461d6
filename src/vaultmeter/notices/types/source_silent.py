"""`source-silent`: a source that has told something tells nothing more; told again when it does.

A source is silent when its last event happened longer ago than `hours`: three days unless the
rule says otherwise, as the console's lamp has it, for less may be a weekend. One silence is told
once, and its end once, with `state` `silent` or `recovered` in the payload.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from vaultmeter.asked import ReportAsked, When, about_from
from vaultmeter.inbox.batches import Source
from vaultmeter.model.instants import text_of
from vaultmeter.model.table import Table
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType
from vaultmeter.notices.settings import Setting

_HOUR = timedelta(hours=1)
_DAYS_FROM = 48
"""From so many hours on a silence is told in days."""


def _find(looking: Looking) -> Found:
    last = {source.name: (source, at) for source, at in _told(looking)}
    longest = looking.settings["hours"] * _HOUR
    silent = {name for name, (_, at) in last.items() if looking.now - at >= longest}

    def again(key: str, remembered: Any) -> Finding | None:  # noqa: ANN401  JSON
        name = remembered["source"]
        if name not in last or name in silent:
            return None
        return _recovered(*last[name], datetime.fromisoformat(remembered["last_event"]), key)

    beyond = (_silent(*last[name], looking.now) for name in sorted(silent))
    return Found(beyond=tuple(beyond), over=again)


def _told(looking: Looking) -> Iterator[tuple[Source, datetime]]:
    """The sources that the rule is about, each with the instant (UTC) of its last event."""
    asked = ReportAsked("coverage", When("today"))
    about = about_from(looking.app, looking.store, looking.viewer, asked).answer
    told = about.complete_to if isinstance(about, Table) else {}
    for source in looking.app.inbox.sources():
        is_whole = looking.viewer.covers(source.account)
        if source.name in told and is_whole and looking.is_about(source.account):
            yield source, told[source.name]


def _silent(source: Source, last: datetime, now: datetime) -> Finding:
    text = (
        f"The source {source.name} has been silent for {_length(now - last)}:"
        f" its last event is of {last:%Y-%m-%d %H:%M} UTC."
    )
    payload = {
        "source": source.name,
        "connector": source.connector,
        "state": "silent",
        "last_event": text_of(last),
        "silent_hours": round((now - last) / _HOUR, 1),
    }
    remembered = {"source": source.name, "last_event": text_of(last)}
    key = f"source-silent {source.name}"
    return Finding(key, text, payload, account=source.account, remembered=remembered)


def _recovered(source: Source, last: datetime, before: datetime, key: str) -> Finding:
    text = (
        f"The source {source.name} tells again: its last event is of {last:%Y-%m-%d %H:%M} UTC,"
        f" the one before its silence of {before:%Y-%m-%d %H:%M} UTC."
    )
    payload = {
        "source": source.name,
        "connector": source.connector,
        "state": "recovered",
        "last_event": text_of(last),
        "silent_from": text_of(before),
    }
    return Finding(f"{key} again", text, payload, account=source.account)


def _length(silence: timedelta) -> str:
    hours = int(silence / _HOUR)
    if hours >= _DAYS_FROM:
        return f"{silence.days} days"
    return "an hour" if hours == 1 else f"{hours} hours"


TYPE = RuleType(
    "source-silent",
    "A source falls silent",
    (Setting("hours", "number", "Hours without an event that are a silence.", 72, 0.1, 87_600),),
    _find,
    timedelta(minutes=1),
)
