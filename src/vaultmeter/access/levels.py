"""Access levels of areas as Akeyless names them: kept with a role, and told.

Those of the Event Center and its forwarders are rights here, too (`model.access.LEVEL_GIVES`); the
other areas exist in Akeyless alone. The words are those of the official clients; newer ones say
`scoped` where older ones said `own`, and both are taken.
"""

from collections.abc import Mapping

from vaultmeter.model.errors import Invalid, did_you_mean

_EVERY = ("none", "own", "scoped", "all")
LEVELS: dict[str, tuple[str, ...]] = {
    "audit-access": _EVERY,
    "gw-analytics-access": _EVERY,
    "sra-reports-access": _EVERY,
    "event-center-access": _EVERY,
    "event-forwarders-access": ("none", "all"),
    "reverse-rbac-access": _EVERY,
    "isi-access": _EVERY,
    "ara-reports-access": _EVERY,
    "approve-access-request": _EVERY,
    "unlock-secrets": _EVERY,
}
"""What each of them may be set to."""
FORWARDERS = "event-forwarders-name"
"""Names of forwarders, with commas: narrows `event-forwarders-access`."""


def levels_checked(levels: Mapping[str, str]) -> dict[str, str]:
    """The levels that are not `none`; raises `Invalid` naming what is wrong."""
    for area, word in levels.items():
        if area == FORWARDERS:
            continue
        if area not in LEVELS:
            raise Invalid(f"There is no access level {area!r}.", did_you_mean(area, LEVELS))
        if word not in LEVELS[area]:
            raise Invalid(f"{area} is {word!r}.", did_you_mean(word, LEVELS[area]))
    return {area: word for area, word in sorted(levels.items()) if word not in {"none", ""}}
