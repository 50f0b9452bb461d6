"""The rule that tells of deliveries that are given up."""

from alembic import op
from sqlalchemy import Boolean, Integer, String, column, table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add it, switched on as the others of its kind."""
    rule = table(
        "notice_rule",
        *(
            column(name, String)
            for name in ("name", "type", "settings", "account", "product", "owner_kind")
        ),
        column("owner_name", String),
        column("error", String),
        column("standing", String),
        column("is_enabled", Boolean),
        column("is_built_in", Boolean),
        column("owner", Integer),
        column("version", Integer),
    )
    op.bulk_insert(
        rule,
        [
            {
                "name": "A delivery is given up",
                "type": "delivery-failed",
                "settings": "{}",
                "account": "",
                "product": "",
                "is_enabled": True,
                "is_built_in": True,
                "owner_kind": "operator",
                "owner": 0,
                "owner_name": "operator",
                "version": 1,
                "error": "",
                "standing": "{}",
            }
        ],
    )
