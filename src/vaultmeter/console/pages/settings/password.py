"""Whether somebody chose their password themselves: the trail says who set it last."""

import json

from sqlalchemy import select

from vaultmeter.access.access import Access
from vaultmeter.state.tables import TRAIL


def was_given(access: Access, name: str) -> bool:
    """Whether somebody else gave a user the password that they have now."""
    newest = (
        select(TRAIL.c.details)
        .where(
            TRAIL.c.act.in_(("user.add", "user.password")),
            TRAIL.c.object == name,
            TRAIL.c.result == "ok",
        )
        .order_by(TRAIL.c.seq.desc())
        .limit(1)
    )
    with access.state.reading() as connection:
        details = connection.execute(newest).scalar()
    return details is not None and not json.loads(details).get("own", False)
