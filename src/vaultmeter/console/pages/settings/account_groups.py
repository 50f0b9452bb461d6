"""Settings, Account groups: accounts under one name, which filters write with `@`."""

from typing import Any

from vaultmeter import accounts
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import lines
from vaultmeter.console.pages.settings.sections import ACCOUNT_GROUPS, settings_page
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Forbidden


def _groups(asking: Asking) -> dict[str, Any]:
    rows = accounts.groups_listed(asking.app, asking.who)["rows"]
    known = accounts.listed(asking.app, asking.who)["rows"]
    return {
        "groups": rows,
        "accounts": [row["name"] for row in known],
        "may_set": _may_set(asking),
    }


def _may_set(asking: Asking) -> bool:
    try:
        asking.who.require_everywhere(Permission.LIMITS)
    except Forbidden:
        return False
    return True


PAGE = settings_page(
    ACCOUNT_GROUPS,
    "Accounts under one name: a filter on @eu is one on all of them, with those below",
    Block("account-groups", "pages/settings/account_groups.html", _groups, "Account groups"),
)


def _set(asking: Asking, form: Form) -> Done:
    done = accounts.group_set(asking.app, asking.who, form.text("name"), lines(form, "members"))
    covered = asking.words.count(len(done["accounts"]), "account")
    return Done(told=" ".join([f"@{done['name']} covers {covered}.", *done["notes"]]))


def _remove(asking: Asking, form: Form) -> Done:
    gone = accounts.group_removed(asking.app, asking.who, form.text("name"))
    members = ", ".join(gone["members"])
    return Done(told=f"@{gone['name']} is forgotten. It held {members}.")


ACTS = (
    Act("account-group", "/settings/account-groups/set", _set, PAGE),
    Act("account-group-remove", "/settings/account-groups/remove", _remove, PAGE),
)
