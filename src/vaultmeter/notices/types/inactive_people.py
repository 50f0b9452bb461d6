"""`inactive-people`: so many people, or such a share of them, are inactive.

The numbers are those of the report `adoption` over the last 30 days; what inactive means is a
definition that is set.
"""

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices.crossing import COUNT, SHARE, ZONE, check_threshold, is_beyond, share_of
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType


def _find(looking: Looking) -> Found:
    settings = looking.settings
    asked = ReportAsked("adoption", When("last-30-days", zone=settings["zone"]))
    rows = [row for row in looking.narrowed(asked).dicts() if row["account"] == ORGANISATION]
    inactive = sum(row["inactive"] for row in rows)
    people = sum(row["users"] for row in rows)
    if not is_beyond(settings, inactive, people):
        return Found()
    reasons = {name: sum(row[name] for row in rows) for name in ("never_used", "lapsed", "dormant")}
    payload = {
        "inactive": inactive,
        **reasons,
        "people": people,
        "share": share_of(inactive, people),
        "threshold": {"count": settings["count"], "share": settings["share"]},
    }
    text = f"{inactive} of {people} people are inactive."
    return Found(
        beyond=(Finding("inactive-people", text, payload, looking.product, looking.account),)
    )


TYPE = RuleType(
    "inactive-people",
    "People are inactive",
    (COUNT, SHARE, ZONE),
    _find,
    check=check_threshold,
)
