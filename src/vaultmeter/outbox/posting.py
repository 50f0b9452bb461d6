"""Into the outbox: what is posted under one key twice is there once."""

import json
from base64 import b32encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.message import Message, Notice
from vaultmeter.outbox.written import message_written, notice_plain, notice_read
from vaultmeter.state.outbox import CANCELLED, WAITING, Forwarder, forwarder_of, forwarders
from vaultmeter.state.tables import DELIVERY, GATHERED

MAIL = "mail"
"""The circuit of everything that goes through the one mail server."""
_EMAIL = "email"


def post(
    connection: Connection,
    message: Message,
    forwarder_id: int,
    now: datetime,
    *,
    not_before: datetime | None = None,
) -> int:
    """Have a message delivered to a forwarder, not before an instant; answers the delivery's id.

    The same key to the same forwarder again answers the delivery that there is. Raises `NotFound`.
    """
    forwarder = forwarder_of(connection, forwarder_id)
    if forwarder is None:
        raise NotFound("The forwarder is gone.", "vaultmeter forwarders list shows all.")
    place = f"forwarder:{forwarder.id}"
    circuit = MAIL if forwarder.kind == _EMAIL else place
    return _keep(
        connection,
        message,
        now,
        destination=place,
        circuit=circuit,
        forwarder=forwarder.id,
        due=not_before or now,
    )


def post_mail(
    connection: Connection, message: Message, to: Sequence[str], now: datetime
) -> list[int]:
    """Have a message delivered to addresses of e-mail, one delivery each; answers their ids.

    Raises `Invalid` for an address of no form; which domains may be written to is checked by who
    takes the addresses, and again at delivery.
    """
    for address in to:
        if not address.isprintable() or "@" not in address:
            raise Invalid(f"{address[:200]!r} is no address of e-mail.", "Write ada@acme.com.")
    return [
        _keep(
            connection,
            message,
            now,
            destination=f"mail:{each}",
            circuit=MAIL,
            address=each,
            due=now,
        )
        for each in dict.fromkeys(address.strip() for address in to)
    ]


def forward(
    connection: Connection,
    notice: Notice,
    now: datetime,
    *,
    url: str = "",
    without: int | None = None,
) -> list[int]:
    """Have a notice delivered to every forwarder whose types and accounts fit.

    Answers the deliveries' ids; a forwarder that gathers gets it with the others of its window.
    `url` is where the notice can be looked at, `without` the forwarder that it is about.
    """
    made = []
    for forwarder in forwarders(connection):
        if not forwarder.is_enabled or forwarder.id == without or not fits(forwarder, notice):
            continue
        if forwarder.every_hours is None:
            message = Message(f"notice:{notice.id}", notice.text, notice.text, (notice,), url=url)
            made.append(post(connection, message, forwarder.id, now))
        else:
            _gather(connection, forwarder.id, forwarder.every_hours, notice, now)
    return made


def close_windows(connection: Connection, now: datetime) -> list[int]:
    """Post what was gathered in windows that are over, one message each; answers their ids."""
    ended = connection.execute(
        select(GATHERED.c.forwarder, GATHERED.c.window_end)
        .where(GATHERED.c.window_end <= now)
        .distinct()
        .order_by(GATHERED.c.window_end, GATHERED.c.forwarder)
    ).all()
    made = []
    for forwarder, end in ended:
        is_of = (GATHERED.c.forwarder == forwarder) & (GATHERED.c.window_end == end)
        texts = connection.execute(
            select(GATHERED.c.content).where(is_of).order_by(GATHERED.c.notice)
        ).scalars()
        notices = tuple(notice_read(json.loads(text)) for text in texts)
        made.append(post(connection, _together(notices, forwarder, end), forwarder, now))
        connection.execute(delete(GATHERED).where(is_of))
    return made


def has_ended_window(connection: Connection, now: datetime) -> bool:
    """Whether a window is over whose notices are still to be posted."""
    statement = select(GATHERED.c.notice).where(GATHERED.c.window_end <= now).limit(1)
    return connection.execute(statement).first() is not None


def fits(forwarder: Forwarder, notice: Notice) -> bool:
    """Whether a forwarder is to get a notice, by its type and account."""
    if forwarder.types and notice.type not in forwarder.types:
        return False
    if forwarder.accounts is None:
        return True
    above = (
        notice.account == each or notice.account.startswith(f"{each}/")
        for each in forwarder.accounts
    )
    return any(above)


def _gather(
    connection: Connection, forwarder: int, hours: int, notice: Notice, now: datetime
) -> None:
    kept = connection.execute(
        select(GATHERED.c.notice).where(
            GATHERED.c.forwarder == forwarder, GATHERED.c.notice == notice.id
        )
    ).scalar()
    if kept is None:
        connection.execute(
            insert(GATHERED).values(
                forwarder=forwarder,
                notice=notice.id,
                content=json.dumps(notice_plain(notice)),
                window_end=window_end(now, hours),
            )
        )


def window_end(now: datetime, hours: int) -> datetime:
    """When the window that an instant is in ends: windows are counted from midnight, UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(hours=hours)
    end = midnight + step * ((now - midnight) // step + 1)
    return min(end, midnight + timedelta(days=1))


def _together(notices: tuple[Notice, ...], forwarder: int, end: datetime) -> Message:
    is_one = len(notices) == 1
    subject = notices[0].text if is_one else f"{len(notices)} notices"
    text = "\n".join(f"{each.time:%Y-%m-%d %H:%M} UTC: {each.text}" for each in notices)
    # A clock that was set back fills a window twice, of which both are to leave.
    key = f"window:{forwarder}:{end:%Y-%m-%dT%H:%MZ}:{notices[0].id}"
    return Message(key, subject, text, notices)


def _keep(
    connection: Connection,
    message: Message,
    now: datetime,
    *,
    destination: str,
    **values: Any,  # noqa: ANN401  columns are of any type
) -> int:
    is_there = (DELIVERY.c.key == message.key) & (DELIVERY.c.destination == destination)
    known: int | None = connection.execute(select(DELIVERY.c.id).where(is_there)).scalar()
    if known is not None:
        return known
    statement = insert(DELIVERY).values(
        message_id=message_id_of(message.key, destination),
        key=message.key,
        destination=destination,
        message=message_written(message),
        state=WAITING,
        attempts=0,
        done="[]",
        last_error="",
        created=now,
        **values,
    )
    number: int = connection.execute(statement.returning(DELIVERY.c.id)).scalar_one()
    return number


def message_id_of(key: str, destination: str) -> str:
    """The id that the receiver of a message knows it by: the same whenever it is sent."""
    digest = sha256(f"{destination}\n{key}".encode()).digest()
    return f"msg_{b32encode(digest).decode().lower()[:26]}"


def cancel_of(connection: Connection, forwarder: int, now: datetime) -> Sequence[int]:
    """Cancel what waits for a forwarder that goes; answers which deliveries."""
    return (
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.forwarder == forwarder, DELIVERY.c.state == WAITING)
            .values(state=CANCELLED, finished=now, last_error="The forwarder was removed.")
            .returning(DELIVERY.c.id)
        )
        .scalars()
        .all()
    )
