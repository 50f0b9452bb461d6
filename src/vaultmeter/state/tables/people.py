"""Who may do what: roles, users, groups, keys, sessions, providers."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

ROLE = Table(
    "role",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("settings", String, nullable=False),
    Column("created", Instant, nullable=False),
    Column("modified", Instant, nullable=False),
)
"""Roles; `settings` is JSON, with what `model.access.Role` has besides.

The built-in ones have the ids 1 and 2, and their settings in the code."""

USER_LOGIN = Table(
    "user_login",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("email", String, nullable=False),
    Column("password_hash", String, nullable=True),
    Column("is_disabled", Boolean, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=True),
    Column("totp_step", Integer, nullable=True),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant, nullable=True),
)
"""People who sign in. `password_hash` is argon2id's, `totp_sealed` encrypted; instants are UTC.

`totp_step` is the last 30-second step whose code was used, so that none is taken twice."""

RECOVERY_CODE = Table(
    "recovery_code",
    METADATA,
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
    Column("code_hash", String, primary_key=True),
)
"""Codes that stand in for a lost second factor, once each, as SHA-256."""

USER_GROUP = Table(
    "user_group",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("created", Instant, nullable=False),
)
"""Groups of users."""

GROUP_MEMBER = Table(
    "group_member",
    METADATA,
    Column("group", Integer, ForeignKey("user_group.id", ondelete="cascade"), primary_key=True),
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
)
"""Which users a group has."""

ACCESS_KEY = Table(
    "access_key",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("access_id", String, nullable=False, unique=True),
    Column("key_hash", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("expires", Instant, nullable=True),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant, nullable=True),
)
"""Keys of programs: `access_id` (`p-...`) is public, `key_hash` the SHA-256 of the key itself.

`settings` is JSON: what Akeyless calls an authentication method, as far as it is only told."""

ROLE_MEMBER = Table(
    "role_member",
    METADATA,
    Column("id", String, primary_key=True),
    Column("role", Integer, ForeignKey("role.id", ondelete="cascade"), nullable=False),
    Column("kind", String, nullable=False),
    Column("member", Integer, nullable=False),
    Column("sub_claims", String, nullable=False),
    Column("case_sensitive", Boolean, nullable=False),
    UniqueConstraint("role", "kind", "member", name="one_membership"),
    CheckConstraint("kind in ('user', 'group', 'key')", name="member_kind"),
)
"""Which users, groups and keys are members of a role. `id` is what Akeyless calls assoc_id.

`sub_claims` is JSON: lists of texts by claim."""

SESSION = Table(
    "session",
    METADATA,
    Column("token_hash", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("holder_kind", String, nullable=False),
    Column("holder", Integer, nullable=False),
    Column("csrf", String, nullable=True),
    Column("address", String, nullable=True),
    Column("agent", String, nullable=True),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    CheckConstraint("kind in ('browser', 'token')", name="session_kind"),
    CheckConstraint("holder_kind in ('user', 'key')", name="holder_kind"),
)
"""Who is signed in: browsers by cookie, programs by token; of both only a SHA-256 is kept."""

PROVIDER = Table(
    "provider",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("issuer", String, nullable=False),
    Column("client_id", String, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=True),
    Column("settings", String, nullable=False),
    Column("created", Instant, nullable=False),
)
"""OpenID Connect providers. `secret_sealed` is encrypted, `settings` JSON."""

PROVIDER_USER = Table(
    "provider_user",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), nullable=False),
)
"""Who a provider's subject is here: issuer and subject together, never an e-mail."""
