"""The figure of a month's clients against their limit: so far, expected, and the month before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.figures import Buckets, Expected, Figure, Month, Outlook, forecast_figure
from vaultmeter.console.words import Words
from vaultmeter.model.period import midnight, zone_named

_DAYS = "client-days"
Row = Mapping[str, Any]


def client_curve(
    asking: Asking, product: str, account: str, month: date, when: When | None = None
) -> Figure | None:
    """How the clients of a product and account (`*`: the organisation) grow within a month.

    `month` is its first day, in which the range of the page ends, or `when`, if given. `None`
    where the month has no clients. Raises what reports raise.
    """
    asked = when or asking.view.when
    rows = _days(asking, product, account, month, asked)
    if not rows:
        return None
    before = (month - timedelta(days=1)).replace(day=1)
    earlier = _days(asking, product, account, before, month_when(before, asked.zone))
    words = _words(asking, asked.zone)
    buckets = _buckets(asking, rows, asked, given=when is not None)
    outlook = Outlook(
        Month(words.month(month), [row["clients"] for row in rows]),
        Month(words.month(before), [row["clients"] for row in earlier]) if earlier else None,
        _expected(rows),
        rows[0]["limit"],
        _reached(rows, asked.zone),
    )
    title = "Month so far and forecast" if outlook.expected else "The month day by day"
    return forecast_figure("client-curve", title, buckets, outlook, words)


def month_when(month: date, zone: str) -> When:
    """A whole calendar month as reports are asked for it; `month` is its first day."""
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return When("all", month.isoformat(), last.isoformat(), zone)


def _days(asking: Asking, product: str, account: str, month: date, when: When) -> list[Row]:
    return [
        row
        for row in asking.rows(_DAYS, when=when)
        if (row["month"], row["product"], row["account"]) == (month, product, account)
    ]


def _words(asking: Asking, zone: str) -> Words:
    """The reader's words in the zone that the months are of."""
    return Words(zone_named(zone), asking.now, asking.words.locale)


def _buckets(asking: Asking, rows: Sequence[Row], when: When, *, given: bool) -> Buckets:
    zone = zone_named(when.zone)
    span = {"from_": when.start, "to": when.end, "tz": when.zone} if given else {}
    return Buckets(
        "day",
        [midnight(row["day"], zone) for row in rows],
        links=[
            evidence_url(asking, _DAYS, "clients", _key(row), **span)
            if row["clients"] is not None
            else ""
            for row in rows
        ],
    )


def _key(row: Row) -> dict[str, object]:
    return {name: row[name] for name in ("month", "product", "account", "day")}


def _expected(rows: Sequence[Row]) -> list[Expected]:
    """One a day from the last known day on, which it begins at; none where the month is over."""
    known = [slot for slot, row in enumerate(rows) if row["clients"] is not None]
    open_ = [slot for slot, row in enumerate(rows) if row["likely"] is not None]
    if not open_:
        return []
    last = known[-1] if known else -1
    begin = [] if last < 0 else [_at(last, rows[last]["clients"])]
    return [
        *begin,
        *(
            Expected(slot, rows[slot]["likely"], rows[slot]["low"], rows[slot]["high"])
            for slot in open_
            if slot > last
        ),
    ]


def _at(slot: int, clients: int) -> Expected:
    return Expected(slot, clients, clients, clients)


def _reached(rows: Sequence[Row], zone: str) -> datetime | None:
    """When there are, or probably will be, more clients than the limit: the middle of that day."""
    limit = rows[0]["limit"]
    if limit is None:
        return None
    for row in rows:
        count = row["clients"] if row["clients"] is not None else row["likely"]
        if count is not None and count > limit:
            return midnight(row["day"], zone_named(zone)) + timedelta(hours=12)
    return None
