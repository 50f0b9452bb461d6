"""Clients, limits and forecasts, worked out one event and one client at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from tests.reports.plain_events import Who, World, is_below, those_before, those_from
from tests.reports.plain_question import MICROSECOND, USAGE, Plain, beginning, day_of

Row = tuple[Any, ...]

PRODUCTS = ("sm", "pm", "sra")
KINDS = ("person", "machine", "agent")


@dataclass(frozen=True)
class Client:
    """One client of a product and an account in a calendar month."""

    month: date
    product: str
    account: str
    who: Who
    first: datetime
    place: int
    limit: int | None

    @property
    def is_exceeded(self) -> bool:
        """Whether the limit was reached before it came."""
        return self.limit is not None and self.place > self.limit

    @property
    def group(self) -> tuple[date, str, str]:
        """What it is counted in."""
        return (self.month, self.product, self.account)


def clients(plain: Plain) -> list[Row]:
    """How many clients a month has, and how many of them are beyond the limit."""
    rows = []
    for group, those in _in_groups(_clients(plain, *_whole_months(plain))):
        exceeded = [client for client in those if client.is_exceeded]
        reached = [client.first for client in those if client.place == client.limit]
        rows.append(
            (
                *group,
                len(those),
                len(those) - len(exceeded),
                len(exceeded),
                those[0].limit,
                reached[0] if reached else None,
                *_by_kind(plain, those),
            )
        )
    return rows


def clients_by_method(plain: Plain) -> list[Row]:
    """How the clients of a month sign in."""
    rows: list[Row] = []
    for group, those in _in_groups(_clients(plain, *_whole_months(plain))):
        methods = grouped_by_method(plain, those)
        own: list[Row] = [
            (*group, method, len(each), *_by_kind(plain, each)) for method, each in methods.items()
        ]
        rows += sorted(own, key=lambda row: (-row[4], row[3]))
    return rows


def client_list(plain: Plain) -> list[Row]:
    """The clients of the widest account to be seen, and of each with a limit."""
    found = _clients(plain, *_whole_months(plain))
    known = plain.world.identities
    shown = _shown(plain)
    widest = {
        name for name in shown if not any(other != name and _covers(other, name) for other in shown)
    }
    return [
        (
            *client.group,
            client.place,
            known[client.who].name,
            known[client.who].kind,
            known[client.who].auth_method or "unknown",
            client.first,
            client.limit,
            client.is_exceeded,
        )
        for client in found
        if client.limit is not None or client.account in widest
    ]


def client_periods(plain: Plain) -> list[Row]:
    """Different clients of months, quarters and years, and the month with the most."""
    first, last = _days(plain)
    start = beginning(date(first.year, 1, 1), plain.zone)
    end = beginning(date(last.year + 1, 1, 1), plain.zone)
    found = _clients(plain, start, end)
    did = _matching(plain, start, end)
    pairs = [
        (month, product, own, who)
        for month, product, own, who in _pairs(plain, start, end)
        if own in did.get((month, product, who), ())
    ]
    rows = []
    for per in ("month", "quarter", "year"):
        groups: dict[tuple[str, str, str], list[Client]] = {}
        for client in found:
            group = (_span(client.month, per), client.product, client.account)
            groups.setdefault(group, []).append(client)
        acting: dict[tuple[str, str], set[tuple[str, Who]]] = {}
        for month, product, own, who in pairs:
            acting.setdefault((_span(month, per), product), set()).add((own, who))
        for span, product, account in sorted(
            groups, key=lambda group: (group[0], PRODUCTS.index(group[1]), group[2])
        ):
            those = groups[span, product, account]
            months = Counter(client.month for client in those)
            most = max(months.values())
            by_account = {pair for pair in acting[span, product] if _covers(account, pair[0])}
            rows.append(
                (
                    per,
                    span,
                    product,
                    account,
                    len({client.who for client in those}),
                    len(by_account),
                    len(those),
                    min(month for month, count in months.items() if count == most),
                    most,
                )
            )
    return rows


def forecast(plain: Plain) -> list[Row]:
    """How the month in which the range ends will end, going by the three before it."""
    month = _days(plain)[1].replace(day=1)
    months = [month]
    for _ in range(3):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    after = beginning((month + timedelta(days=32)).replace(day=1), plain.zone)
    found = _clients(plain, beginning(months[-1], plain.zone), after)
    seen = [client for client in found if client.first < plain.end]
    groups = {(client.product, client.account) for client in seen}
    return [
        _forecast_row(plain, months, [c for c in seen if (c.product, c.account) == group])
        for group in sorted(groups, key=lambda group: (PRODUCTS.index(group[0]), group[1]))
    ]


def client_days(plain: Plain) -> list[Row]:
    """Every day of the month in which the range ends: who came, and what is to be expected."""
    month = _days(plain)[1].replace(day=1)
    months = [month]
    for _ in range(3):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    after = beginning((month + timedelta(days=32)).replace(day=1), plain.zone)
    found = _clients(plain, beginning(months[-1], plain.zone), after)
    seen = [client for client in found if client.first < plain.end]
    groups = {(client.product, client.account) for client in seen}
    return [
        row
        for group in sorted(groups, key=lambda group: (PRODUCTS.index(group[0]), group[1]))
        for row in _day_rows(plain, months, [c for c in seen if (c.product, c.account) == group])
    ]


def _day_rows(plain: Plain, months: list[date], those: list[Client]) -> Iterator[Row]:
    month, group = months[0], (those[0].product, those[0].account)
    first, last = _logged(plain)
    until = min(plain.end, last)
    dates = _dates_of(month)
    gone = sum(beginning(day + _DAY, plain.zone) <= until for day in dates)
    days = {which: _days_of(plain, those, which) for which in months}
    began = [which for which in months[1:] if first < beginning(which + _DAY, plain.zone)]
    past = [
        days[which] for which in began if days[which] and (gone == 0 or _by(days[which], gone) > 0)
    ]
    nothing = not past and gone == 0
    for day in dates:
        start = beginning(day, plain.zone)
        is_known = start < plain.end and start <= last
        so_far = (days[month].count(day.day), _by(days[month], day.day))
        band = _expected(days[month], past, gone, day.day)
        yield (
            month, *group, day,
            *(so_far if is_known else (None, None)),
            *(band if day.day > gone and not nothing else (None, None, None)),
            _limit(plain, *group, month),
        )  # fmt: skip


def _forecast_row(plain: Plain, months: list[date], those: list[Client]) -> Row:
    month, group = months[0], (those[0].product, those[0].account)
    dates = _dates_of(month)
    first, last = _logged(plain)
    until = min(plain.end, last)
    gone = sum(beginning(day + timedelta(days=1), plain.zone) <= until for day in dates)
    days = {which: _days_of(plain, those, which) for which in months}
    began = [which for which in months[1:] if first < beginning(which + _DAY, plain.zone)]
    past = [
        days[which] for which in began if days[which] and (gone == 0 or _by(days[which], gone) > 0)
    ]
    now = days[month]
    limit = _limit(plain, *group, month)
    curves = [_expected(now, past, gone, day.day) for day in dates]
    over = [c for c in those if c.month == month and limit is not None and c.place > limit]
    passed: list[date | None] = [None, None, None]
    if over:
        passed = [day_of(min(client.first for client in over), plain.zone)] * 3
    elif limit is not None:
        coming = list(zip(dates, curves, strict=True))[gone:]
        passed = [
            next((day for day, curve in coming if curve[which] > limit), None)
            for which in (2, 1, 0)
        ]
    nothing = not past and gone == 0
    band = (None, None, None) if nothing else curves[-1]
    return (
        month, *group, until, gone, len(now), *band, limit, *passed,
        _basis(gone, len(dates), len(past)),
    )  # fmt: skip


def _expected(now: list[int], past: list[list[int]], gone: int, day: int) -> tuple[int, int, int]:
    """The lowest, the likely and the highest number of clients by a day of the month."""
    so_far, at_day = len(now), _by(now, gone)
    grown = [
        _half_up(at_day * _by(days, day), _by(days, gone)) if gone else _by(days, day)
        for days in past
    ]
    outcomes = list(grown)
    if len(past) < 2:
        outcomes += [so_far, *([_half_up(at_day * day, gone)] if gone else [])]
    likely = int(median(grown or outcomes) + 0.5)
    return (
        max(so_far, min(outcomes)),
        max(so_far, likely),
        max(so_far, *outcomes),
    )


def _basis(gone: int, length: int, months: int) -> str:
    if gone == length:
        return "the month is over"
    if not months:
        return "a steady number of new clients a day" if gone else "nothing to go by"
    return f"{months} months before" if months > 1 else "1 month before"


_DAY = timedelta(days=1)


def _days_of(plain: Plain, those: list[Client], month: date) -> list[int]:
    """The days of a month on which its clients came."""
    return [day_of(c.first, plain.zone).day for c in those if c.month == month]


def _by(days: list[int], day: int) -> int:
    return sum(each <= day for each in days)


def _half_up(value: int, by: int) -> int:
    return (2 * value + by) // (2 * by)


def _dates_of(month: date) -> list[date]:
    days = [month + timedelta(days=number) for number in range(31)]
    return [day for day in days if day.month == month.month]


def _logged(plain: Plain) -> tuple[datetime, datetime]:
    """When the logs of the sources that may be seen begin and end."""
    return _edges(plain.logged or plain.world, plain.accounts)


@lru_cache(maxsize=8)
def _edges(world: World, seen: tuple[str, ...] | None) -> tuple[datetime, datetime]:
    shown = [
        events
        for events in world.by_source.values()
        if seen is None
        or any(
            is_below(account, seen)
            for event in events
            for account in (event.account, event.account.split("/")[0])
        )
    ]
    return min(events[0].time for events in shown), max(events[-1].time for events in shown)


def grouped_by_method(plain: Plain, those: list[Client]) -> dict[str, list[Client]]:
    """Clients by how they last signed in."""
    groups: dict[str, list[Client]] = {}
    for client in those:
        method = plain.world.identities[client.who].auth_method or "unknown"
        groups.setdefault(method, []).append(client)
    return groups


def _clients(plain: Plain, start: datetime, end: datetime) -> list[Client]:
    """The clients that are shown, in the order of month, product, account and coming."""
    acted, did = _pairs(plain, start, end), _matching(plain, start, end)
    found = []
    for account in _shown(plain):
        own = {name for name in plain.world.accounts if _covers(account, name)}
        first: dict[tuple[date, str], dict[Who, datetime]] = {}
        for (month, product, name, who), time in acted.items():
            if name in own:
                those = first.setdefault((month, product), {})
                those[who] = min(time, those.get(who, time))
        for (month, product), those in first.items():
            limit = _limit(plain, product, account, month)
            for place, who in enumerate(sorted(those, key=_turn(plain, those)), start=1):
                if own & did.get((month, product, who), set()):
                    found.append(Client(month, product, account, who, those[who], place, limit))
    return sorted(found, key=lambda c: (c.month, PRODUCTS.index(c.product), c.account, c.place))


def _turn(plain: Plain, first: dict[Who, datetime]) -> Any:  # noqa: ANN401  a sort key
    known = plain.world.identities
    return lambda who: (first[who], known[who].name, known[who].account)


def _pairs(
    plain: Plain, start: datetime, end: datetime
) -> dict[tuple[date, str, str, Who], datetime]:
    """By month, product, account and identity: its first successful request.

    `Plain` asks about a product alone; whatever else is asked moves no client.
    """
    first: dict[tuple[date, str, str, Who], datetime] = {}
    for event in those_from(those_before(plain.world.events, end), start):
        if (
            event.outcome == "ok"
            and event.intent in USAGE
            and plain.world.identities[event.who].kind in KINDS
            and plain.lets_through("product", event.product)
        ):
            month = day_of(event.time, plain.zone).replace(day=1)
            first.setdefault((month, event.product, event.account, event.who), event.time)
    return first


def _matching(
    plain: Plain, start: datetime, end: datetime
) -> dict[tuple[date, str, Who], set[str]]:
    """By month, product and identity: the accounts in which it succeeded at something.

    At something that all filters let through but the one on accounts.
    """
    accounts: dict[tuple[date, str, Who], set[str]] = {}
    for event in those_from(those_before(plain.matching("account"), end), start):
        if event.outcome == "ok" and event.intent in USAGE:
            month = day_of(event.time, plain.zone).replace(day=1)
            accounts.setdefault((month, event.product, event.who), set()).add(event.account)
    return accounts


def _shown(plain: Plain) -> list[str]:
    """The accounts to show: known ones and limited ones, if they may be seen and are asked for."""
    names = {*plain.world.accounts, *(limit.account for limit in plain.limits), "*"}
    if plain.accounts is not None:
        names = {name for name in names if is_below(name, plain.accounts)} - {"*"}
    return sorted(name for name in names if plain.lets_through("account", name))


def _covers(account: str, own: str) -> bool:
    return account == "*" or is_below(own, (account,))


def _limit(plain: Plain, product: str, account: str, month: date) -> int | None:
    """The limit that holds: the one that began last."""
    held = [
        limit
        for limit in plain.limits
        if (limit.product, limit.account) == (product, account) and limit.month <= month
    ]
    return max(held, key=lambda limit: limit.month).clients if held else None


def _in_groups(those: Iterable[Client]) -> Iterable[tuple[tuple[date, str, str], list[Client]]]:
    groups: dict[tuple[date, str, str], list[Client]] = {}
    for client in those:
        groups.setdefault(client.group, []).append(client)
    return groups.items()


def _by_kind(plain: Plain, those: list[Client]) -> tuple[int, ...]:
    kinds = [plain.world.identities[client.who].kind for client in those]
    return tuple(kinds.count(kind) for kind in KINDS)


def _span(month: date, per: str) -> str:
    if per == "month":
        return f"{month:%Y-%m}"
    return f"{month.year}-Q{(month.month + 2) // 3}" if per == "quarter" else str(month.year)


def _days(plain: Plain) -> tuple[date, date]:
    last = max(plain.start, plain.end - MICROSECOND)
    return day_of(plain.start, plain.zone), day_of(last, plain.zone)


def _whole_months(plain: Plain) -> tuple[datetime, datetime]:
    whole = plain.in_whole_months()
    return whole.start, whole.end
