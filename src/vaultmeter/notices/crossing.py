"""Thresholds on counts, and how often what is beyond one is told."""

from datetime import datetime

from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import zone_named
from vaultmeter.notices.finding import Settings
from vaultmeter.notices.settings import Setting

CROSSING, DAY, MONTH = "crossing", "day", "month"
ONCE = Setting(
    "once",
    "text",
    "How often it is told: once a crossing (it must fall back before it is told again), or once "
    "a day or month of the zone for as long as it lasts.",
    CROSSING,
    choices=(CROSSING, DAY, MONTH),
)
COUNT = Setting("count", "integer", "How many are too many.", least=1)
SHARE = Setting("share", "number", "Which share is too much, in per cent.", least=0.1, most=100)
ZONE = Setting("zone", "zone", "Time zone of days and months, such as Europe/Paris.", "UTC")
_PER_CENT = 100


def check_threshold(settings: Settings) -> None:
    """Raise `Invalid` where neither a count nor a share is set."""
    if settings["count"] is None and settings["share"] is None:
        raise Invalid("The rule has no threshold.", "Set count, share, or both.")


def is_beyond(settings: Settings, count: int, total: int) -> bool:
    """Whether a count, of a total, reaches one of the thresholds."""
    most, share = settings["count"], settings["share"]
    if most is not None and count >= most:
        return True
    return share is not None and total > 0 and _PER_CENT * count >= share * total


def share_of(count: int, total: int) -> float | None:
    """The share in per cent, to one digit; `None` of nothing."""
    return round(_PER_CENT * count / total, 1) if total else None


def lasting(settings: Settings, now: datetime) -> str | None:
    """The day or month that something is told once for; `None` where it is told by crossing.

    Types that have no such setting, but a zone, tell once a month.
    """
    once = settings.get("once", MONTH if "zone" in settings else CROSSING)
    if once == CROSSING:
        return None
    local = now.astimezone(zone_named(settings["zone"]))
    return f"{local:%Y-%m-%d}" if once == DAY else f"{local:%Y-%m}"
