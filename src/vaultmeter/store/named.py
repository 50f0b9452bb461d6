"""The logical tables of who and what there is: identities, items, accounts and sources."""

from functools import partial

from vaultmeter.store.counted import Stretch, is_by_item, rows
from vaultmeter.store.rollup import (
    BEGINNING,
    DAILY,
    ITEM_USAGE_DAILY,
    ITEM_USAGE_MONTHLY,
    ITEMS_DAILY,
    ITEMS_MONTHLY,
    MONTHLY,
    NO_SIGN_DAILY,
    NO_SIGN_MONTHLY,
    USAGE_DAILY,
    USAGE_MONTHLY,
    Rollup,
)
from vaultmeter.store.scope import WHERE, Scope

_ACTS = frozenset({"item", "item_type", "kind", "outcome"})
"""The filters on what was done: the rollups of use do not answer them."""
_BY_EVENT = frozenset({"user", "auth_method", "kind", "outcome"})
"""The filters that the rollups of the use of items do not answer."""


def identities(scope: Scope) -> str:
    """Who could match, also if they did nothing; nobody who was first seen after the period."""
    conditions, filters = [IS_THERE], scope.patterns
    acting = partial(_acting_identities, scope)
    if "account" in filters:
        home = f"account.id in ({scope.matching('account', 'account')})"
        conditions.append(f"({home} or identity.id in ({acting()}))")
    if "user" in filters:
        conditions.append(scope.like("identity.name", "user"))
    if "auth_method" in filters:
        # Also those who signed in that way then, and now sign in another way.
        learnt = scope.like("identity.auth_method", "auth_method")
        conditions.append(f"({learnt} or identity.id in ({acting()}))")
    if _ACTS & set(filters):
        conditions.append(f"identity.id in ({acting()})")
    elif {"source", "product"} & set(filters):
        # Whoever ever was there, so that those who stopped are seen, too.
        conditions.append(
            f"(identity.id in ({_known(scope)}) or identity.id in ({_acting_unseen(scope)}))"
        )
    return f"""
        select
            identity.id as identity,
            identity.name as user,
            account.name as account,
            identity.kind,
            identity.auth_method
        from identity
        join account on account.id = identity.account
        where {" and ".join(conditions)}
    """


IS_THERE = "coalesce(least(identity.created, identity.seen) < $period_end, true)"
"""The condition that an identity is known by the end."""


def _known(scope: Scope) -> str:
    """The select of the identities with any sign up to the end where the filters look."""
    past = Stretch("known", BEGINNING, scope.end)
    rollups, conditions = (USAGE_MONTHLY, USAGE_DAILY), scope.conditions(None, WHERE)
    return rows(scope, past, lambda _: "event.identity", rollups, conditions)


def _acting_identities(scope: Scope) -> str:
    """The select of the identities of the events that match in the period."""
    if _ACTS & set(scope.patterns):
        return _acting(scope, "identity", (MONTHLY, DAILY))
    stretch, conditions = Stretch("showing", scope.start, scope.end), scope.conditions(None)
    rollups = (USAGE_MONTHLY, USAGE_DAILY)
    signs = rows(scope, stretch, lambda _: "event.identity", rollups, conditions)
    return f"{signs}\nunion all\n{_acting_unseen(scope)}"


def _acting_unseen(scope: Scope) -> str:
    """The same of the events alone that are no sign of anybody: the rollups of use lack them."""
    return _acting(scope, "identity", (NO_SIGN_MONTHLY, NO_SIGN_DAILY), name="unseen")


def _acting(
    scope: Scope,
    column: str,
    rollups: tuple[Rollup, ...],
    where: str = "true",
    name: str = "acting",
) -> str:
    """The select of the identities, or items, of the events that match in the period."""
    if is_by_item(scope) and "item" not in rollups[0].dimensions:
        rollups = (ITEMS_MONTHLY, ITEMS_DAILY)
    stretch = Stretch(f"{name}_{column}", scope.start, scope.end)
    conditions = [where, *scope.conditions(None)]
    return rows(scope, stretch, lambda _: f"event.{column}", rollups, conditions)


def items(scope: Scope) -> str:
    """What could match, also if nobody used it."""
    conditions = ["true"]
    for name, column in (("item", "item.name"), ("item_type", "item.type")):
        if name in scope.patterns:
            conditions.append(scope.like(column, name))
    if "account" in scope.patterns:
        conditions.append(f"item.account in ({scope.matching('account', 'account')})")
    if (products := scope.words("product")) is not None:
        # An item whose records do not agree belongs to the products it was used in.
        is_own = f"list_contains(cast({products} as product[]), item.product)"
        others = f"event.item in (select id from item where not {is_own})"
        conditions.append(f"({is_own} or item.id in ({_acted_on(scope, others)}))")
    return f"""
        select
            item.id as item,
            item.name,
            account.name as account,
            item.type,
            item.product,
            item.seen,
            item.added as created,
            item.written as changed,
            case
                when item.deleted > coalesce(item.written, timestamp '1970-01-01')
                    then item.deleted
            end as deleted
        from item
        join account on account.id = item.account
        where {" and ".join(conditions)}
    """


def _acted_on(scope: Scope, where: str) -> str:
    """The select of the items of the events that match in the period and meet a condition."""
    if _BY_EVENT & set(scope.patterns):
        return _acting(scope, "item", (ITEMS_MONTHLY, ITEMS_DAILY), where)
    # No event is left out: signs are in the rollups of use, all others in their own.
    signs = _acting(scope, "item", (ITEM_USAGE_MONTHLY, ITEM_USAGE_DAILY), where)
    rest = _acting(scope, "item", (NO_SIGN_MONTHLY, NO_SIGN_DAILY), where, name="unseen")
    return f"{signs}\nunion all\n{rest}"


def accounts(scope: Scope) -> str:
    """The accounts that match."""
    conditions = ["true"]
    if "account" in scope.patterns:
        conditions.append(scope.like("name", "account"))
    return f"select id as account, name from account where {' and '.join(conditions)}"


def sources(_: Scope) -> str:
    """The sources."""
    return "select id as source, name, first_time, last_time from source where true"
