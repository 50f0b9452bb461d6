"""Client limits: listed, set and forgotten by whoever may, within their accounts."""

from datetime import date
from typing import Any

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid, NotFound, Unavailable, did_you_mean
from vaultmeter.model.kinds import Product
from vaultmeter.model.terms import ALWAYS, ORGANISATION, Limit
from vaultmeter.state import limits as state

MOST = (1 << 31) - 1
"""The highest limit."""


def listed(app: App, who: Principal) -> Object:
    """The limits of the accounts that somebody has to do with, in order, as JSON has them."""
    viewer = who.viewer(Permission.LIMITS)
    with app.state.reading() as connection:
        held = state.limits(connection)
    return {"rows": [plain(each) for each in held if viewer.covers(each.account)], "next": None}


def set_limit(
    app: App,
    who: Principal,
    product: str,
    clients: int | None,
    account: str | None = None,
    from_: str | None = None,
) -> Object:
    """Set a limit, in place of the one of the same product, account and first month.

    `clients` of `None` ends an earlier limit; `from_` is a month such as `2026-11`. Answers the
    limit, with `notes` for people. Raises `Invalid` and `Forbidden`.
    """
    limit = Limit(_product(product), _account(account), _month(from_), _clients(clients))
    if limit.clients is None and limit.month == ALWAYS:
        raise Invalid(
            "A limit that never held needs no end.",
            "Give --from, or take it away: vaultmeter limits remove.",
        )
    _require(who, limit.account)
    told = plain(limit)
    with app.access.noting(who, "limit.set", limit.account, **told) as connection:
        state.set_limit(connection, limit)
    return told | {"notes": _remarks(app, limit.account)}


def remove_limit(
    app: App, who: Principal, product: str, account: str | None = None, from_: str | None = None
) -> Object:
    """Forget the limits of a product and account, or the one from a month; answers how many.

    Raises `Invalid`, `NotFound` and `Forbidden`.
    """
    word, name = _product(product), _account(account)
    month = None if from_ is None else _month(from_)
    _require(who, name)
    told: dict[str, Any] = {"product": word, "account": name, "from": from_}
    with app.access.noting(who, "limit.remove", name, **told) as connection:
        removed = state.remove_limit(connection, word, name, month)
        if not removed:
            since = "" if from_ is None else f" from {from_} on"
            raise NotFound(
                f"{word} has no limit for {in_words(name)}{since}.",
                "vaultmeter limits list shows all.",
            )
    return told | {"removed": removed}


def plain(limit: Limit) -> Object:
    """A limit as JSON has it."""
    return {
        "product": limit.product,
        "account": limit.account,
        "from": None if limit.month == ALWAYS else f"{limit.month:%Y-%m}",
        "clients": limit.clients,
    }


def in_words(account: str) -> str:
    """Whom a limit is for."""
    return "the whole organisation" if account == ORGANISATION else account


def _require(who: Principal, account: str) -> None:
    if account == ORGANISATION:
        who.require_everywhere(Permission.LIMITS)
    else:
        who.require_for(Permission.LIMITS, account)


def _product(word: str) -> str:
    if word not in tuple(Product):
        raise Invalid(f"Unknown product {word!r}.", did_you_mean(word, Product))
    return word


def _clients(count: int | None) -> int | None:
    if count is not None and not 0 <= count <= MOST:
        raise Invalid(f"'{count}' is no number of clients.", "Write 500, or none for any number.")
    return count


def _account(name: str | None) -> str:
    if name is None:
        return ORGANISATION
    bare = name.strip("/")
    if not bare or ORGANISATION in bare:
        raise Invalid(
            f"{name!r} is not one account.",
            "A limit covers the accounts below its own; leave --account out for all.",
        )
    return bare


def _month(text: str | None) -> date:
    if text is None:
        return ALWAYS
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    if first is None or len(text) != len("2026-11"):
        raise Invalid(f"--from {text!r} is no month.", "Write 2026-11.")
    return first


def _remarks(app: App, account: str) -> list[str]:
    """What to tell when no event was in an account or below it so far: it may be mistyped."""
    if account == ORGANISATION:
        return []
    try:
        with app.store.reader() as store:
            names = [str(name) for (name,) in store.query("select name from account")]
    except Unavailable:
        # The limit holds, whether or not the store can be asked at the moment.
        return []
    if any(name == account or name.startswith(f"{account}/") for name in names):
        return []
    return [f"There is no account {account!r} so far. {did_you_mean(account, names)}".strip()]
