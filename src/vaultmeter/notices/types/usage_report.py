"""`usage-report`: the clients of a product reach the limit, or a share of it, or are likely to.

The numbers are those of the reports `clients` and `forecast`. The sentence and the payload are
those of Akeyless: "Your account has reached N clients in Password Manager." Each is told once
for a product, account, month, limit and level; in a new month, or when the limit is another one,
it is told again. The month before is looked at, too, for some days, as its events may come late.
Beside the payload of Akeyless there is a `chart`, which mail shows: the clients of a year's months.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import Product
from vaultmeter.model.period import zone_named
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType, Settings
from vaultmeter.notices.settings import Setting

PRODUCTS: Mapping[str, str] = {
    Product.SM: "Secrets Management",
    Product.PM: "Password Manager",
    Product.SRA: "Secure Remote Access",
}
"""The products as the sentence names them."""
FORECAST = "forecast"
_ALL = 100
_YEAR = 330
"""Days back from the first of a month to the month whose eleventh after it is: twelve in all."""
_LEVEL = "Per cent of the limit, from 1 to 100, or forecast: when it is likely to be passed."
Row = Mapping[str, Any]


def _find(looking: Looking) -> Found:
    if looking.settings["level"] == FORECAST:
        return Found(tuple(_likely(looking)))
    return Found(tuple(_reached(looking, looking.settings["level"])))


def _reached(looking: Looking, level: int) -> Iterator[Finding]:
    """The accounts whose clients have reached the level: of this month, and of one just over."""
    zone = looking.settings["zone"]
    today = looking.now.astimezone(zone_named(zone)).date()
    first = (today - timedelta(days=looking.settings["late_days"])).replace(day=1)
    when = When(start=first.isoformat(), end=today.isoformat(), zone=zone)
    rows = [
        row
        for row in _limited(looking, ReportAsked("clients", when))
        if row["total"] and row["total"] * _ALL >= row["limit"] * level
    ]
    months = _months(looking, today) if rows else {}
    for row in rows:
        sentence = f"Your account has reached {row['total']} clients in {_name(row)}"
        added: dict[str, Any] = {}
        if level != _ALL:
            sentence += f", {level} % of the limit of {row['limit']} or more"
            added = {"level": level}
        points = [
            [f"{month:%Y-%m}", total]
            for month, total in months[row["product"], row["account"]]
            if month <= row["month"]
        ]
        title = f"Clients of {_name(row)} by month"
        added["chart"] = {"title": title, "points": points, "limit": row["limit"]}
        yield _finding(row, row["total"], f"{sentence}.", level, added)


def _months(looking: Looking, today: date) -> Mapping[tuple[str, str], list[tuple[date, int]]]:
    """The clients of the months of a year up to today, by product and account."""
    first = (today.replace(day=1) - timedelta(days=_YEAR)).replace(day=1)
    when = When(start=first.isoformat(), end=today.isoformat(), zone=looking.settings["zone"])
    found: defaultdict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for row in looking.table(ReportAsked("clients", when)).dicts():
        found[row["product"], row["account"]].append((row["month"], row["total"]))
    return found


def _likely(looking: Looking) -> Iterator[Finding]:
    """The accounts whose clients are likely to pass the limit within this month."""
    when = When("month-to-date", zone=looking.settings["zone"])
    for row in _limited(looking, ReportAsked("forecast", when)):
        if row["passed"] is None or row["clients"] >= row["limit"]:
            continue
        sentence = (
            f"Your account is likely to pass its limit of {row['limit']} clients in {_name(row)}"
            f" on {row['passed']:%Y-%m-%d}: it has {row['clients']} so far."
        )
        added = {
            "level": FORECAST,
            "likely_clients": row["likely"],
            "passed": row["passed"].isoformat(),
        }
        yield _finding(row, row["clients"], sentence, FORECAST, added)


def _limited(looking: Looking, asked: ReportAsked) -> Iterator[Row]:
    """The rows that the rule is about, of accounts that have a limit."""
    for row in looking.table(asked).dicts():
        if row["limit"] is not None and looking.is_about(row["account"], row["product"]):
            yield row


def _finding(row: Row, clients: int, text: str, level: object, added: Row) -> Finding:
    month = f"{row['month']:%Y-%m}"
    payload = {
        "product": row["product"],
        "total_clients": clients,
        "clients_limit": row["limit"],
        "period": month,
        "message": text,
        **added,
    }
    return Finding(
        f"usage-report {month} {row['product']} {level} of {row['limit']} in {row['account']}",
        text,
        payload,
        row["product"],
        "" if row["account"] == ORGANISATION else row["account"],
    )


def _name(row: Row) -> str:
    return PRODUCTS.get(row["product"], row["product"])


def _check(settings: Settings) -> None:
    level = settings["level"]
    if level != FORECAST and not isinstance(level, int):
        raise Invalid(f"level is {level!r}.", _LEVEL)


def _every(settings: Settings) -> timedelta:
    # A forecast moves with the hours, numbers of clients with the records alone.
    return timedelta(hours=1) if settings["level"] == FORECAST else timedelta(hours=6)


TYPE = RuleType(
    "usage-report",
    "Clients reach the limit",
    (
        Setting("level", "level", _LEVEL, _ALL, least=1, most=_ALL, choices=(FORECAST,)),
        Setting(
            "late_days",
            "integer",
            "Days of a month in which the month before is looked at, too.",
            7,
            least=0,
            most=28,
        ),
        Setting("zone", "zone", "Time zone of the calendar months, such as Europe/Paris.", "UTC"),
    ),
    _find,
    _every,
    on_change=True,
    check=_check,
)
