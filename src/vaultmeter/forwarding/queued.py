"""Deliveries: seen, sent again and cancelled by whoever may."""

from collections.abc import Container

from sqlalchemy import Connection

from vaultmeter import outbox
from vaultmeter.app import App
from vaultmeter.forwarding.seeing import one_seen, seen, sees_all
from vaultmeter.forwarding.telling import plain_delivery
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.cursor import number_in
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.state.outbox import STATES, Delivery, forwarders

_MAY = Permission.FORWARDERS


def deliveries(
    app: App,
    who: Principal,
    state: str | None = None,
    forwarder: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Object:
    """A page of deliveries, newest first, of a state and of a forwarder where they are given.

    Those to addresses of e-mail are for whoever may say where notices of all accounts go. Raises
    `Invalid`, `NotFound`, `Forbidden`.
    """
    who.require(_MAY)
    if state is not None and state not in STATES:
        raise Invalid(f"There is no state {state[:100]!r}.", did_you_mean(state, STATES))
    filters: dict[str, object] = {} if state is None else {"state": state}
    with app.state.reading() as connection:
        own = _own(connection, who)
        if forwarder is not None:
            filters["forwarder"] = one_seen(connection, who, forwarder).id
        elif not sees_all(who):
            filters["forwarder"] = tuple(own)
        names = {each.id: each.name for each in forwarders(connection)}
        after = number_in(cursor, hint="Give 'next' of the page before.")
        # One more than are told says whether there are more; those unseen are few.
        found: list[Delivery] = []
        while len(found) <= limit:
            page = outbox.deliveries(connection, after=after, limit=limit + 1, **filters)
            found += [each for each in page if _is_seen(who, own, each)]
            if len(page) <= limit:
                break
            after = page[-1].id
    rows = [plain_delivery(each, names) for each in found[:limit]]
    more = len(found) > limit
    return {"rows": rows, "next": str(rows[-1]["id"]) if more else None}


def delivery(app: App, who: Principal, id_: int) -> Object:
    """One delivery; raises `NotFound`."""
    with app.state.reading() as connection:
        return _plain(connection, _one(connection, who, id_))


def send_again(app: App, who: Principal, id_: int) -> Object:
    """Have a delivery that was decided tried anew; raises `NotFound`, `Invalid`, `Forbidden`."""
    with app.access.noting(who, "delivery.send-again", str(id_)) as connection:
        _one(connection, who, id_)
        return _plain(connection, outbox.send_again(connection, id_, app.clock()))


def cancel(app: App, who: Principal, id_: int) -> Object:
    """Have a delivery that waits not tried any more; raises as `send_again`."""
    with app.access.noting(who, "delivery.cancel", str(id_)) as connection:
        _one(connection, who, id_)
        return _plain(connection, outbox.cancel(connection, id_, app.clock()))


def _plain(connection: Connection, held: Delivery) -> Object:
    return plain_delivery(held, {each.id: each.name for each in forwarders(connection)})


def _one(connection: Connection, who: Principal, id_: int) -> Delivery:
    who.require(_MAY)
    held = outbox.delivery_of(connection, id_)
    if held is None or not _is_seen(who, _own(connection, who), held):
        raise NotFound(f"There is no delivery {id_}.", "vaultmeter deliveries list shows all.")
    return held


def _own(connection: Connection, who: Principal) -> set[int]:
    """The forwarders that they may see, by number."""
    return {each.id for each in seen(connection, who)}


def _is_seen(who: Principal, own: Container[int | None], held: Delivery) -> bool:
    """Whether it is of a forwarder they may see; everything else is for those who see all.

    A forwarder may have had more accounts before: what it was sent of those is not theirs.
    """
    if sees_all(who):
        return True
    viewer = who.viewer(_MAY)
    return held.forwarder in own and all(
        viewer.sees(notice.account or ORGANISATION, notice.product)
        for notice in outbox.message_read(held.message).notices
    )
