"""Secrets and keys in short: the sentence, and the numbers of the tiles."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.tiles import Tile, tone_of
from vaultmeter.console.words import Change

DAYS = 90
"""After how many days without a use an item is worth a look."""
_LAST = "last-90-days"


def totals_of(asking: Asking, **changes: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """The rows of the numbers of items, by measure."""
    return {row["measure"]: row for row in asking.rows("item-totals", **changes)}


def long_unused(asking: Asking) -> tuple[int, str]:
    """How many items that were used once were not for 90 days, and where they are listed."""
    rows = asking.rows("unused-by-type", days=DAYS)
    span = asking.period.last_days(DAYS)
    is_now = asking.last_day >= asking.words.today
    first = span.start.astimezone(span.zone).date()
    range_ = _LAST if is_now else f"{first}..{asking.last_day}"
    view = asking.view.changed(range=range_).with_table(status="unused", q="")
    return sum(row["unused"] for row in rows), view.url()


def sentence_block(asking: Asking) -> dict[str, Any]:
    """The parts of the sentence."""
    totals = totals_of(asking)
    unused, url = long_unused(asking)
    return {
        "kept": totals["kept"]["value"],
        "used": totals["used"]["value"],
        "used_url": evidence_url(asking, "item-totals", "used"),
        "change": _change(asking, totals["used"]),
        "compared": asking.compared_words,
        "unused": unused,
        "unused_url": url,
        "never": totals["never_used"]["value"],
        "never_url": asking.view.with_table(status="never_used", q="").url(),
        "unseen": totals["no_evidence"]["value"],
        "days": DAYS,
    }


def tiles_block(asking: Asking) -> dict[str, Any]:
    """Used, never used, unused for 90 days, uses, refused."""
    totals, words = totals_of(asking), asking.words
    unused, url = long_unused(asking)
    kept = f"of {words.number(totals['kept']['value'])}"
    listed = asking.view.with_table(status="never_used", q="").url()
    return {
        "tiles": [
            _tile(asking, totals["used"], "Used", of=kept),
            Tile(
                "Never used",
                words.number(totals["never_used"]["value"]),
                listed,
                change=_change(asking, totals["never_used"]),
            ),
            Tile(f"Unused for {DAYS} days", words.number(unused), url),
            _tile(asking, totals["uses"], "Uses"),
            _tile(asking, totals["denied"], "Refused requests", good=-1),
        ]
    }


def _tile(asking: Asking, row: dict[str, Any], label: str, of: str = "", good: int = 0) -> Tile:
    change = _change(asking, row)
    return Tile(
        label,
        asking.words.number(row["value"]),
        evidence_url(asking, "item-totals", row["measure"]),
        of,
        change,
        tone_of(change, good),
    )


def _change(asking: Asking, row: dict[str, Any]) -> Change | None:
    if row["compared"] is None:
        return None
    return asking.words.change(row["value"], row["compared"], asking.compared_words)
