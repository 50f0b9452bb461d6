"""Roles as Akeyless tells them: each access level is a rule on a path.

`path` encodes the level: `all` is `/*`, `own` is `/self`, `scoped` is `/scoped`, and for `none`
there is no rule. Other rules were set one by one; they are told back, and never a right here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vaultmeter.access.role_acts import Holder
from vaultmeter.model.access import ADMIN, Object, PathRule, Role
from vaultmeter.model.errors import Invalid, did_you_mean

USAGE_REPORTS, ANALYTICS = "usage-reports-access", "analytics-access"
_READ = ("read",)


@dataclass(frozen=True)
class _Area:
    level: str
    capabilities: tuple[str, ...] = _READ
    tells_level: bool = False
    """Whether the path of its rule is the level itself."""


_AREAS: dict[str, _Area] = {
    "search-rule": _Area("audit-access"),
    "reports-rule": _Area(ANALYTICS),
    "gw-reports-rule": _Area("gw-analytics-access"),
    "sra-reports-rule": _Area("sra-reports-access"),
    "ara-reports-rule": _Area("ara-reports-access"),
    "usage-reports-rule": _Area(USAGE_REPORTS),
    "event-rule": _Area("event-center-access"),
    "event-forwarder-rule": _Area(
        "event-forwarders-access", ("read", "list", "create", "update", "delete")
    ),
    "reverse-rbac-rule": _Area("reverse-rbac-access", tells_level=True),
}
"""Access levels by the type of the rule that tells them."""
_PATHS = {"all": "/*", "own": "/self", "scoped": "/scoped"}
_LEVELS = {path: level for level, path in _PATHS.items()} | {level: level for level in _PATHS}
_TYPES = (
    "item-rule",
    "target-rule",
    "role-rule",
    "auth-method-rule",
    "sra-rule",
    "ara-rule",
    *_AREAS,
)
_CAPABILITIES = (
    "read",
    "create",
    "update",
    "delete",
    "list",
    "deny",
    "allow_access",
    "request_access",
    "justify_access_only",
    "approval_authority",
)


def rules_told(role: Role) -> Object:
    """The rules of a role."""
    return {"admin": _is_admin(role), "path_rules": [_told(rule) for rule in _rules(role)]}


def associations_told(held: Sequence[Holder]) -> list[Object]:
    """Who has a role; a user or a group is told as an authentication method of no access id."""
    return [
        {
            "assoc_id": each.member.id,
            "auth_method_id": each.member.member if each.member.kind == "key" else 0,
            "auth_method_name": method_name(each),
            "auth_method_access_id": each.access_id,
            "auth_method_sub_claims": {
                claim: list(words) for claim, words in each.member.sub_claims.items()
            },
            "sub_claims_case_sensitive": each.member.case_sensitive,
            "is_subclaims_with_operator": False,
        }
        for each in held
    ]


def method_name(holder: Holder) -> str:
    """What somebody who has a role is called among authentication methods."""
    return holder.name if holder.member.kind == "key" else f"{holder.member.kind}s/{holder.name}"


def with_rule(role: Role, rule: PathRule) -> Role:
    """The role with a rule, in place of the one of the same type and path; raises `Invalid`."""
    if rule.type not in _TYPES:
        raise Invalid(f"rule-type is {rule.type!r}.", did_you_mean(rule.type, _TYPES))
    for word in rule.capabilities:
        if word not in _CAPABILITIES:
            raise Invalid(f"capability is {word!r}.", did_you_mean(word, _CAPABILITIES))
    if rule.type in _AREAS:
        if rule.path not in _LEVELS:
            raise Invalid(
                f"A {rule.type} has no path {rule.path!r}.",
                f"Set {_AREAS[rule.type].level} with update-role.",
            )
        return with_level(role, _AREAS[rule.type].level, _LEVELS[rule.path])
    others = [each for each in role.rules if (each.type, each.path) != (rule.type, rule.path)]
    return replace(role, rules=(*others, rule))


def without_rule(role: Role, type_: str, path: str) -> Role | None:
    """The role without a rule; `None` when it has none like that."""
    if not any((rule.type, rule.path) == (type_, path) for rule in _rules(role)):
        return None
    if type_ in _AREAS:
        return with_level(role, _AREAS[type_].level, "none")
    kept = tuple(rule for rule in role.rules if (rule.type, rule.path) != (type_, path))
    return replace(role, rules=kept)


def with_level(role: Role, area: str, level: str) -> Role:
    """The role with an access level."""
    if area == USAGE_REPORTS:
        return replace(role, usage_reports=level)
    if area == ANALYTICS:
        return replace(role, analytics=level)
    return replace(role, levels={**role.levels, area: level})


def _rules(role: Role) -> list[PathRule]:
    levels = {**role.levels, USAGE_REPORTS: role.usage_reports, ANALYTICS: role.analytics}
    of_levels = [
        PathRule(_path(area, levels[area.level]), type_, area.capabilities)
        for type_, area in _AREAS.items()
        if levels.get(area.level, "none") != "none"
    ]
    return [*of_levels, *role.rules]


def _path(area: _Area, level: str) -> str:
    return level if area.tells_level else _PATHS[level]


def _told(rule: PathRule) -> Object:
    return {
        "path": rule.path,
        "type": rule.type,
        "capabilities": list(rule.capabilities),
        "ttl": rule.ttl or 0,
        "start_time": 0,
        "item_id": 0,
        "cb": 0,
        "is_limit_access": False,
        "number_of_access_used": 0,
        "number_of_allowed_access": 0,
        "assigners": [],
    }


def _is_admin(role: Role) -> bool:
    return role.permissions == ADMIN.permissions and role.grant.is_everything
