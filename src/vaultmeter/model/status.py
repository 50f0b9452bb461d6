"""What active, passive and inactive mean: the settings of a definition, and the presets."""

from dataclasses import dataclass, replace

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.kinds import Intent, Kind

_IDLE = {Intent.HEARTBEAT, Intent.SYSTEM}
STATUSES = ("active", "passive", "inactive", "no_evidence")
"""How active somebody can be; everybody is one of these."""
REASONS = ("never_used", "lapsed", "dormant")
"""Why somebody is inactive; every inactive one for one of these."""
OF_USERS = (*STATUSES, *REASONS, "low_usage", "new")
"""What a report of users can be narrowed to."""
OF_ITEMS = ("kept", "used", "unused", "never_used", "no_evidence", "deleted")
"""What a report of items can be narrowed to."""
CHOICES = tuple(dict.fromkeys((*OF_USERS, *OF_ITEMS)))
"""What reports can be narrowed to: whom by how active they are, and what by how it is used."""


@dataclass(frozen=True)
class StatusDefinition:
    """Who counts as active; evaluated at the end of a range."""

    version: int = 1
    """Grows with each change; printed on every report that uses it."""
    preset: str = "vaultmeter"
    """The preset it began as; `custom` once a setting differs from it."""
    window_days: int | None = None
    """How far back from the end actions count; `None` is the range asked."""
    dormancy_days: int = 90
    """Whoever did nothing for as long is dormant, and before that lapsed."""
    grace_days: int = 7
    """Whoever was first seen later than that before the end is new."""
    intents: tuple[Intent, ...] = (Intent.USE, Intent.MANAGE)
    """Successful actions of these intents qualify."""
    kinds: tuple[Kind, ...] = ()
    """Successful actions of these kinds qualify too, whatever their intent."""
    minimum: int = 1
    """How many qualifying actions make somebody active."""

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing; raises `Invalid`."""
        least = {"window_days": 1, "dormancy_days": 1, "grace_days": 0, "minimum": 1}
        for name, fewest in least.items():
            value = getattr(self, name)
            if value is not None and value < fewest:
                raise Invalid(f"{name} is {value}; the least is {fewest}.")
        if not self.intents and not self.kinds:
            raise Invalid("No action would make anybody active.", "Name intents or kinds.")
        if set(self.intents) & _IDLE or set(self.kinds) & {Kind.HEARTBEAT, Kind.SYSTEM}:
            raise Invalid(
                "Heartbeats and system work make nobody active.",
                "Leave them out: they go on alone.",
            )

    def brief(self) -> str:
        """The definition's version and preset, as a table prints it."""
        return f"version {self.version} ({self.preset})"

    def text(self) -> str:
        """The definition in words, as reports print it."""
        window = "the range" if self.window_days is None else f"{self.window_days} days"
        actions = " or ".join([*self.intents, *self.kinds])
        times = "once" if self.minimum == 1 else f"{self.minimum} times"
        return (
            f"Version {self.version} ({self.preset}), at the end of the range. Active: successful "
            f"{actions} at least {times} in {window}. Passive: only other successful requests, or "
            "heartbeats, then. Inactive: neither; never used, lapsed, or dormant after "
            f"{self.dormancy_days} days. New: first seen in the last {self.grace_days} days. "
            "No evidence: the sources cannot show the use, so it is never called inactive."
        )


PRESETS: dict[str, StatusDefinition] = {
    "vaultmeter": StatusDefinition(),
    "lastpass": StatusDefinition(
        preset="lastpass",
        window_days=30,
        intents=(),
        kinds=(Kind.LOGIN, Kind.ITEM_ADDED, Kind.PASSWORD_AUTOFILLED),
    ),
    "bitwarden-labs": StatusDefinition(
        preset="bitwarden-labs", window_days=90, intents=(), kinds=(Kind.LOGIN,)
    ),
    "github": StatusDefinition(
        preset="github", window_days=90, kinds=(Kind.LOGIN, Kind.LIST, Kind.OTHER)
    ),
}
"""Definitions to begin with, as others publish theirs. `lastpass`: a sign-in (by password, single
sign-on or without a password), an added site or a tried site login within 30 days;
`bitwarden-labs`: one sign-in within 90 days, as its adoption report counts; `github`: any
authenticated action within 90 days, whoever did none being dormant."""


def preset_named(name: str, version: int) -> StatusDefinition:
    """The preset of that name, as a version; raises `Invalid` for another name."""
    if name not in PRESETS:
        raise Invalid(f"There is no preset {name!r}.", did_you_mean(name, PRESETS))
    return replace(PRESETS[name], version=version)


def named_by_preset(definition: StatusDefinition, wanted: str) -> StatusDefinition:
    """The definition under the preset it equals, `wanted` before others, else `custom`."""
    for name in dict.fromkeys([wanted, *PRESETS]):
        named = replace(definition, preset=name)
        if name in PRESETS and named == replace(PRESETS[name], version=definition.version):
            return named
    return replace(definition, preset="custom")
