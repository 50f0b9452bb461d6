"""One page of a report: its rows sorted, cut, and counted in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.reports.head import Report, in_sql
from vaultmeter.reports.shape import Row
from vaultmeter.store.statement import Statement

_ALL = 1 << 62


@dataclass(frozen=True)
class Page:
    """Which rows: sorted by a column (`-` in front: descending), at most `limit` of them."""

    sort: str | None
    limit: int | None
    offset: int


def paged(report: Report, page: Page, build: Callable[[str], Statement]) -> Statement:
    """The statement that answers a page; each row has the number of all rows at its end.

    Raises `Invalid` when the report cannot be sorted so.
    """
    keys = in_sql(_keys(report, page.sort))
    if not keys:
        return build(report.sql)
    limit = {"limit": page.limit or _ALL, "offset": page.offset}
    if not report.late:
        built = build(report.sql)
        total = "count(*) over () as total"
        return _wrapped(built, f"*, {total}", f"{keys}\nlimit $limit offset $offset", limit)
    if _column(page.sort or "") not in report.late:
        built = build(report.template.replace("$sort", keys))
        return _wrapped(built, "*", keys, limit)
    # What the rows are sorted by is known of a page alone: the page has to be all rows.
    built = build(report.sql)
    built = replace(built, values=built.values | {"limit": _ALL, "offset": 0})
    last = {"last_limit": limit["limit"], "last_offset": limit["offset"]}
    return _wrapped(built, "*", f"{keys}\nlimit $last_limit offset $last_offset", last)


def without_total(rows: Sequence[Row], width: int) -> tuple[list[Row], int]:
    """The rows without the number of all at their end, and that number."""
    return [row[:width] for row in rows], int(rows[0][width]) if rows else 0


def _wrapped(built: Statement, columns: str, order: str, values: dict[str, int]) -> Statement:
    sql = f"select {columns}\nfrom (\n{built.sql}\n) as report\norder by {order}"
    return replace(built, sql=sql, values=values | built.values)


def _keys(report: Report, asked: str | None) -> list[str]:
    """The column asked, then the report's own order."""
    names = [column.name for column in report.columns]
    if asked is not None and (not report.sort or _column(asked) not in names):
        hint = did_you_mean(asked, names) if report.sort else "Its order is part of its answer."
        raise Invalid(f"The report {report.name!r} cannot be sorted by {asked!r}.", hint)
    if asked is None:
        return list(report.sort)
    return [asked, *(key for key in report.sort if _column(key) != _column(asked))]


def _column(key: str) -> str:
    return key.removeprefix("-")
