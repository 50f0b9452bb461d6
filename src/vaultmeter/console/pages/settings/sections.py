"""The sections of the settings: in one order, each for whoever may open it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, Row
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import Forbidden


@dataclass(frozen=True)
class Section:
    """A section: a page of its own below `/settings`."""

    name: str
    title: str
    group: str
    permission: Permission | None = None
    is_everywhere: bool = False
    """Whether the permission has to hold for all accounts and products."""
    is_of_users: bool = False
    """Whether it is for people who sign in, and for no key."""

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/settings/{self.name}"

    def require(self, who: Principal) -> None:
        """Raise `Forbidden` for whoever may not open it."""
        if self.is_of_users and who.kind != "user":
            raise Forbidden(f"A {who.kind} has no sign-in of its own.", "Sign in as a user.")
        if self.permission is not None and self.is_everywhere:
            who.require_everywhere(self.permission)
        elif self.permission is not None:
            who.require(self.permission)

    def is_open(self, who: Principal) -> bool:
        """Whether somebody may open it."""
        try:
            self.require(who)
        except Forbidden:
            return False
        return True


OWN, ACCESS, RULES, RECORD = "Your own", "Access", "What holds for everybody", "Record"
SIGN_IN = Section("sign-in", "My sign-in", OWN, is_of_users=True)
APPEARANCE = Section("appearance", "Appearance", OWN, is_of_users=True)
USERS = Section("users", "Users", ACCESS, Permission.ROLES)
GROUPS = Section("groups", "Groups", ACCESS, Permission.ROLES)
ROLES = Section("roles", "Roles", ACCESS, Permission.ROLES)
KEYS = Section("keys", "Access keys", ACCESS, Permission.ROLES)
DEFINITIONS = Section("definitions", "Definitions", RULES)
LIMITS = Section("limits", "Client limits", RULES, Permission.LIMITS)
ACCOUNT_GROUPS = Section("account-groups", "Account groups", RULES, Permission.LIMITS)
FORWARDERS = Section("forwarders", "Forwarders", RULES, Permission.FORWARDERS)
RETENTION = Section("retention", "Retention", RULES, Permission.RETENTION, is_everywhere=True)
TRAIL = Section("trail", "Trail", RECORD, Permission.TRAIL, is_everywhere=True)
SECTIONS = (
    SIGN_IN,
    APPEARANCE,
    USERS,
    GROUPS,
    ROLES,
    KEYS,
    DEFINITIONS,
    LIMITS,
    ACCOUNT_GROUPS,
    FORWARDERS,
    RETENTION,
    TRAIL,
)


def open_sections(who: Principal) -> list[Section]:
    """The sections that somebody may open, in order."""
    return [section for section in SECTIONS if section.is_open(who)]


def _listed(asking: Asking) -> dict[str, Any]:
    groups: dict[str, list[Section]] = {}
    for section in open_sections(asking.who):
        groups.setdefault(section.group, []).append(section)
    return {"groups": groups}


LIST = Block("sections", "pages/settings/sections.html", _listed, "Sections", "card")


def settings_page(
    section: Section, subtitle: str, *blocks: Block, extra: Iterable[str] = ()
) -> Page:
    """The page of a section: the list of all, and beside it the section's own blocks."""

    def head(asking: Asking) -> dict[str, Any]:
        section.require(asking.who)
        return {}

    return Page(
        f"settings-{section.name}",
        section.path,
        section.title,
        (Row("settings", (LIST, *blocks)),),
        subtitle=subtitle,
        rail="settings",
        permission=section.permission,
        extra=tuple(extra),
        head=head,
        has_bar=False,
    )
