"""How fresh a page is, at the right end of its filter bar: the worst source wins."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_for
from vaultmeter.model.access import Permission

SILENT = timedelta(days=3)
"""After so long without a record a source is silent: shorter may be a weekend, as with gaps."""
_LOOKED_EVERY = 15.0
"""Seconds between two looks at how receivers are doing."""


@dataclass(frozen=True)
class Fresh:
    """A lamp and its words."""

    lamp: str
    """Nothing where all is well, else warn or bad: a class of the CSS."""
    short: str
    """5 of 6 sources."""
    rest: str
    """complete to today, 14:52."""
    why: str = ""
    """What is wrong, in words."""

    @property
    def words(self) -> str:
        """All of it."""
        return " ".join(part for part in (self.short, self.rest, self.why) if part)


def fresh_of(asking: Asking) -> Fresh:
    """How fresh the figures of a page are; called when its reports have been asked."""
    last = _complete_to(asking)
    failing = _failing(asking)
    every = {*last, *failing, *_named(asking)}
    if not every:
        return Fresh("warn", "No source", "has told anything yet")
    silent = {name for name, at in last.items() if asking.now - at >= SILENT}
    bad = {name for name in every if name in failing or name in silent or name not in last}
    fine = [at for name, at in last.items() if name not in bad]
    number = asking.words.count(len(every), "source")
    if bad:
        number = f"{asking.words.number(len(every) - len(bad))} of {number}"
    rest = f"complete to {asking.words.instant(min(fine)).text}" if fine else "complete"
    return Fresh(_lamp(bad, fine), number, rest, _why(asking, last, failing, silent))


def _lamp(bad: set[str], fine: list[datetime]) -> str:
    if not bad:
        return ""
    return "warn" if fine else "bad"


def _why(
    asking: Asking, last: Mapping[str, datetime], failing: Mapping[str, str], silent: set[str]
) -> str:
    told = [f"{name}: {words}" for name, words in sorted(failing.items())]
    told += [
        f"{name} silent since {asking.words.instant(last[name]).text}"
        for name in sorted(silent - set(failing))
    ]
    return f"({'; '.join(told)})" if told else ""


def _complete_to(asking: Asking) -> Mapping[str, datetime]:
    """The last record of each source that the reader sees, as reports tell it."""

    def ask() -> Mapping[str, datetime]:
        return asking.about("auth-methods").complete_to

    return kept_for(asking, "complete_to", ask)


def _named(asking: Asking) -> list[str]:
    """The sources that the reader manages, also those that have told nothing yet."""
    if not asking.may(Permission.SOURCES):
        return []
    return kept_for(asking, ("sources", _managed(asking)), lambda: _own(asking), _LOOKED_EVERY)


def _managed(asking: Asking) -> Hashable:
    return asking.who.viewer(Permission.SOURCES).grants


def _own(asking: Asking) -> list[str]:
    return [str(source["name"]) for source in asking.sources.list(asking.who)]


def _failing(asking: Asking) -> Mapping[str, str]:
    """What is wrong with the receivers of the sources that the reader manages."""
    if not asking.may(Permission.SOURCES):
        return {}
    name = ("receivers", _managed(asking))
    return kept_for(asking, name, lambda: _in_trouble(asking), _LOOKED_EVERY)


def _in_trouble(asking: Asking) -> dict[str, str]:
    return {
        name: condition.words
        for name in _named(asking)
        for condition in asking.sources.receiving(name).values()
        if not condition.ok
    }
