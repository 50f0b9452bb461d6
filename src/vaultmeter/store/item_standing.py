"""The logical table of what is known of each item's use and changes.

Nothing narrows what it rests on: an item is used or not, whatever one asks about. Filters on who,
what and how keep the items with an event that they let through up to the end.
"""

from dataclasses import replace
from datetime import datetime

from vaultmeter.model.errors import Invalid
from vaultmeter.model.inventory import INVENTORY
from vaultmeter.model.kinds import Intent, Kind, words_in_sql
from vaultmeter.model.status import StatusDefinition
from vaultmeter.store.counted import Stretch, rows
from vaultmeter.store.covered import covered
from vaultmeter.store.measures import MOMENTS
from vaultmeter.store.named import items
from vaultmeter.store.rollup import (
    BEGINNING,
    ITEM_USAGE_DAILY,
    ITEM_USAGE_MONTHLY,
    ITEMS_DAILY,
    ITEMS_MONTHLY,
    NO_SIGN_DAILY,
    NO_SIGN_MONTHLY,
    Rollup,
    latest_in,
)
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
    return f"""
        with covered as materialized ({_covered(scope)}),
        used as materialized ({_used(scope)}),
        change as materialized ({_changes(scope)}),
        changed as materialized (
            select item, max(time) as time
            from change
            group by item
        ),
        used_by as ({_by("used", f"({_uses(scope)}) as act")}),
        changed_by as ({_by("changed", "change as act")})
        select
            item.id as item,
            used.time as last_used,
            used_by.name as last_used_by,
            greatest(changed.time, item.written) as last_changed,
            if(
                changed.time >= coalesce(item.written, changed.time),
                changed_by.name,
                null
            ) as last_changed_by,
            coalesce(
                used.is_covered, item.source in ({_telling()}), false
            ) as is_covered
        from item
        left join used on used.item = item.id
        left join used_by on used_by.item = item.id
        left join changed on changed.item = item.id
        left join changed_by on changed_by.item = item.id
        where {_kept(scope)}
    """


def item_users(scope: Scope) -> str:
    """By item: how many used it in the period; filters on who, what and how do not narrow it."""
    stretch = Stretch("item_users", scope.start, scope.end)
    conditions = [*_which(scope), _USED]
    acts = rows(scope, stretch, _acts, (ITEMS_MONTHLY, ITEMS_DAILY), conditions)
    return f"""
        select
            item,
            count(distinct identity) as users
        from ({acts})
        group by item
    """


def _used(scope: Scope) -> str:
    """By item: its last use, and whether all sources that tell of it would have shown use."""
    if not {"last_used", "last_used_by", "is_covered"} & scope.columns:
        return "select null as item, null as time, null as is_covered where false"
    past = Stretch("item_used", BEGINNING, scope.end)
    usage = rows(scope, past, _last_use, (ITEM_USAGE_MONTHLY, ITEM_USAGE_DAILY), _which(scope))
    if "is_covered" in scope.columns:
        # The rollups of use leave out what is no sign of anybody.
        rest = Stretch("item_rest", BEGINNING, scope.end)
        rollups = (NO_SIGN_MONTHLY, NO_SIGN_DAILY)
        usage += f"union all {rows(scope, rest, _no_use, rollups, _which(scope))}"
    return f"""
        select
            item,
            max(used) as time,
            bool_and(source in (select source from covered)) as is_covered
        from ({usage})
        group by item
    """


def _last_use(rollup: Rollup | None) -> str:
    return f"event.item, event.source, {latest_in(MOMENTS['last_use'], rollup)} as used"


def _no_use(_: Rollup | None) -> str:
    return "event.item, event.source, null"


def _uses(scope: Scope) -> str:
    """Every use up to the end, by item and identity, with its time; none where nobody asks."""
    if "last_used_by" not in scope.columns:
        return "select null as item, null as identity, null as time where false"
    past = Stretch("item_uses", BEGINNING, scope.end)
    return rows(scope, past, _acts, (ITEMS_MONTHLY, ITEMS_DAILY), [*_which(scope), _USED])


def _changes(scope: Scope) -> str:
    """Every change, also after the end, by item and identity, with its time."""
    past = Stretch("item_past", BEGINNING, scope.end)
    later = Stretch("item_later", scope.end, max(_LATEST, scope.end))
    conditions = [*_which(scope), _CHANGED]
    return f"""
        {rows(scope, past, _acts, (ITEMS_MONTHLY, ITEMS_DAILY), conditions)}
        union all
        {rows(scope, later, _acts, (ITEMS_MONTHLY, ITEMS_DAILY), conditions)}
    """


def _acts(rollup: Rollup | None) -> str:
    return f"event.item, event.identity, {'event.last_time' if rollup else 'event.time'} as time"


def _which(scope: Scope) -> list[str]:
    return ["event.item is not null", *scope.conditions(None, _WHICH)]


def _by(last: str, acts: str) -> str:
    """By item: the name of who acted at the last time; of several, the last name."""
    return f"""
        select act.item, max(identity.name) as name
        from {acts}
        join {last} as last on last.item = act.item
            and last.time = act.time
        join identity on identity.id = act.identity
        group by act.item
    """


def _covered(scope: Scope) -> str:
    """The ids of the sources that would have shown use in the period; none where nobody asks."""
    if "is_covered" not in scope.columns:
        return "select null as source where false"
    if scope.values.get("window_start", scope.start) != scope.start:
        raise Invalid("A report may not read 'standings' and what is covered of items at once.")
    terms = replace(scope.question.terms, status=_IN_USE)
    return covered(Scope(replace(scope.question, terms=terms), scope.values, scope.columns))


def _telling() -> str:
    """The ids of the covered sources, and of those that bring the inventories of these.

    What was taken stock of in a vault would show in the log of the same vault, were it used.
    """
    return f"""
        select source
        from covered
        union all
        select stock.id
        from source as stock
        join source as own on stock.name = own.name || '/{INVENTORY}'
        where stock.connector = '{INVENTORY}'
            and own.id in (select source from covered)
    """


def _kept(scope: Scope) -> str:
    """The items that the table of items has, and of these those that the other filters keep."""
    listed = f"item.id in (select item from ({items(scope)}))"
    if not _BY_EVENT & set(scope.patterns):
        return listed
    acting = Stretch("item_acting", BEGINNING, scope.end)
    conditions = ["event.item is not null", *scope.conditions(None)]
    acted = rows(scope, acting, lambda _: "event.item", (ITEMS_MONTHLY, ITEMS_DAILY), conditions)
    return f"{listed} and item.id in ({acted})"
