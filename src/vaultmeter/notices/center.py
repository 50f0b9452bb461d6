"""Notices as somebody may see them: listed, shown, acknowledged.

A notice is seen by who has the permission for all it is about: its account with everything below
it, and its product. One about the whole organisation is for who has it everywhere.
"""

from collections.abc import Iterable, Sequence

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.cursor import number_in
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.instants import day_or_instant, text_of
from vaultmeter.model.kinds import Product
from vaultmeter.model.message import Notice
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices.types import TYPES
from vaultmeter.state.notices import (
    STATES,
    Narrowed,
    acknowledge_notices,
    notice_of,
    notices,
    open_by_type,
)

MOST_AT_ONCE = 1000
"""How many notices may be acknowledged at once."""
_MOST_ID = 10**18
"""Databases hold no larger numbers."""


def listed(  # noqa: PLR0913  one for each filter
    app: App,
    who: Principal,
    *,
    state: str = "open",
    type: str | None = None,  # noqa: A002  the word that users filter by
    product: str | None = None,
    account: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Object:
    """The notices that somebody may see, from the newest back.

    `account` takes those below it, too, and `*` is the whole organisation alone; `since` and
    `until` (not included) are days or instants, UTC unless they say so; `*` in `text` stands for
    any text. The cursor is the number of the notice before which to go on. Raises `Forbidden` and
    `Invalid`.
    """
    viewer = who.viewer(Permission.NOTICES)
    _one_of("state", state, STATES)
    if type is not None:
        _one_of("type", type, TYPES)
    if product is not None:
        _one_of("product", product, tuple(Product))
    narrowed = Narrowed(
        state,
        type,
        product,
        "" if account == ORGANISATION else account and account.strip("/"),
        day_or_instant(since, "since"),
        day_or_instant(until, "until"),
        text,
    )
    before = number_in(
        cursor, "{cursor!r} is no place in the list.", "Give the number of a notice."
    )
    with app.state.reading() as connection:
        found = notices(connection, narrowed, viewer.pairs(), before, limit + 1)
    rows = [plain(notice) for notice in found[:limit]]
    return {"rows": rows, "next": str(rows[-1]["id"]) if len(found) > limit else None}


def show(app: App, who: Principal, id_: int) -> Object:
    """A notice; raises `Forbidden`, and `NotFound` for one of others, as for none."""
    viewer = who.viewer(Permission.NOTICES)
    with app.state.reading() as connection:
        found = notice_of(connection, _number(id_), viewer.pairs())
    if found is None:
        raise _no_notice(id_)
    return plain(found)


def acknowledge(app: App, who: Principal, ids: Sequence[int]) -> Object:
    """Note that somebody has seen to notices, all of them or none; answers how many are new.

    Who acknowledged one first stays. Raises `Forbidden`, `Invalid`, and `NotFound` for one that
    is not there or not theirs.
    """
    viewer = who.viewer(Permission.NOTICES)
    wanted = sorted(set(map(_number, ids)))
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise Invalid(
            f"{len(wanted)} notices cannot be acknowledged at once.",
            f"Name 1 to {MOST_AT_ONCE:,} by their numbers.",
        )
    object_ = str(wanted[0]) if len(wanted) == 1 else f"{len(wanted)} notices"
    with app.access.noting(who, "notice.acknowledge", object_, notices=wanted) as connection:
        for id_ in wanted:
            if notice_of(connection, id_, viewer.pairs()) is None:
                raise _no_notice(id_)
        changed = acknowledge_notices(connection, wanted, app.clock(), who.name)
    return {"acknowledged": changed}


def open_counts(app: App, who: Principal) -> dict[str, int]:
    """How many notices of each type are open, of those that somebody may see."""
    viewer = who.viewer(Permission.NOTICES)
    with app.state.reading() as connection:
        return open_by_type(connection, viewer.pairs())


def plain(notice: Notice) -> Object:
    """A notice as JSON has it."""
    return {
        "id": notice.id,
        "type": notice.type,
        "product": notice.product,
        "account": notice.account,
        "time": text_of(notice.time),
        "text": notice.text,
        "payload": dict(notice.payload),
        "acknowledged": text_of(notice.acknowledged),
        "acknowledged_by": notice.acknowledged_by,
    }


def _no_notice(id_: int) -> NotFound:
    return NotFound(f"There is no notice {id_}.", "vaultmeter notices list --state all shows all.")


def _number(id_: int) -> int:
    return max(0, min(id_, _MOST_ID))


def _one_of(name: str, word: str, known: Iterable[str]) -> None:
    if word not in set(known):
        raise Invalid(f"Unknown {name} {word[:100]!r}.", did_you_mean(word[:100], known))
