"""Rules as somebody may see, make and change them, and what one would raise now.

A rule is about an account with those below it, or the whole organisation, and a product, or all.
It is seen and changed by who has the permission for all of that. It is evaluated with the rights
that its owner has then: whoever made it, or changed what it looks for.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vaultmeter.access.names import name_checked
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Exists, Invalid, NotFound, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.model.kinds import Product
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices.evaluating import found_by, new_findings, settings_of, type_of
from vaultmeter.notices.finding import Finding
from vaultmeter.notices.settings import checked, filled
from vaultmeter.notices.types import TYPES
from vaultmeter.state import notice_rules as state
from vaultmeter.state.notice_rules import Rule, Standing

_NEW = 0
"""The number of a rule that is not kept."""


def listed(app: App, who: Principal) -> Object:
    """The rules that somebody may see, in the order they were made."""
    return {"rows": [plain(rule) for rule in _seen(app, who)], "next": None}


def show(app: App, who: Principal, id_: int) -> Object:
    """A rule; raises `NotFound`, also for one of others."""
    return plain(_rule(app, who, id_))


def types(_: App, who: Principal) -> Object:
    """The types of rules, and what each can be told."""
    who.require(Permission.NOTICES)
    rows = [
        {
            "name": type_.name,
            "title": type_.title,
            "settings": [setting.plain() for setting in type_.settings],
        }
        for type_ in TYPES.values()
    ]
    return {"rows": rows, "next": None}


def add(  # noqa: PLR0913  one for each field of a rule
    app: App,
    who: Principal,
    *,
    name: str,
    type: str,  # noqa: A002  the word that users know
    settings: Mapping[str, Any] | None = None,
    account: str | None = None,
    product: str | None = None,
    enabled: bool = True,
) -> Object:
    """Make a rule, whose owner is who makes it; raises `Invalid`, `Exists` and `Forbidden`."""
    rule = _wanted(who, name, type, settings or {}, account, product)
    _check_works(app, who, rule)
    told = _told(rule) | {"enabled": enabled}
    with app.access.noting(who, "rule.add", rule.name, **told) as connection:
        _check_name(state.rules(connection), rule)
        id_ = state.add_rule(
            connection,
            name=rule.name,
            type=rule.type,
            settings=rule.settings,
            account=rule.account,
            product=rule.product,
            is_enabled=enabled,
            **_owned(who),
            changed=app.clock(),
        )
        made = state.rule_of(connection, id_)
    return plain(made or rule)


def change(app: App, who: Principal, id_: int, **given: Any) -> Object:  # noqa: ANN401  JSON
    """Change a rule: `name`, `settings` (those that are given), `account`, `product`, `enabled`.

    What is `None` stays; a setting of `None` gets its default again, and `*` is every account or
    product.
    Whoever changes more than its name, and whether it is enabled, is its owner from then on; the
    rules that are there from the start stay everybody's. It begins anew: what is beyond a threshold
    is told again. Raises `Invalid`, `NotFound`, `Exists` and `Forbidden`.
    """
    held = _rule(app, who, id_)
    known = {"name", "settings", "account", "product", "enabled"}
    fields = {name: given[name] for name in known if given.get(name) is not None}
    settings = dict(held.settings) | dict(fields.get("settings") or {})
    wanted = _wanted(
        who,
        fields.get("name", held.name),
        held.type,
        settings,
        fields.get("account", held.account),
        fields.get("product", held.product),
    )
    is_enabled = bool(fields.get("enabled", held.is_enabled))
    values: dict[str, Any] = {"name": wanted.name, "is_enabled": is_enabled}
    if _told(wanted) != _told(held):
        _check_works(app, who, wanted)
        values |= {"settings": wanted.settings} | _scope(wanted)
        values |= {} if held.is_built_in else _owned(who)
    told = _told(wanted) | {"enabled": is_enabled}
    with app.access.noting(who, "rule.change", wanted.name, **told) as connection:
        _check_name(state.rules(connection), replace(wanted, id=held.id))
        state.change_rule(connection, held, **values, changed=app.clock())
    return show(app, who, id_)


def remove(app: App, who: Principal, id_: int) -> Object:
    """Forget a rule, and answer what it was; its notices stay. Raises `Invalid`, `NotFound`."""
    held = _rule(app, who, id_)
    if held.is_built_in:
        raise Invalid(f"The rule {held.name!r} is built in and stays.", "Switch it off.")
    with app.access.noting(who, "rule.remove", held.name, rule=held.id) as connection:
        state.remove_rule(connection, held.id)
    return plain(held)


def preview(
    app: App,
    who: Principal,
    *,
    id_: int | None = None,
    type: str | None = None,  # noqa: A002  as above
    settings: Mapping[str, Any] | None = None,
    account: str | None = None,
    product: str | None = None,
) -> Object:
    """What a rule finds now, with the rights of who asks: each with whether it would be raised.

    The rule is one that there is, by its number, or one that could be made. Nothing is raised or
    kept. Raises what making the rule raises.
    """
    if type is not None:
        _check_type(type)
    if id_ is not None:
        rule = _rule(app, who, id_)
    elif type is not None:
        rule = _wanted(who, "preview", type, settings or {}, account, product)
    else:
        raise Invalid("There is no rule to look with.", "Give the number of one, or a type.")
    found = found_by(app, who, rule)
    with app.state.reading() as connection:
        new, _ = new_findings(connection, rule, found, app.clock())
    texts = {(each.text, each.account, each.product) for each in new}
    every = (*found.once, *found.beyond)
    rows = [
        _found(each) | {"is_new": (each.text, each.account, each.product) in texts}
        for each in every
    ]
    return {"rows": rows, "next": None}


def plain(rule: Rule) -> Object:
    """A rule as JSON has it."""
    return {
        "id": rule.id,
        "name": rule.name,
        "type": rule.type,
        "settings": settings_of(rule),
        "account": rule.account,
        "product": rule.product,
        "enabled": rule.is_enabled,
        "is_built_in": rule.is_built_in,
        "owner": rule.owner_name,
        "owner_kind": rule.owner_kind,
        "changed": text_of(rule.changed),
        "evaluated": text_of(rule.evaluated),
        "error": rule.error,
        "is_beyond": bool(rule.standing.over),
    }


def _found(finding: Finding) -> Object:
    return {
        "product": finding.product,
        "account": finding.account,
        "text": finding.text,
        "payload": dict(finding.payload),
    }


def _seen(app: App, who: Principal) -> list[Rule]:
    """The rules of accounts and products that somebody has the permission for as a whole."""
    viewer = who.viewer(Permission.NOTICES)
    with app.state.reading() as connection:
        held = state.rules(connection)
    return [rule for rule in held if viewer.sees(rule.account or ORGANISATION, rule.product)]


def _rule(app: App, who: Principal, id_: int) -> Rule:
    for rule in _seen(app, who):
        if rule.id == id_:
            return rule
    raise NotFound(f"There is no rule {id_}.", "vaultmeter rules list shows all.")


def _check_type(name: str) -> None:
    if name not in TYPES:
        shown = name[:100]
        raise Invalid(f"There is no type of rules {shown!r}.", did_you_mean(shown, TYPES))


def _wanted(
    who: Principal,
    name: str,
    type_: str,
    settings: Mapping[str, Any],
    account: str | None,
    product: str | None,
) -> Rule:
    """A rule as it is to be, not kept yet; raises `Invalid` and `Forbidden`."""
    _check_type(type_)
    of = "" if product in {None, ORGANISATION} else str(product)
    if of and of not in tuple(Product):
        raise Invalid(f"Unknown product {of[:100]!r}.", did_you_mean(of[:100], Product))
    kept = checked(type_, TYPES[type_].settings, settings)
    TYPES[type_].check(filled(TYPES[type_].settings, kept))
    where = _account(account)
    _require(who, where, of)
    return Rule(
        id=_NEW,
        name=name_checked(name, "rule"),
        type=type_,
        settings=kept,
        account=where,
        product=of,
        is_enabled=True,
        is_built_in=False,
        **_owned(who),
        version=1,
        changed=None,
        evaluated=None,
        error="",
        standing=Standing(),
    )


def _require(who: Principal, account: str, product: str) -> None:
    """Raise `Forbidden` for a rule about more than somebody has the permission for."""
    if who.viewer(Permission.NOTICES).sees(account or ORGANISATION, product):
        return
    if account:
        who.require_for(Permission.NOTICES, account)
    who.require_everywhere(Permission.NOTICES)


def _account(name: str | None) -> str:
    bare = (name or "").strip("/")
    if bare == ORGANISATION or not bare:
        return ""
    if ORGANISATION in bare or len(bare) > 1000:  # noqa: PLR2004  as other names of accounts
        raise Invalid(
            f"{bare[:100]!r} is not one account.", "A rule covers the accounts below its own."
        )
    return bare


def _check_works(app: App, who: Principal, rule: Rule) -> None:
    """Look once, so that a rule which cannot is refused; raises what reports raise."""
    if type_of(rule).find is None:
        raise Invalid(
            f"Notices of type {rule.type} are raised by themselves.",
            "One rule of the type is there: switch it on or off.",
        )
    found_by(app, who, rule)


def _check_name(held: list[Rule], rule: Rule) -> None:
    if any(each.name == rule.name and each.id != rule.id for each in held):
        raise Exists(f"There is a rule {rule.name!r} already.", "Choose another name.")


def _told(rule: Rule) -> Object:
    """What a rule looks for, as the trail has it."""
    return {"type": rule.type, "settings": dict(rule.settings), **_scope(rule)}


def _scope(rule: Rule) -> dict[str, str]:
    return {"account": rule.account, "product": rule.product}


def _owned(who: Principal) -> dict[str, Any]:
    return {"owner_kind": who.kind, "owner": who.id, "owner_name": who.name}
