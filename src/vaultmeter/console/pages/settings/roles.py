"""Settings, Roles: what their members may do, and in which accounts and products."""

from typing import Any

from vaultmeter.access import role_acts
from vaultmeter.access.roles import ANALYTICS, USAGE_REPORTS
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import check_typed, lines
from vaultmeter.console.pages.settings.sections import ROLES, settings_page
from vaultmeter.console.pages.settings.tables import page_of_rows
from vaultmeter.console.pages.settings.words import PRODUCTS
from vaultmeter.console.table import Column
from vaultmeter.model.access import MANAGED, Object

_COLUMNS = (
    Column("name", "Role"),
    Column("usage_reports_access", "Reports"),
    Column("analytics_access", "Analytics", priority=3),
    Column("manages", "Manages", down_first=True),
    Column("accounts", "Where", can_sort=False, priority=2),
    Column("members", "Members", is_number=True, down_first=True),
)
MANAGES_WORDS = {
    "sources": "Sources: their settings, ingest keys and records",
    "records": "Rejected lines, as they arrived",
    "limits": "Client limits and groups of accounts",
    "definitions": "What words such as active mean",
    "retention": "How long events are kept, and rebuilding",
    "schedules": "Which reports leave by themselves, and where to",
    "notices": "The Event Center: notices, and the rules that raise them",
    "forwarders": "Where notices and reports may be sent",
    "roles": "Users, groups, access keys and roles",
    "trail": "The trail of what was done",
}


def _roles(asking: Asking) -> dict[str, Any]:
    rows = role_acts.list_roles(asking.app, asking.who)["rows"]
    return {
        "table": page_of_rows(asking, "roles", _COLUMNS, rows),
        "manages": [(str(each), MANAGES_WORDS[each]) for each in MANAGED],
        "reports": USAGE_REPORTS,
        "analytics": ANALYTICS,
        "products": PRODUCTS,
    }


PAGE = settings_page(
    ROLES,
    "What their members may do, and where. Nobody hands out more than they have",
    Block("roles", "pages/settings/roles.html", _roles, "Roles", "table"),
)


def _given(form: Form) -> Object:
    """The fields of a role as the form has them; nothing ticked or typed means everywhere."""
    return {
        "name": form.text("name"),
        "description": form.text("description"),
        "usage_reports_access": form.text("usage_reports_access", "none"),
        "analytics_access": form.text("analytics_access", "none"),
        "manages": form.texts("manages"),
        "accounts": lines(form, "accounts") or None,
        "products": form.texts("product") or None,
        "delete_protection": form.is_on("delete_protection"),
    }


def _make(asking: Asking, form: Form) -> Done:
    made = role_acts.make_role(asking.app, asking.who, **_given(form))
    return Done(told=f"Role {made['name']} made. Give it to users, groups or keys.")


def _change(asking: Asking, form: Form) -> Done:
    made = role_acts.change_role(asking.app, asking.who, form.text("role"), **_given(form))
    members = asking.words.count(len(made["members"]), "member")
    return Done(told=f"Role {made['name']} changed; it holds for {members} at once.")


def _give(asking: Asking, form: Form) -> Done:
    role, kind, name = form.text("role"), form.text("kind"), form.text("name")
    role_acts.give_role(asking.app, asking.who, role, kind, name)
    return Done(told=f"{name} has the role {role}.")


def _take(asking: Asking, form: Form) -> Done:
    role, kind, name = form.text("role"), form.text("kind"), form.text("name")
    role_acts.take_role(asking.app, asking.who, role, kind, name)
    return Done(told=f"{name} has the role {role} no more.")


def _drop(asking: Asking, form: Form) -> Done:
    role = form.text("role")
    check_typed(form, role)
    role_acts.drop_role(asking.app, asking.who, role)
    return Done(told=f"Role {role} deleted, and taken from whoever had it.")


ACTS = (
    Act("role-make", "/settings/roles/make", _make, PAGE),
    Act("role-change", "/settings/roles/change", _change, PAGE),
    Act("role-give", "/settings/roles/give", _give, PAGE),
    Act("role-take", "/settings/roles/take", _take, PAGE),
    Act("role-delete", "/settings/roles/delete", _drop, PAGE),
)
