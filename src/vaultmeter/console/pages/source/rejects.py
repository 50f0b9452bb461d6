"""The lines of a source that are in no number: how many and why, and the lines where asked for."""

from typing import Any

from vaultmeter import quarantine
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.sources.books import lines
from vaultmeter.console.pages.sources.known import Known, source_of
from vaultmeter.console.pages.sources.masking import masked
from vaultmeter.ingest.reasons import REASONS
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Invalid

CONFLICT = "conflict"
"""Lines that are read again to no end: the first of their id stays."""
_SHOWN = "shown"
_MOST = 20
"""Lines that are shown at once."""


def rejects_block(asking: Asking) -> dict[str, Any]:
    """Rejected lines by reason; the lines themselves, masked, for whoever may and asks."""
    source = source_of(asking)
    rows = [
        row
        for row in lines(asking)
        if row["source"] == source.name and row["reason"] and row["became"] != "unknown"
    ]
    may_read = _may_read(asking, source)
    reason = asking.view.extra.get("reason", "")
    is_shown = may_read and asking.view.extra.get("rejects") == _SHOWN
    return {
        "source": source,
        "reasons": [_reason(asking, row) for row in rows],
        "total": sum(row["lines"] for row in rows),
        "may_read": may_read,
        "can_again": any(row["reason"] != CONFLICT for row in rows),
        "read_again": asking.shown.get("read_again", ""),
        "reason": reason,
        "show_url": _url(asking, rejects=_SHOWN),
        "hide_url": _url(asking, rejects="", reason=""),
        "found": _lines(asking, source, reason) if is_shown else None,
    }


def _reason(asking: Asking, row: dict[str, Any]) -> dict[str, Any]:
    reason = row["reason"]
    return {
        "name": reason,
        "means": REASONS.get(reason, ""),
        "lines": row["lines"],
        "url": _url(asking, rejects=_SHOWN, reason=reason),
        "can_again": reason != CONFLICT,
    }


def _may_read(asking: Asking, source: Known) -> bool:
    return asking.may(Permission.RECORDS) and asking.who.viewer(Permission.RECORDS).covers(
        source.account
    )


def _lines(asking: Asking, source: Known, reason: str) -> dict[str, Any]:
    """Some of the lines, from the place that the address names; the trail notes the reading."""
    after = _place(asking.view.extra.get("after", ""))
    found = quarantine.listed(asking.app, asking.who, source.name, reason or None, _MOST, after)
    last = found["last"]
    return {
        "rows": [{**row, "body": masked(row["body"], row["expected"])} for row in found["rows"]],
        "later": last and asking.view.with_extra(after=f"{last[0]}-{last[1]}").url(),
        "first": "" if after == (0, 0) else asking.view.with_extra(after="").url(),
    }


def _place(text: str) -> quarantine.Place:
    """Where the lines before have ended; raises `Invalid`."""
    if not text:
        return 0, 0
    batch, dash, line = text.partition("-")
    if not (dash and batch.isdecimal() and line.isdecimal() and len(text) <= 32):  # noqa: PLR2004  two numbers
        raise Invalid(f"{text[:40]!r} is no place of lines.", "Go to the first ones.")
    return int(batch), int(line)


def _url(asking: Asking, **changes: str) -> str:
    return asking.view.with_extra(**{"after": "", **changes}).url()
