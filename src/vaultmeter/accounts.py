"""Accounts and groups of them, as far as somebody may see them, as plain objects."""

import re
from collections.abc import Mapping, Sequence

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.filters import GROUP, Filters, covering
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.breakdown import account_names
from vaultmeter.reports.run import Ask
from vaultmeter.state.groups import remove_group, set_group
from vaultmeter.store import Store

_NAME = re.compile(r"[\w.-]+")
_LONGEST = 256
_MOST_MEMBERS = 1000


def listed(app: App, who: Principal) -> Object:
    """Every account that somebody may see, with the groups it is in."""
    viewer, groups = _viewer(who), app.terms().groups
    with app.store.reader() as store:
        names = _names(app, store, viewer)
        told = _groups(app, store, viewer, groups)
    rows = [
        {"name": name, "groups": [group["name"] for group in told if name in group["accounts"]]}
        for name in names
    ]
    return {"rows": rows, "next": None}


def groups_listed(app: App, who: Principal) -> Object:
    """Every group that has something somebody may see, with its members and accounts."""
    with app.store.reader() as store:
        return {"rows": _groups(app, store, _viewer(who), app.terms().groups), "next": None}


def group_shown(app: App, who: Principal, name: str) -> Object:
    """A group; raises `NotFound` also for one that holds nothing of what may be seen."""
    rows = groups_listed(app, who)["rows"]
    bare = name.removeprefix(GROUP)
    for group in rows:
        if group["name"] == bare:
            return dict(group)
    raise _unknown(bare, [group["name"] for group in rows])


def group_set(app: App, who: Principal, name: str, members: Sequence[str]) -> Object:
    """Make a group of accounts, in place of what it was; `*` stands for any text.

    Answers it with the accounts it covers, and `notes` for people. Raises `Invalid`, `Forbidden`.
    """
    who.require_everywhere(Permission.LIMITS)
    bare, held = _group_name(name), _members(members)
    with app.access.noting(who, "account_group.set", bare, members=held) as connection:
        set_group(connection, bare, held)
    with app.store.reader() as store:
        viewer = _viewer(who)
        known = _names(app, store, viewer)
        matched = {member: _names(app, store, viewer, member) for member in held}
    notes = [
        f"No account matches {member!r} so far. {did_you_mean(member, known)}".strip()
        for member, found in matched.items()
        if not found
    ]
    covered = sorted({account for found in matched.values() for account in found})
    return {"name": bare, "members": held, "accounts": covered, "notes": notes}


def group_removed(app: App, who: Principal, name: str) -> Object:
    """Forget a group; answers what it was. Raises `NotFound` and `Forbidden`."""
    who.require_everywhere(Permission.LIMITS)
    bare, known = name.removeprefix(GROUP), app.terms().groups
    if bare not in known:
        raise _unknown(bare, known)
    with app.access.noting(who, "account_group.remove", bare) as connection:
        remove_group(connection, bare)
    return {"name": bare, "members": list(known[bare])}


def _viewer(who: Principal) -> Viewer:
    """Whoever may do anything in an account knows that it is there."""
    return Viewer.of(who.name, (role.grant for role in who.roles if role.permissions))


def _groups(
    app: App, store: Store, viewer: Viewer, groups: Mapping[str, Sequence[str]]
) -> list[Object]:
    """The groups, without members and accounts that may not be seen."""
    told = []
    for name, members in groups.items():
        matched = {member: _names(app, store, viewer, member) for member in members}
        seen = [member for member in members if viewer.grants is None or matched[member]]
        if seen or viewer.grants is None:
            covered = sorted({account for found in matched.values() for account in found})
            told.append({"name": name, "members": seen, "accounts": covered})
    return told


def _names(app: App, store: Store, viewer: Viewer, *members: str) -> list[str]:
    """The accounts that members of a group cover; all without members."""
    words = [pattern for member in members for pattern in covering(member)]
    now = app.clock()
    period = Period(now, now, zone_named("UTC"))
    return account_names(store, Ask(viewer, period, Filters.of({"account": words})))


def _group_name(name: str) -> str:
    """The name of a group without its mark; raises `Invalid` for one that cannot be typed."""
    bare = name.removeprefix(GROUP)
    if not _NAME.fullmatch(bare) or len(bare) > _LONGEST:
        raise Invalid(
            f"A group cannot be called {name[:_LONGEST]!r}.",
            "Use letters, digits, points, - and _.",
        )
    return bare


def _members(members: Sequence[str]) -> list[str]:
    for account in members:
        is_text = account.isprintable() and len(account) <= _LONGEST
        if not account.strip("/") or account.startswith(GROUP) or not is_text:
            raise Invalid(
                f"A group holds accounts, and {account[:_LONGEST]!r} is none.", "Name an account."
            )
    if not 0 < len(members) <= _MOST_MEMBERS:
        raise Invalid(f"A group holds 1 to {_MOST_MEMBERS} accounts.", "Name its accounts.")
    return sorted({account.strip("/") for account in members})


def _unknown(name: str, known: Sequence[str] | Mapping[str, object]) -> NotFound:
    return NotFound(f"There is no group {name!r}.", did_you_mean(name, known))
