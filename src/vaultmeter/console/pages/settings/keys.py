"""Settings, Access keys: what programs sign in with."""

from datetime import timedelta
from typing import Any

from vaultmeter.access import key_acts, key_renewal
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import check_typed, instant
from vaultmeter.console.pages.settings.holding import role_names, set_roles
from vaultmeter.console.pages.settings.sections import KEYS, settings_page
from vaultmeter.console.pages.settings.tables import page_of_rows
from vaultmeter.console.table import Column

_COLUMNS = (
    Column("name", "Key"),
    Column("access_id", "Access id", priority=2),
    Column("roles", "Roles", can_sort=False),
    Column("last_used", "Last used", priority=2, down_first=True),
    Column("expires", "Expires"),
)


def _keys(asking: Asking) -> dict[str, Any]:
    rows = key_acts.list_keys(asking.app, asking.who)["rows"]
    dated = [
        {**row, **{name: instant(row[name]) for name in ("expires", "last_used")}} for row in rows
    ]
    return {
        "table": page_of_rows(
            asking, "keys", _COLUMNS, dated, lambda row: [row["name"], row["access_id"]]
        ),
        "roles": role_names(asking),
        "made": asking.shown,
        "now": asking.now,
        "second": timedelta(seconds=1),
    }


PAGE = settings_page(
    KEYS,
    "What programs sign in with. Keys with which vaults push records belong to their source",
    Block("keys", "pages/settings/keys.html", _keys, "Access keys", "table"),
)


def _make(asking: Asking, form: Form) -> Done:
    made = key_acts.make_key(
        asking.app, asking.who, form.text("name"), form.texts("role"), form.text("expires") or None
    )
    return Done(told=f"Key {made['name']} made.", shown=_told_once(made))


def _rotate(asking: Asking, form: Form) -> Done:
    made = key_renewal.rotate_key(asking.app, asking.who, form.text("name"))
    return Done(told=f"Key {made['name']} changed; the old one is over.", shown=_told_once(made))


def _expire(asking: Asking, form: Form) -> Done:
    name, day = form.text("name"), form.text("expires")
    key_renewal.expire_key(asking.app, asking.who, name, day or None)
    return Done(
        told=f"Key {name} expires after {day} (UTC)." if day else f"Key {name} never expires."
    )


def _set_roles(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    rows = key_acts.list_keys(asking.app, asking.who)["rows"]
    held: list[str] = next((row["roles"] for row in rows if row["name"] == name), [])
    return Done(told=set_roles(asking, "key", name, held, form.texts("role")))


def _drop(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    check_typed(form, name)
    key_acts.drop_key(asking.app, asking.who, name)
    return Done(told=f"Key {name} revoked; whoever used it is signed out.")


def _told_once(made: dict[str, Any]) -> dict[str, str]:
    return {name: made[name] for name in ("name", "access_id", "access_key")}


ACTS = (
    Act("key-make", "/settings/keys/make", _make, PAGE),
    Act("key-rotate", "/settings/keys/rotate", _rotate, PAGE),
    Act("key-expire", "/settings/keys/expire", _expire, PAGE),
    Act("key-roles", "/settings/keys/roles", _set_roles, PAGE),
    Act("key-revoke", "/settings/keys/revoke", _drop, PAGE),
)
