"""Who may do what: roles, users, groups, keys, sessions, providers; and the trail of it."""

from datetime import UTC, datetime

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    role = op.create_table(
        "role",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("settings", String, nullable=False),
        Column("created", DateTime, nullable=False),
        Column("modified", DateTime, nullable=False),
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(
        role,
        [
            {"id": id_, "name": name, "settings": "{}", "created": now, "modified": now}
            for id_, name in ((1, "admin"), (2, "reader"))
        ],
    )
    op.create_table(
        "user_login",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("email", String, nullable=False),
        Column("password_hash", String, nullable=True),
        Column("is_disabled", Boolean, nullable=False),
        Column("totp_sealed", LargeBinary, nullable=True),
        Column("totp_step", Integer, nullable=True),
        Column("created", DateTime, nullable=False),
        Column("last_used", DateTime, nullable=True),
    )
    op.create_table(
        "recovery_code",
        Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
        Column("code_hash", String, primary_key=True),
    )
    op.create_table(
        "user_group",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("created", DateTime, nullable=False),
    )
    op.create_table(
        "group_member",
        Column("group", Integer, ForeignKey("user_group.id", ondelete="cascade"), primary_key=True),
        Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
    )
    op.create_table(
        "access_key",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("access_id", String, nullable=False, unique=True),
        Column("key_hash", String, nullable=False),
        Column("settings", String, nullable=False),
        Column("expires", DateTime, nullable=True),
        Column("created", DateTime, nullable=False),
        Column("last_used", DateTime, nullable=True),
    )
    op.create_table(
        "role_member",
        Column("id", String, primary_key=True),
        Column("role", Integer, ForeignKey("role.id", ondelete="cascade"), nullable=False),
        Column("kind", String, nullable=False),
        Column("member", Integer, nullable=False),
        Column("sub_claims", String, nullable=False),
        Column("case_sensitive", Boolean, nullable=False),
        UniqueConstraint("role", "kind", "member", name="one_membership"),
        CheckConstraint("kind in ('user', 'group', 'key')", name="member_kind"),
    )
    op.create_table(
        "session",
        Column("token_hash", String, primary_key=True),
        Column("kind", String, nullable=False),
        Column("holder_kind", String, nullable=False),
        Column("holder", Integer, nullable=False),
        Column("csrf", String, nullable=True),
        Column("address", String, nullable=True),
        Column("agent", String, nullable=True),
        Column("created", DateTime, nullable=False),
        Column("last_used", DateTime, nullable=False),
        Column("expires", DateTime, nullable=False),
        CheckConstraint("kind in ('browser', 'token')", name="session_kind"),
        CheckConstraint("holder_kind in ('user', 'key')", name="holder_kind"),
    )
    op.create_table(
        "provider",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("issuer", String, nullable=False),
        Column("client_id", String, nullable=False),
        Column("secret_sealed", LargeBinary, nullable=True),
        Column("settings", String, nullable=False),
        Column("created", DateTime, nullable=False),
    )
    op.create_table(
        "provider_user",
        Column("issuer", String, primary_key=True),
        Column("subject", String, primary_key=True),
        Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), nullable=False),
    )
    op.create_table(
        "trail",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("at", DateTime, nullable=False),
        Column("who_kind", String, nullable=False),
        Column("who", String, nullable=False),
        Column("address", String, nullable=True),
        Column("act", String, nullable=False),
        Column("object", String, nullable=False),
        Column("result", String, nullable=False),
        Column("details", String, nullable=False),
        Column("link", String, nullable=False),
    )
