"""`unused-items`: so many items, or such a share of them, have not been used for days, or ever.

The numbers are those of the reports `unused-by-type` and `items-by-type`.
"""

from vaultmeter.asked import ReportAsked, When
from vaultmeter.notices.crossing import COUNT, SHARE, ZONE, check_threshold, is_beyond, share_of
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType
from vaultmeter.notices.settings import Setting


def _find(looking: Looking) -> Found:
    settings = looking.settings
    when = When("today", zone=settings["zone"])
    unused = looking.narrowed(ReportAsked("unused-by-type", when, days=settings["days"])).dicts()
    items = looking.narrowed(ReportAsked("items-by-type", when)).dicts()
    never = sum(row["never_used"] for row in unused)
    count = sum(row["unused"] for row in unused) + never
    total = sum(row["items"] for row in items)
    if not is_beyond(settings, count, total):
        return Found()
    text = f"{count} of {total} items have not been used for {settings['days']} days."
    payload = {
        "unused": count,
        "never_used": never,
        "items": total,
        "share": share_of(count, total),
        "days": settings["days"],
        "threshold": {"count": settings["count"], "share": settings["share"]},
    }
    return Found(beyond=(Finding("unused-items", text, payload, looking.product, looking.account),))


TYPE = RuleType(
    "unused-items",
    "Items are unused",
    (
        Setting("days", "integer", "Days without a use.", 90, least=1, most=3660),
        COUNT,
        SHARE,
        ZONE,
    ),
    _find,
    check=check_threshold,
)
