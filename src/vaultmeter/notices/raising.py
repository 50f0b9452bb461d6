"""Raises a notice: kept, and posted to the forwarders that take it, together or not at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vaultmeter import outbox
from vaultmeter.app import App
from vaultmeter.model.message import Notice
from vaultmeter.state.notice_rules import is_raised
from vaultmeter.state.notices import add_notice

PAGE = "/events"
"""Where the console shows notices."""


def raise_once(  # noqa: PLR0913  one for each part of a notice
    place: App | Connection,
    *,
    type: str,  # noqa: A002  the word that users filter by
    product: str,
    account: str,
    key: str,
    text: str,
    payload: Mapping[str, Any],
    now: datetime,
    url: str = "",
    without: int | None = None,
) -> Notice | None:
    """Raise a notice, unless that key was raised before or nobody wants its type: then `None`.

    Given a connection it is a part of that transaction, else it is one of its own. `account` is
    empty for the whole organisation, `product` for none; `url` is where it can be looked at,
    `without` a forwarder that does not get it.
    """
    if isinstance(place, App):
        # No answer of a report rests on a notice.
        with place.state.changing(decides=False) as connection:
            return raise_once(
                connection,
                type=type,
                product=product,
                account=account,
                key=key,
                text=text,
                payload=payload,
                now=now,
                url=url or page_url(place),
                without=without,
            )
    if not is_raised(place, type):
        return None
    notice = add_notice(
        place,
        key=key,
        type_=type,
        product=product,
        account=account,
        text=text,
        payload=payload,
        now=now,
    )
    if notice is not None:
        outbox.forward(place, notice, now, url=url, without=without)
    return notice


def page_url(app: App) -> str:
    """Where people look at notices; empty where no public address is set."""
    public = app.settings.public_url.rstrip("/")
    return f"{public}{PAGE}" if public else ""
