"""Settings, Groups: users who have the same roles."""

from typing import Any

from vaultmeter.access import groups, user_acts
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import check_typed, instant
from vaultmeter.console.pages.settings.holding import role_names, set_roles
from vaultmeter.console.pages.settings.sections import GROUPS, settings_page
from vaultmeter.console.pages.settings.tables import page_of_rows
from vaultmeter.console.table import Column

_COLUMNS = (
    Column("name", "Group"),
    Column("roles", "Roles", can_sort=False),
    Column("members", "Members", is_number=True, down_first=True),
    Column("created", "Made", priority=2, down_first=True),
)


def _groups(asking: Asking) -> dict[str, Any]:
    rows = groups.list_groups(asking.app, asking.who)["rows"]
    dated = [{**row, "created": instant(row["created"])} for row in rows]
    users = user_acts.list_users(asking.app, asking.who)["rows"]
    return {
        "table": page_of_rows(
            asking, "groups", _COLUMNS, dated, lambda row: [row["name"], *row["members"]]
        ),
        "roles": role_names(asking),
        "users": [user["name"] for user in users],
    }


PAGE = settings_page(
    GROUPS,
    "What a group may do, each of its members may",
    Block("groups", "pages/settings/groups.html", _groups, "Groups", "table"),
)


def _make(asking: Asking, form: Form) -> Done:
    name, wanted = form.text("name"), form.texts("role")
    groups.make_group(asking.app, asking.who, name)
    told = set_roles(asking, "group", name, (), wanted) if wanted else f"Group {name} made."
    return Done(told=told)


def _set_roles(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    rows = groups.list_groups(asking.app, asking.who)["rows"]
    held: list[str] = next((row["roles"] for row in rows if row["name"] == name), [])
    return Done(told=set_roles(asking, "group", name, held, form.texts("role")))


def _add(asking: Asking, form: Form) -> Done:
    name, user = form.text("name"), form.text("user")
    groups.add_to_group(asking.app, asking.who, name, user)
    return Done(told=f"{user} is in {name}.")


def _take(asking: Asking, form: Form) -> Done:
    name, user = form.text("name"), form.text("user")
    groups.take_from_group(asking.app, asking.who, name, user)
    return Done(told=f"{user} is in {name} no more.")


def _drop(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    check_typed(form, name)
    gone = groups.drop_group(asking.app, asking.who, name)
    lost = asking.words.count(len(gone["members"]), "member")
    return Done(told=f"Group {name} deleted; {lost} lost its roles.")


ACTS = (
    Act("group-make", "/settings/groups/make", _make, PAGE),
    Act("group-roles", "/settings/groups/roles", _set_roles, PAGE),
    Act("group-add", "/settings/groups/add", _add, PAGE),
    Act("group-take", "/settings/groups/take", _take, PAGE),
    Act("group-delete", "/settings/groups/delete", _drop, PAGE),
)
