"""Settings, Users: who signs in, with which roles, from which groups."""

from typing import Any

from vaultmeter.access import groups, user_acts
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.settings.holding import changed_words, role_names, set_roles
from vaultmeter.console.pages.settings.sections import USERS, settings_page
from vaultmeter.console.pages.settings.tables import Row, page_of_rows
from vaultmeter.console.table import Column

_COLUMNS = (
    Column("name", "User"),
    Column("roles", "Roles", can_sort=False),
    Column("groups", "Groups", can_sort=False, priority=3),
    Column("has_second_factor", "Second factor", priority=2, down_first=True),
    Column("last_used", "Last signed in", priority=2, down_first=True),
    Column("is_disabled", "State", down_first=True),
)


def _users(asking: Asking) -> dict[str, Any]:
    rows = user_acts.list_users(asking.app, asking.who)["rows"]
    known = groups.list_groups(asking.app, asking.who)["rows"]
    dated = [{**row, "last_used": instant(row["last_used"])} for row in rows]
    return {
        "table": page_of_rows(asking, "users", _COLUMNS, dated, _words),
        "roles": role_names(asking),
        "groups": [group["name"] for group in known],
        "made": asking.shown,
    }


def _words(row: Row) -> list[str]:
    return [row["name"], row["email"], *row["roles"], *row["groups"]]


PAGE = settings_page(
    USERS,
    "Who signs in here, and what each of them may do",
    Block("users", "pages/settings/users.html", _users, "Users", "table"),
)


def _add(asking: Asking, form: Form) -> Done:
    name, email = form.text("name"), form.text("email")
    made = user_acts.add_user(asking.app, asking.who, name, email, form.texts("role"))
    return Done(told=f"{made['name']} can sign in.", shown=_told_once(made))


def _change(asking: Asking, form: Form) -> Done:
    name, email = form.text("name"), form.text("email")
    user_acts.change_user(asking.app, asking.who, name, email=email)
    return Done(told=f"{name} has the address {email}." if email else f"{name} has no address.")


def _set_roles(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    held = user_acts.get_user(asking.app, asking.who, name)["roles"]
    return Done(told=set_roles(asking, "user", name, held, form.texts("role")))


def _set_groups(asking: Asking, form: Form) -> Done:
    name, app, who = form.text("name"), asking.app, asking.who
    seen = {group["name"] for group in groups.list_groups(app, who)["rows"]}
    had = set(user_acts.get_user(app, who, name)["groups"]) & seen
    wanted = set(form.texts("group"))
    joined, left = sorted(wanted - had), sorted(had - wanted)
    for group in joined:
        groups.add_to_group(app, who, group, name)
    for group in left:
        groups.take_from_group(app, who, group, name)
    told = changed_words(asking.words, name, [f"the roles of {each}" for each in joined], [])
    return Done(told=f"{name} left {', '.join(left)}." if left and not joined else told)


def _disable(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    user_acts.disable_user(asking.app, asking.who, name)
    return Done(told=f"{name} is signed out everywhere, and is let in no more.")


def _enable(asking: Asking, form: Form) -> Done:
    name = form.text("name")
    user_acts.enable_user(asking.app, asking.who, name)
    return Done(told=f"{name} is let in again.")


def _set_password(asking: Asking, form: Form) -> Done:
    made = user_acts.set_password(
        asking.app,
        asking.who,
        form.text("name"),
        reset_second_factor=form.is_on("reset_second_factor"),
    )
    return Done(told=f"{made['name']} has a new password.", shown=_told_once(made))


def _told_once(made: Row) -> dict[str, str]:
    return {"name": made["name"], "password": made["password"]}


ACTS = (
    Act("user-add", "/settings/users/add", _add, PAGE),
    Act("user-change", "/settings/users/change", _change, PAGE),
    Act("user-roles", "/settings/users/roles", _set_roles, PAGE),
    Act("user-groups", "/settings/users/groups", _set_groups, PAGE),
    Act("user-disable", "/settings/users/disable", _disable, PAGE),
    Act("user-enable", "/settings/users/enable", _enable, PAGE),
    Act("user-password", "/settings/users/password", _set_password, PAGE),
)
