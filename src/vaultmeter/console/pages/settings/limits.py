"""Settings, Client limits: how many clients are paid for, by product, account and month."""

from typing import Any

from vaultmeter import accounts, limits
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.limit_effect import FIELDS, Wanted, months_under
from vaultmeter.console.pages.settings.sections import LIMITS, settings_page
from vaultmeter.console.pages.settings.words import PRODUCT_WORDS, PRODUCTS
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.model.terms import ORGANISATION


def _listed(asking: Asking) -> dict[str, Any]:
    rows = limits.listed(asking.app, asking.who)["rows"]
    return {
        "limits": [
            {**row, "whom": limits.in_words(row["account"]), "is_all": _is_all(row)} for row in rows
        ],
        "product_words": PRODUCT_WORDS,
        "this_month": f"{asking.words.today:%Y-%m}",
    }


def _is_all(row: dict[str, Any]) -> bool:
    return bool(row["account"] == ORGANISATION)


def _fields(asking: Asking) -> dict[str, str]:
    """What is typed: by the address, or by the form that was refused."""
    refused = asking.refused
    if refused is not None and refused.act == "limit":
        return {name: refused.form.get(name, "") for name in FIELDS}
    return {name: asking.view.extra.get(name, "") for name in FIELDS}


def _form(asking: Asking) -> dict[str, Any]:
    rows = accounts.listed(asking.app, asking.who)["rows"]
    return {
        "fields": _fields(asking),
        "products": PRODUCTS,
        "accounts": [row["name"] for row in rows],
    }


def _effect(asking: Asking) -> dict[str, Any]:
    fields = _fields(asking)
    facts: dict[str, Any] = {
        "fields": fields,
        "product_words": PRODUCT_WORDS,
        "months": [],
        "wrong": None,
        "wanted": None,
        "may_see": asking.may(Permission.REPORTS),
        "clients_url": asking.view.at("/clients").url(),
    }
    if not fields["product"]:
        return facts
    try:
        wanted = Wanted.of(fields)
        months = months_under(asking, wanted) if facts["may_see"] else []
    except VaultmeterError as error:
        return {**facts, "wrong": error}
    whom = limits.in_words(wanted.account or ORGANISATION)
    return {**facts, "wanted": wanted, "whom": whom, "months": months}


PAGE = settings_page(
    LIMITS,
    "How many clients are paid for in a calendar month. What was set for earlier months stays",
    Block("limits", "pages/settings/limits.html", _listed, "Limits"),
    Block("limit-form", "pages/settings/limit_form.html", _form, "Set a limit"),
    Block("limit-effect", "pages/settings/limit_effect.html", _effect, "What it would change"),
    extra=FIELDS,
)


def _set(asking: Asking, form: Form) -> Done:
    wanted = Wanted.of({name: form.text(name) for name in FIELDS})
    done = limits.set_limit(
        asking.app, asking.who, wanted.product, wanted.clients, wanted.account, wanted.first
    )
    whom = limits.in_words(done["account"])
    count = "any number of" if done["clients"] is None else asking.words.number(done["clients"])
    since = f" from {done['from']} on" if done["from"] else ""
    told = f"{PRODUCT_WORDS[done['product']]}, {whom}: {count} clients a month{since}."
    return Done(told=" ".join([told, *done["notes"]]))


def _end(asking: Asking, form: Form) -> Done:
    product, account = form.text("product"), _account(form)
    limits.set_limit(asking.app, asking.who, product, None, account, form.text("from") or None)
    return Done(told=f"The limit ends: any number of clients from {form.text('from')} on.")


def _remove(asking: Asking, form: Form) -> Done:
    since = form.text("from") or None
    limits.remove_limit(asking.app, asking.who, form.text("product"), _account(form), since)
    return Done(told="The limit is forgotten; months it held for are counted without it.")


def _account(form: Form) -> str | None:
    """The account of a limit that is listed; `None` for the whole organisation."""
    name = form.text("account")
    return None if name in {"", ORGANISATION} else name


ACTS = (
    Act("limit", "/settings/limits/set", _set, PAGE),
    Act("limit-end", "/settings/limits/end", _end, PAGE),
    Act("limit-remove", "/settings/limits/remove", _remove, PAGE),
)
