"""What active means: shown with its history, changed, and held against another definition."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import Filters
from vaultmeter.model.instants import text_of
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.model.status import StatusDefinition, named_by_preset, preset_named
from vaultmeter.reports.preview import Preview, preview
from vaultmeter.reports.run import Ask, bounds
from vaultmeter.state.definitions import set_status_definition, status_definitions

RANGE = "range"
"""In place of a number of days: the range that is asked for."""
_MOST = 100_000
Word = TypeVar("Word", Intent, Kind)


@dataclass(frozen=True)
class Changes:
    """What is to be different; `None` stays as it is, or as the preset has it."""

    preset: str | None = None
    window: int | str | None = None
    """Days, or `range`."""
    dormancy: int | None = None
    grace: int | None = None
    intents: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    minimum: int | None = None

    def of(self, held: StatusDefinition) -> StatusDefinition:
        """The definition that is meant, from a preset or from what holds; raises `Invalid`."""
        base = held if self.preset is None else preset_named(self.preset, held.version)
        given: dict[str, Any] = {
            "dormancy_days": _few("dormancy", self.dormancy),
            "grace_days": _few("grace", self.grace),
            "intents": _words(self.intents, Intent, "intent"),
            "kinds": _words(self.kinds, Kind, "kind"),
            "minimum": _few("minimum", self.minimum),
        }
        values = {name: value for name, value in given.items() if value is not None}
        if self.window is not None:
            values["window_days"] = None if self.window == RANGE else _window(self.window)
        return named_by_preset(replace(base, **values), base.preset)


def shown(app: App, who: Principal) -> Object:  # noqa: ARG001  every report prints it
    """The definition that holds."""
    return {"status": _versions(app)[-1]}


def history(app: App, who: Principal) -> Object:  # noqa: ARG001  as above
    """Every version there was, in order."""
    return {"rows": _versions(app), "next": None}


def set_definition(
    app: App,
    who: Principal,
    *,
    reason: str = "",
    **changes: Any,  # noqa: ANN401  the fields of `Changes`
) -> Object:
    """Change the definition that holds, as a new version, and answer it.

    The same again is no new version; the `reason` is for the trail. Raises `Invalid` and
    `Forbidden`.
    """
    who.require_everywhere(Permission.DEFINITIONS)
    held = app.terms().status
    wanted = Changes(**changes).of(held)
    if replace(wanted, version=held.version) == held:
        return {"status": _versions(app)[-1], "is_new_version": False}
    told = _settings(wanted) | ({"reason": reason} if reason else {})
    with app.access.noting(who, "definition.set", "status", **told) as connection:
        set_status_definition(connection, wanted, app.clock())
    return {"status": _versions(app)[-1], "is_new_version": True}


def previewed(  # noqa: PLR0913, PLR0917  one for each field of the question
    app: App,
    who: Principal,
    range_: str = "last-30-days",
    from_: str | None = None,
    to: str | None = None,
    tz: str = "UTC",
    account: Sequence[str] | None = None,
    who_: str = "people",
    limit: int = 50,
    offset: int = 0,
    **changes: Any,  # noqa: ANN401  the fields of `Changes`
) -> Object:
    """How many would get another status under a definition, and who, of those that may be seen."""
    viewer, terms = who.viewer(Permission.REPORTS), app.terms()
    proposed = Changes(**changes).of(terms.status)
    if proposed != terms.status:
        proposed = replace(proposed, version=terms.status.version + 1)
    with app.store.reader(app.patience(who)) as store:
        zone = zone_named(tz)
        period = period_of(range_, zone, app.clock(), from_, to, bounds(store, viewer))
        filters = Filters.of({"account": account or ()})
        ask = Ask(viewer, period, filters, who_, terms=terms)
        found = preview(store, ask, proposed)
    return _compared(found, period, slice(offset, offset + limit))


def _versions(app: App) -> list[Object]:
    with app.state.reading() as connection:
        versions = status_definitions(connection)
    return [_told(definition) | {"made": text_of(made)} for definition, made in versions]


def _told(definition: StatusDefinition) -> Object:
    return asdict(definition) | {"text": definition.text()}


def _settings(definition: StatusDefinition) -> Object:
    return {name: value for name, value in asdict(definition).items() if name != "version"}


def _compared(found: Preview, period: Period, page: slice) -> Object:
    moves = found.moves().items()
    return {
        "period": {
            "from": period.start.astimezone(period.zone).isoformat(),
            "to": period.end.astimezone(period.zone).isoformat(),
            "time_zone": period.zone.key,
        },
        "held": _told(found.held),
        "proposed": _told(found.proposed),
        "identities": found.identities,
        "old": found.old,
        "new": found.new,
        "changes": [{"from": old, "to": new, "identities": n} for (old, new), n in moves],
        "other_reasons": found.reasons,
        "total": len(found.changes),
        "rows": [asdict(change) for change in found.changes[page]],
    }


def _words(given: Sequence[str] | None, known: type[Word], name: str) -> tuple[Word, ...] | None:
    """The words given, in the order of their list, each once."""
    if given is None:
        return None
    for word in given:
        if word not in tuple(known):
            raise Invalid(f"Unknown {name} {word!r}.", did_you_mean(word, known))
    return tuple(word for word in known if word in given)


def _window(days: int | str) -> int:
    if not isinstance(days, int):
        raise Invalid(
            f"--window {days!r} is no number of days.", "Write 30, or range for the range asked."
        )
    return _few("window", days) or 0


def _few(name: str, count: int | None) -> int | None:
    if count is not None and count > _MOST:
        raise Invalid(f"{name} is {count}; the most is {_MOST}.")
    return count
