"""The tables of the state; `migrations/` makes them, and a test compares the two."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from vaultmeter.state.instant import Instant

METADATA = MetaData()

DEFINITION = Table(
    "definition",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("settings", String, nullable=False),
    Column("made", Instant, nullable=False),
)
"""What activity status means, version by version; `settings` is JSON, `made` UTC.

The highest version holds."""

CLIENT_LIMIT = Table(
    "client_limit",
    METADATA,
    Column("product", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("clients", Integer, nullable=True),
    CheckConstraint("clients is null or clients >= 0", name="clients_not_negative"),
)
"""How many clients an account may have in a product, from a month on; null ends the limit.

The account `*` is the whole organisation. A limit that always held has the month 0001-01-01."""

ACCOUNT_GROUP = Table(
    "account_group",
    METADATA,
    Column("name", String, primary_key=True),
    Column("account", String, primary_key=True),
)
"""Accounts by group; an account stands for those below it too, and `*` for any text."""

RETENTION = Table(
    "retention",
    METADATA,
    Column("product", String, primary_key=True),
    Column("months", Integer, nullable=True),
    CheckConstraint("months is null or months >= 1", name="months_at_least_one"),
)
"""For how many months the events of a product are kept; null keeps them for ever."""

RETENTION_RUN = Table(
    "retention_run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("applied", Instant, nullable=False),
    Column("product", String, nullable=False),
    Column("before", Instant, nullable=False),
    Column("events", Integer, nullable=False),
    Column("freed_bytes", Integer, nullable=False),
)
"""What applying retention deleted: events of a product from before an instant (UTC)."""

SOURCE_SETTINGS = Table(
    "source_settings",
    METADATA,
    Column("name", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("account", String, nullable=False),
    Column("paths", String, nullable=False),
    Column("socket", String, nullable=True),
    Column("poll", String, nullable=True),
    Column("key_hash", String, nullable=True),
    Column("key_end", String, nullable=True),
    Column("key_made", Instant, nullable=True),
    Column("made", Instant, nullable=False),
    CheckConstraint(
        "(key_hash is null) = (key_made is null) and (key_hash is null) = (key_end is null)",
        name="key_whole",
    ),
)
"""How the records of a source arrive: files that are followed, a socket, a vault that is polled.

`paths` is a JSON list, `poll` a JSON object without secrets: of a token it has the file's name.
`key_hash` is the SHA-256, in hexadecimal, of the key with which records are pushed."""

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

PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
    Column("settings", String, nullable=False),
)
"""What a reader chose for their own pages; `settings` is JSON."""

SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), nullable=False),
    Column("name", String, nullable=False),
    Column("path", String, nullable=False),
    Column("query", String, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("deleted", Instant, nullable=True),
    sqlite_autoincrement=True,
)
"""Addresses of pages under a name, each of the user who saved it; no number comes twice.

A deleted one can be restored for a while."""

LEAVER_TICK = Table(
    "leaver_tick",
    METADATA,
    Column("account", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String, nullable=False),
)
"""Steps of the check-list of somebody who leaves that are done: when (UTC), and by whom.

The user is known by name and account: numbers of the store may change when it is made anew."""

TRAIL = Table(
    "trail",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who_kind", String, nullable=False),
    Column("who", String, nullable=False),
    Column("address", String, nullable=True),
    Column("act", String, nullable=False),
    Column("object", String, nullable=False),
    Column("result", String, nullable=False),
    Column("details", String, nullable=False),
    Column("link", String, nullable=False),
)
"""What was done, by whom; each row is bound to the one before by `link`, an HMAC. Never changed."""
