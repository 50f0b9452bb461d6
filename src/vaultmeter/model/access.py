"""Who asks, and what they may do: permissions, roles, and somebody who holds some of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from vaultmeter.model.errors import Forbidden
from vaultmeter.model.viewer import Grant, Viewer


class Permission(StrEnum):
    """What an operation may need; the value is the word users type after `--manages`."""

    REPORTS = "reports"
    """Ask reports, and see the events they are made of: `--usage-reports-access all`."""
    ANALYTICS = "analytics"
    """Ask for the tables of the analytics document: `--analytics-access own|all`."""
    SOURCES = "sources"
    """Add, change and remove sources, make their ingest keys, take records and inventories in."""
    RECORDS = "records"
    """Read rejected lines as they arrived, and try them again."""
    LIMITS = "limits"
    """Set client limits and groups of accounts."""
    DEFINITIONS = "definitions"
    """Set what words such as active mean."""
    RETENTION = "retention"
    """Set and apply retention, and rebuild the store."""
    SCHEDULES = "schedules"
    """Say which reports leave by themselves, and where to."""
    NOTICES = "notices"
    """See and acknowledge notices, and make rules that raise them: `--event-center-access all`."""
    FORWARDERS = "forwarders"
    """Say where notices and reports may be sent: `--event-forwarders-access all`."""
    ROLES = "roles"
    """Manage users, groups, keys and roles, within what one may do oneself."""
    TRAIL = "trail"
    """Read and verify the trail of what was done."""


GRANTED = (Permission.REPORTS, Permission.ANALYTICS)
"""Permissions that a role has by its access levels; the others it `manages`."""
MANAGED = tuple(permission for permission in Permission if permission not in GRANTED)

LEVEL_GIVES: Mapping[str, Permission] = {
    "event-center-access": Permission.NOTICES,
    "event-forwarders-access": Permission.FORWARDERS,
}
"""What an access level of a role gives, whatever its word is beside `none`."""


@dataclass(frozen=True)
class PathRule:
    """A rule on paths, as Akeyless has them: kept and told, and never a right here."""

    path: str
    type: str
    capabilities: tuple[str, ...]
    ttl: int | None = None


@dataclass(frozen=True)
class Role:
    """What its members may do.

    `accounts` (each with those below it) and `products` narrow everything the role gives; `None`
    is all of them. `levels` are access levels of other areas, by the names Akeyless has for them:
    those of `LEVEL_GIVES` are rights here, the others are kept and told.
    Instants are UTC.
    """

    name: str
    usage_reports: str = "none"
    """none or all."""
    analytics: str = "none"
    """none, own or all."""
    accounts: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    manages: frozenset[Permission] = frozenset()
    description: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[PathRule, ...] = ()
    delete_protection: bool = False
    id: int = 0
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the role lets its members do, within its accounts and products."""
        granted = {Permission.REPORTS} if self.usage_reports == "all" else set()
        if self.analytics != "none":
            granted.add(Permission.ANALYTICS)
        granted |= {
            permission
            for area, permission in LEVEL_GIVES.items()
            if self.levels.get(area, "none") not in {"none", ""}
        }
        return self.manages | granted

    @property
    def grant(self) -> Grant:
        """What the role narrows its permissions to."""
        return Grant(self.accounts, self.products)


ADMIN = Role(
    "admin",
    usage_reports="all",
    analytics="all",
    manages=frozenset(MANAGED),
    description="Everything.",
    delete_protection=True,
    id=1,
)
READER = Role(
    "reader",
    usage_reports="all",
    analytics="all",
    description="All reports, nothing else.",
    delete_protection=True,
    id=2,
)
BUILT_IN = (ADMIN, READER)
"""The roles that exist from the start, and cannot be changed or deleted."""


@dataclass(frozen=True)
class Principal:
    """Somebody who asks: the person at the machine, a user, or a key. Members of their roles."""

    kind: str
    """operator, user or key."""
    id: int
    name: str
    roles: tuple[Role, ...]
    address: str | None = None
    """Where the request comes from."""

    @classmethod
    def operator(cls) -> "Principal":
        """Whoever can open the data folder: may do everything."""
        return cls("operator", 0, "operator", (ADMIN,))

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything it may do somewhere."""
        return frozenset().union(*(role.permissions for role in self.roles))

    def at(self, address: str | None) -> "Principal":
        """The same, asking from an address."""
        return replace(self, address=address)

    def viewer(self, permission: Permission = Permission.REPORTS) -> Viewer:
        """What it may see by a permission; raises `Forbidden` without it."""
        self.require(permission)
        grants = tuple(role.grant for role in self.roles if permission in role.permissions)
        return Viewer.of(self.name, grants)

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` for whoever has the permission nowhere."""
        if permission not in self.permissions:
            raise Forbidden(
                f"{self.name} may not do this: no role of theirs gives {permission.value!r}.",
                _how_to_give(permission),
            )

    def require_everywhere(self, permission: Permission) -> None:
        """Raise `Forbidden` unless it has the permission for all accounts and products."""
        self.require(permission)
        if self.viewer(permission).grants is not None:
            raise Forbidden(
                f"{self.name} has {permission.value!r} for some accounts or products alone, and"
                " this is about all of them.",
                "Ask somebody whose role has no --accounts and --products.",
            )

    def require_for(self, permission: Permission, account: str) -> None:
        """Raise `Forbidden` unless it has the permission for the whole of an account."""
        self.require(permission)
        if not self.viewer(permission).covers(account):
            raise Forbidden(
                f"{self.name} may not do this in {account!r}.",
                f"It needs a role that gives {permission.value!r} there.",
            )


def _how_to_give(permission: Permission) -> str:
    options = {
        Permission.REPORTS: "--usage-reports-access all",
        Permission.ANALYTICS: "--analytics-access all",
    }
    option = options.get(permission, f"--manages {permission.value}")
    return f"A role gives it: vaultmeter update-role --name ROLE {option}"


Object = dict[str, Any]
"""What JSON can hold."""
