"""What has to be done when a user leaves, step by step, and what of it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.leaving import PATH, ticks_of
from vaultmeter.console.named import User, item_urls, user_of
from vaultmeter.console.pages.user.row import narrowed
from vaultmeter.console.titles import type_title
from vaultmeter.state.leaving import Tick

DAYS = 90
"""How far back what they know is looked for."""
_MOST = 50
"""Things that are listed under a step; a file has them all."""
_ANY = "*"
"""The item of a reading that names none."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """Something a step is about."""

    name: str
    url: str
    told: str
    """In small words."""


@dataclass(frozen=True)
class Step:
    """One step of the check-list."""

    key: str
    title: str
    told: str
    count: int
    things: Sequence[Thing] = ()
    file: str = ""
    """Where all of them are, as a file."""
    tick: Tick | None = None


def leaver_block(asking: Asking) -> dict[str, Any]:
    """The steps, each with how much there is to do, and whether it is done."""
    user, ticks = user_of(asking), ticks_of(asking, user_of(asking))
    exposed = asking.rows("leaver", filters=user.filters, days=DAYS, limit=None)
    steps = (
        _sign_ins(asking, user),
        _rotate(asking, user, exposed),
        _hand_over(asking, user),
        _revoke(asking, user, exposed),
        _exports(asking, user, exposed),
    )
    path = PATH.format(id=user.id)
    return {
        "user": user,
        "steps": [replace(step, tick=ticks.get(step.key)) for step in steps],
        "done": sum(step.key in ticks for step in steps),
        "action": replace(asking.view, path=path).url(),
        "days": DAYS,
    }


def _sign_ins(asking: Asking, user: User) -> Step:
    """Where they can sign in, and what is open."""
    sources = [row for row in asking.rows("user-sources", filters=user.filters) if user.is_in(row)]
    open_ = sum(
        row["how_ended"] == "open" and user.is_in(row)
        for row in asking.rows("sessions", filters=user.filters)
    )
    count = asking.words.count
    told = f"{count(len(sources), 'source')}, {count(open_, 'open session')}"
    things = [Thing(row["source"], "", f"in {row['account']}") for row in sources]
    return Step("sign-ins", "End all sign-ins", told, len(sources), things)


def _rotate(asking: Asking, user: User, exposed: Sequence[Row]) -> Step:
    """What they know and nobody has changed since."""
    rows = [row for row in exposed if row["to_rotate"] and row["item"] != _ANY]
    times = asking.words.number(sum(row["times"] for row in rows))
    told = f"{asking.words.count(len(rows), 'item')}, known {times} times in {DAYS} days"
    return Step(
        "rotate",
        f"Rotate what {user.name} could read",
        told if rows else f"nothing read in {DAYS} days that was not changed since",
        len(rows),
        _things(asking, rows, "how"),
        _file(asking, user, "leaver"),
    )


def _hand_over(asking: Asking, user: User) -> Step:
    """What nobody else uses."""
    rows = asking.rows("sole-use", filters=user.filters, days=DAYS)
    told = f"{asking.words.count(len(rows), 'item')} nobody else used in {DAYS} days"
    return Step(
        "hand-over",
        f"Hand over what only {user.name} used",
        told if rows else f"nothing that nobody else used in {DAYS} days",
        len(rows),
        _things(asking, rows, "type"),
        _file(asking, user, "sole-use"),
    )


def _revoke(asking: Asking, user: User, exposed: Sequence[Row]) -> Step:
    """What was issued to them and may hold on."""
    rows = [row for row in exposed if "credentials issued" in row["how"]]
    issuers = asking.words.count(len(rows), "issuer")
    return Step(
        "revoke",
        f"Revoke what was issued to {user.name}",
        f"credentials and certificates of {issuers}" if rows else f"nothing issued in {DAYS} days",
        len(rows),
        _things(asking, rows, "how"),
    )


def _exports(asking: Asking, user: User, exposed: Sequence[Row]) -> Step:
    """What left the vault with them."""
    del user
    exports = [row for row in exposed if "exported" in row["how"]]
    shared = [row for row in exposed if "shared" in row["how"]]
    times, words = sum(row["times"] for row in exports), asking.words
    told = [f"{words.count(times, 'export')}, {_last(asking, exports)}"] if exports else []
    told += [f"{words.count(len(shared), 'item')} shared"] if shared else []
    return Step(
        "exports",
        "Check exports and what was shared",
        "; ".join(told) or f"none in {DAYS} days",
        times + len(shared),
        _things(asking, [*exports, *shared], "how"),
    )


def _last(asking: Asking, rows: Sequence[Row]) -> str:
    """When the last of them was: the last on 3 Nov."""
    last = max(row["last_exposed"] for row in rows).astimezone(asking.words.zone)
    return f"the last on {asking.words.day(last.date())}"


def _things(asking: Asking, rows: Sequence[Row], told: str) -> list[Thing]:
    few = rows[:_MOST]
    urls = item_urls(asking, [(row["item"], row["account"]) for row in few])
    return [
        Thing(
            "anything: the event names no item" if row["item"] == _ANY else row["item"],
            urls.get((row["item"], row["account"]), ""),
            type_title(row[told]) if told == "type" else row[told],
        )
        for row in few
    ]


def _file(asking: Asking, user: User, report: str) -> str:
    """A report about them as a file."""
    view = narrowed(asking, user, f"/export/{report}.csv")
    return replace(view, extra={"days": str(DAYS)}).url()
