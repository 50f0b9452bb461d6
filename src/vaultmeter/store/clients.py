"""The logical tables of clients: who is one in which month, and whose limit that is beyond.

An account counts with the accounts below it, and `*` is the whole organisation. Who came first
is a fact of a whole month: filters choose which clients are shown, and move none of them. The
filter on accounts names the accounts that are shown, each still with all that is below it.
"""

from vaultmeter.model.kinds import IdentityKind, words_in_sql
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.store.calendar import months
from vaultmeter.store.counted import Columns, Stretch, measuring, rows
from vaultmeter.store.measures import MEASURES
from vaultmeter.store.rollup import USAGE_DAILY, USAGE_MONTHLY, Rollup, sum_in
from vaultmeter.store.scope import EVERY_FILTER, Scope
from vaultmeter.store.zones import local_time, offset_changes

_KINDS = (IdentityKind.PERSON, IdentityKind.MACHINE, IdentityKind.AGENT)
_WHOLE = frozenset({"account", "product"})
"""The filters that leave the clients of an account whole."""
_PLACE = """
    row_number() over (
        partition by came.month, came.product, came.shown
        order by came.first_used, named.turn
    ) as place
"""
_MANY = 60
"""So many months of a zone are better counted from the events than month by month."""


def clients(scope: Scope) -> str:
    """Every client once a month, product and account, with its place in the order of coming."""
    local, values = local_time("first_used", scope.question.period)
    scope.values |= values
    of_account = f"shown.name = held.account{_of_product(scope, 'held')}"
    return f"""
        with shown as ({_shown(scope)}),
        named as (
            select
                identity.id as identity,
                identity.name as user,
                identity.kind,
                identity.auth_method,
                row_number() over (order by identity.name, account.name, identity.id) as turn
            from identity
            join account on account.id = identity.account
            where identity.kind in ({words_in_sql(_KINDS)})
        ),
        done as not materialized ({_done(scope)}),
        own as materialized (
            select
                month,
                product,
                identity,
                min(account) as account,
                max(account) as other_account,
                min(first_used) as first_used,
                bool_or(is_asked) as is_asked
            from done
            group by month, product, identity
        ),
        came as materialized (
            -- Nearly everybody acts in one account, and needs no adding up.
            select
                own.month,
                own.product,
                shown.place as shown,
                own.identity,
                own.first_used,
                own.is_asked
            from own
            join shown on {_in_shown(scope, "own")}
            where own.account = own.other_account
                and own.first_used is not null
            union all
            select
                several.month,
                several.product,
                shown.place as shown,
                several.identity,
                min(several.first_used) as first_used,
                bool_or(several.is_asked) as is_asked
            from (
                select
                    done.month,
                    done.product,
                    done.account,
                    done.identity,
                    min(done.first_used) as first_used,
                    bool_or(done.is_asked) as is_asked
                from done
                semi join (
                    select month, product, identity
                    from own
                    where account <> other_account
                ) as several on several.month = done.month
                    and several.product = done.product
                    and several.identity = done.identity
                group by all
            ) as several
            join shown on {_in_shown(scope, "several")}
            group by all
            having min(several.first_used) is not null
        ),
        held as materialized (
            select
                held.month,
                held.product,
                held.clients,
                shown.place as shown
            from ({limits(scope)}) as held
            join (select distinct {_named(scope)} from shown) as shown on {of_account}
        ),
        placed as (
            select
                ordered.*,
                place > client_limit as is_exceeded,
                place = client_limit as reaches_limit
            from (
                select
                    came.*,
                    named.* exclude (identity),
                    held.clients as client_limit,
                    {_PLACE}
                from came
                join named on named.identity = came.identity
                join held on held.month = came.month
                    and held.product = came.product
                    and held.shown = came.shown
            ) as ordered
            union all
            select
                came.*,
                named.* exclude (identity),
                null as client_limit,
                {_PLACE},
                false as is_exceeded,
                false as reaches_limit
            from came
            join named on named.identity = came.identity
            where (came.month, came.product, came.shown) not in (
                select (held.month, held.product, held.shown)
                from held
            )
        ),
        names as (
            select distinct
                place,
                name,
                is_widest
            from shown
        )
        select
            placed.month,
            placed.product,
            names.name as account,
            names.is_widest,
            placed.identity,
            placed.user,
            placed.kind,
            placed.auth_method,
            placed.first_used,
            cast({local} as date) as first_day,
            placed.place,
            placed.client_limit,
            placed.reaches_limit,
            placed.is_exceeded
        from placed
        join names on names.place = placed.shown
        where placed.is_asked
    """


def client_accounts(scope: Scope) -> str:
    """In which accounts each client was one: for whoever counts it once in each of them."""
    return f"""
        with shown as ({_shown(scope)})
        select
            acted.month,
            acted.product,
            shown.name as account,
            acted.account as own_account,
            acted.identity
        from (
            select
                month,
                product,
                account,
                identity
            from ({_done(scope)})
            group by all
            having min(first_used) is not null
                and bool_or(is_asked)
        ) as acted
        join shown on {_in_shown(scope, "acted")}
        join identity on identity.id = acted.identity
            and identity.kind in ({words_in_sql(_KINDS)})
    """


def limits(scope: Scope) -> str:
    """The limits of the accounts that are shown, month by month."""
    held = scope.question.terms.limits_in(month.first for month in months(scope.question.period))
    products = scope.question.filters.words("product")
    scope.values |= {
        "limit_months": [limit.month for limit in held],
        "limit_products": [limit.product for limit in held],
        "limit_accounts": [limit.account for limit in held],
        "limit_clients": [limit.clients for limit in held],
        "limited_products": products,
    }
    return f"""
        select
            month,
            cast(product as product) as product,
            account,
            clients
        from (
            select
                unnest(cast($limit_months as date[])) as month,
                unnest(cast($limit_products as varchar[])) as product,
                unnest(cast($limit_accounts as varchar[])) as account,
                unnest(cast($limit_clients as integer[])) as clients
        ) as held
        where {_is_shown(scope, "held.account", "held.product")}
            and ($limited_products is null or list_contains($limited_products, product))
    """


def _shown(scope: Scope) -> str:
    """The select of the accounts to show, each with the ids of all accounts that it counts.

    For a viewer of some products each is shown for those of which it sees all that is below.
    """
    scope.values["named_accounts"] = [
        *{limit.account: None for limit in scope.question.terms.limits},
        ORGANISATION,
    ]
    known = f"""(
                select name from account where name <> '{ORGANISATION}'
                union
                select unnest(cast($named_accounts as varchar[]))
            ) as known"""
    if _by_product(scope):
        known += ", (select unnest(enum_range(null::product)) as product) as one"
    return f"""
        with one as (
            select
                {_named(scope, place=False)},
                row_number() over (order by {_named(scope, place=False)}) as place
            from {known}
            where {_is_shown(scope, "known.name", "one.product")}
        )
        select
            one.place,
            one.name,{" one.product," if _by_product(scope) else ""}
            not exists (
                select 1
                from one as wider
                where wider.name <> one.name{_of_product(scope, "wider", "one")}
                    and (
                        wider.name = '{ORGANISATION}'
                        or starts_with(one.name, wider.name || '/')
                    )
            ) as is_widest,
            account.id as account
        from one
        join account on one.name = '{ORGANISATION}'
            or account.name = one.name
            or starts_with(account.name, one.name || '/')
    """


def _by_product(scope: Scope) -> bool:
    """Whether a viewer may see some products of an account, and not others."""
    return scope.question.viewer.is_limited


def _named(scope: Scope, *, place: bool = True) -> str:
    """The columns that name what is shown."""
    names = ["place", "name"] if place else ["name"]
    return ", ".join([*names, "product"] if _by_product(scope) else names)


def _in_shown(scope: Scope, acted: str) -> str:
    """The condition that something was done in an account that is shown."""
    return f"shown.account = {acted}.account{_of_product(scope, acted)}"


def _of_product(scope: Scope, one: str, other: str = "shown") -> str:
    return f" and {other}.product = {one}.product" if _by_product(scope) else ""


def _is_shown(scope: Scope, name: str, product: str) -> str:
    """The condition that the viewer may see an account of that name, and a filter names it."""
    conditions = ["true"]
    if scope.question.viewer.grants is not None:
        of_product = f"and coalesce(seen.product = cast({product} as varchar), true)"
        conditions.append(f"""exists (
            select 1
            from ({scope.held()}) as seen
            where (
                    seen.name is null
                    or {name} <> '{ORGANISATION}'
                    and ({name} = seen.name or starts_with({name}, seen.name || '/'))
                )
                {of_product if _by_product(scope) else ""}
        )""")
    if "account" in scope.patterns:
        conditions.append(scope.like(name, "account"))
    return " and ".join(conditions)


def _done(scope: Scope) -> str:
    """Rows of months, products, accounts and identities: what they did, and what is asked for.

    `first_used` is when a first request succeeded, null for none; `is_asked` whether one did that
    the filters let through. Both are of one row, and of several together.
    """
    narrowed = bool(set(scope.patterns) - _WHOLE)
    acted = f"""
        select month, product, account, identity, first_used, {not narrowed} as is_asked
        from ({_acted(scope)})
        where first_used is not null
    """
    if not narrowed:
        return acted
    return f"""
        {acted}
        union all
        select month, product, account, identity, null as first_used, true as is_asked
        from ({_asked(scope)})
        where succeeded > 0
    """


def _acted(scope: Scope) -> str:
    """Who acted, with the first request that succeeded; of the filters, only products count."""
    first = USAGE_MONTHLY.earliest["first_succeeded"]

    def columns(rollup: Rollup | None) -> str:
        moment = "event.first_succeeded" if rollup else first
        return f"event.product, event.account, event.identity, {moment} as first_used"

    seen = scope.conditions(None, frozenset({"product"}))
    return _by_month(scope, "acted", columns, (USAGE_MONTHLY, USAGE_DAILY), seen)


def _asked(scope: Scope) -> str:
    """Who did what the filters let through, with how many of the requests succeeded."""
    succeeded, every = MEASURES["succeeded"], "kind" in scope.patterns

    def columns(rollup: Rollup | None) -> str:
        counted = sum_in(succeeded, rollup, every_intent=every)
        return f"event.product, event.account, event.identity, {counted} as succeeded"

    conditions = scope.conditions(None, EVERY_FILTER - {"account"})
    return _by_month(scope, "matched", columns, measuring(scope), conditions)


def _by_month(
    scope: Scope,
    name: str,
    columns: Columns,
    rollups: tuple[Rollup, ...],
    conditions: list[str],
) -> str:
    """Rows of the period with the calendar month (of the zone) of each."""
    period = scope.question.period
    in_utc = offset_changes(period.zone, period.start, period.end) == [(None, 0)]
    found = months(period)
    if in_utc or len(found) > _MANY:
        whole = Stretch(name, scope.start, scope.end)
        usable = rollups if in_utc else ()

        def dated(rollup: Rollup | None) -> str:
            time = "event.start" if rollup else scope.local_time()
            return f"cast(date_trunc('month', {time}) as date) as month, {columns(rollup)}"

        return rows(scope, whole, dated, usable, conditions)
    parts = []
    for number, month in enumerate(found):
        value = f"{name}_month_{number}"
        scope.values[value] = month.first
        stretch = Stretch(f"{name}_{number}", month.start, month.end)
        inner = rows(scope, stretch, columns, rollups, conditions)
        parts.append(f"select cast(${value} as date) as month, * from ({inner})")
    return "\nunion all\n".join(parts) or f"select null as month, * from ({_none(columns)})"


def _none(columns: Columns) -> str:
    return f"select {columns(None)} from event where false"
