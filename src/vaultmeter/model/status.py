"""What active, passive and inactive mean: the settings of a definition, and the presets."""

from dataclasses import dataclass, replace

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.kinds import Intent, Kind


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

    def text(self) -> str:
        """The definition in words, as reports print it."""
        window = "the range" if self.window_days is None else f"{self.window_days} days"
        actions = " or ".join([*self.intents, *self.kinds])
        times = "once" if self.minimum == 1 else f"{self.minimum} times"
        return (
            f"Version {self.version} ({self.preset}), at the end of the range. Active: successful "
            f"{actions} at least {times} in {window}. Passive: only presence or heartbeats then. "
            f"Inactive: neither; never used, lapsed, or dormant after {self.dormancy_days} days. "
            f"New: first seen in the last {self.grace_days} days. No evidence: the sources "
            "cannot show the use, so it is never called inactive."
        )


PRESETS: dict[str, StatusDefinition] = {
    "vaultmeter": StatusDefinition(),
    "lastpass": StatusDefinition(
        preset="lastpass",
        window_days=30,
        intents=(),
        kinds=(
            Kind.LOGIN,
            Kind.ITEM_ADDED,
            Kind.PASSWORD_ACCESSED,
            Kind.PASSWORD_AUTOFILLED,
        ),
    ),
    "bitwarden-labs": StatusDefinition(
        preset="bitwarden-labs", window_days=90, intents=(), kinds=(Kind.LOGIN,)
    ),
    "github": StatusDefinition(
        preset="github", window_days=90, kinds=(Kind.LOGIN, Kind.LIST, Kind.OTHER)
    ),
}
"""Definitions to begin with. `lastpass`: a sign-in, an added or a tried password within 30 days;
`bitwarden-labs`: a sign-in within 90; `github`: any authenticated action within 90."""


def preset_named(name: str, version: int) -> StatusDefinition:
    """The preset of that name, as a version; raises `Invalid` for another name."""
    if name not in PRESETS:
        raise Invalid(f"There is no preset {name!r}.", did_you_mean(name, PRESETS))
    return replace(PRESETS[name], version=version)
