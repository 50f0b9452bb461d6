"""The logical table of what is known of each item's use and changes.

Who may see what narrows it, and nothing else narrows what it rests on: an item is used or not,
whatever one asks about. Filters on who, what and how keep the items with an event that they let
through up to the end.
"""

from dataclasses import replace
from datetime import datetime

from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import Intent, Kind, words_in_sql
from vaultmeter.model.status import StatusDefinition
from vaultmeter.store.counted import Columns, Stretch, rows
from vaultmeter.store.covered import covered
from vaultmeter.store.named import items
from vaultmeter.store.rollup import BEGINNING, ITEMS_MONTHLY, Rollup
from vaultmeter.store.scope import Scope

_BY_EVENT = frozenset({"user", "kind", "outcome", "source", "auth_method"})
"""The filters that the table of items does not answer."""
_CHANGES = (Kind.ITEM_ADDED, Kind.ITEM_UPDATED, Kind.ROTATION)
_USED = f"outcome = 'ok' and intent = '{Intent.USE}'"
_CHANGED = f"""
    outcome = 'ok' and intent <> '{Intent.HEARTBEAT}' and (
        kind in ({words_in_sql(_CHANGES)})
        or (kind = '{Kind.SYSTEM}' and detail in ({words_in_sql(_CHANGES)}))
    )
"""
_LATEST = datetime(2100, 1, 1)  # noqa: DTZ001  instants are naive in the store
"""Where the future ends (UTC, naive)."""
_IN_USE = StatusDefinition(preset="custom", intents=(Intent.USE,))
"""What a source must have shown before an item in it is called unused: any use in the range."""
_WHICH = frozenset({"account", "item", "item_type"})
"""The filters that name items: all events of an item are in its account, and let through alike."""


def item_standings(scope: Scope) -> str:
    """By item: its last use up to the end, its last change, by whom, and if use would show."""
    conditions = ["event.item is not null", *scope.conditions(None, _WHICH)]
    past = Stretch("item_past", BEGINNING, scope.end)
    later = Stretch("item_later", scope.end, max(_LATEST, scope.end))
    usable = (ITEMS_MONTHLY,)
    return f"""
        with covered as materialized ({_covered(scope)}),
        sign as (
            select
                item,
                identity,
                max(used) as used,
                max(changed) as changed,
                bool_and(is_covered) as is_covered
            from (
                {rows(scope, past, _columns(later=False), usable, conditions)}
                union all
                {rows(scope, later, _columns(later=True), usable, [*conditions, _CHANGED])}
            )
            group by item, identity
        ),
        known as (
            select
                sign.item,
                max(sign.used) as last_used,
                arg_max(identity.name, (sign.used, identity.name)) filter (
                    where sign.used is not null
                ) as last_used_by,
                max(sign.changed) as last_changed,
                arg_max(identity.name, (sign.changed, identity.name)) filter (
                    where sign.changed is not null
                ) as last_changed_by,
                bool_and(sign.is_covered) as is_covered
            from sign
            join identity on identity.id = sign.identity
            group by sign.item
        )
        select
            item.id as item,
            known.last_used,
            known.last_used_by,
            greatest(known.last_changed, item.written) as last_changed,
            if(
                known.last_changed >= coalesce(item.written, known.last_changed),
                known.last_changed_by,
                null
            ) as last_changed_by,
            coalesce(
                known.is_covered, item.source in (select source from covered), false
            ) as is_covered
        from item
        left join known on known.item = item.id
        where {_kept(scope)}
    """


def _columns(*, later: bool) -> Columns:
    """When an item was used and changed, by whom; of what is later than the end changes alone."""

    def columns(rollup: Rollup | None) -> str:
        time = "event.last_time" if rollup else "event.time"
        used = "null" if later else f"if({_USED}, {time}, null)"
        source = "null" if later else "event.source in (select source from covered)"
        return f"""
            event.item, event.identity, {used} as used,
            if({_CHANGED}, {time}, null) as changed, {source} as is_covered
        """

    return columns


def _covered(scope: Scope) -> str:
    """The ids of the sources that would have shown use in the period; none where nobody asks."""
    if "is_covered" not in scope.columns:
        return "select null as source where false"
    if scope.values.get("window_start", scope.start) != scope.start:
        raise Invalid("A report may not read 'standings' and what is covered of items at once.")
    terms = replace(scope.question.terms, status=_IN_USE)
    return covered(Scope(replace(scope.question, terms=terms), scope.values, scope.columns))


def _kept(scope: Scope) -> str:
    """The items that the table of items has, and of these those that the other filters keep."""
    listed = f"item.id in (select item from ({items(scope)}))"
    if not _BY_EVENT & set(scope.patterns):
        return listed
    acting = Stretch("item_acting", BEGINNING, scope.end)
    conditions = ["event.item is not null", *scope.conditions(None)]
    acted = rows(scope, acting, lambda _: "event.item", (ITEMS_MONTHLY,), conditions)
    return f"{listed} and item.id in ({acted})"
