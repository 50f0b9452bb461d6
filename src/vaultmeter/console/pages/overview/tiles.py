"""The six tiles of the overview."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.pages.overview.clients import Standing, standing
from vaultmeter.console.pages.overview.kept import used_and_kept
from vaultmeter.console.pages.overview.sentence import measures
from vaultmeter.console.spark import weekly
from vaultmeter.console.tiles import Meter, Tile, tone_of
from vaultmeter.console.words import Change

Row = dict[str, Any]
_LESS_IS_GOOD = -1


def tiles_block(asking: Asking) -> dict[str, Any]:
    """The tiles, in the order of the page."""
    found, weeks = measures(asking), weekly(asking)
    return {
        "tiles": [
            _measure(asking, found, weeks, "total_requests", "Total requests"),
            _measure(asking, found, weeks, "unique_users", "Unique users"),
            _clients(asking, standing(asking), weeks),
            _secrets(asking, weeks),
            _measure(asking, found, weeks, "passwords_accessed", "Passwords accessed"),
            _measure(asking, found, weeks, "denied", "Refused requests", _LESS_IS_GOOD),
        ]
    }


def _measure(
    asking: Asking, found: dict[str, Row], weeks: list[Row], name: str, label: str, good: int = 0
) -> Tile:
    row, words = found[name], asking.words
    change = None
    if row["compared"] is not None:
        change = words.change(row["value"], row["compared"], asking.compared_words)
    return Tile(
        label,
        words.number(row["value"]),
        evidence_url(asking, "overview", name),
        change=change,
        tone=tone_of(change, good),
        weeks=[week[name] for week in weeks],
    )


def _clients(asking: Asking, found: Standing | None, weeks: list[Row]) -> Tile:
    """The clients of the month, with the meter of their limit where there is one."""
    words = asking.words
    if found is None:
        return Tile(
            f"Clients in {words.month(asking.last_day)}", "0", change=Change(_nobody(asking))
        )
    label = f"Clients in {words.month(found.month)}"
    url = evidence_url(asking, "forecast", "clients", found.key)
    value = words.number(found.clients)
    if found.limit is None:
        change = Change("no limit set")
        line = [week["active_clients"] for week in weeks]
        return Tile(label, value, url, change=change, weeks=line)
    meter = Meter(found.part)
    beyond = found.clients - found.limit
    told = (
        Change(f"{words.number(beyond)} beyond", "the limit")
        if beyond > 0
        else Change(f"{words.share(found.clients, found.limit)} of the limit")
    )
    return Tile(label, value, url, f"of {words.number(found.limit)}", told, meter.tone, meter=meter)


def _nobody(asking: Asking) -> str:
    return "nobody" if asking.last_day < asking.words.today else "nobody yet"


def _secrets(asking: Asking, weeks: list[Row]) -> Tile:
    """Secrets and keys that were used, of all that are kept."""
    words = asking.words
    used, kept = used_and_kept(asking)
    change = None
    if asking.compared is not None:
        before, _ = used_and_kept(asking, **asking.between(asking.compared))
        change = words.change(used, before, asking.compared_words)
    return Tile(
        "Secrets and keys used",
        words.number(used),
        asking.view.at("/items").url(),
        f"of {words.number(kept)}",
        change,
        weeks=[week["secrets_used"] for week in weeks],
    )
