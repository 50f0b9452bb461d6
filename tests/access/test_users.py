"""Users and groups: who manages whom, and what is written down of it."""

import pytest
from tests.access.people import OPERATOR, PASSWORD, People

from vaultmeter.access import groups, user_acts
from vaultmeter.access.first_start import first_administrator
from vaultmeter.access.role_acts import take_role
from vaultmeter.access.roles import add_member, role_named
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound, Unauthenticated

MANAGER = Role("finance-lead", manages=frozenset({Permission.ROLES}), accounts=("acme/finance",))
READS = Role("finance-eu", usage_reports="all", accounts=("acme/finance/eu",))
LEADS = Role(
    "eu-lead",
    usage_reports="all",
    manages=frozenset({Permission.ROLES}),
    accounts=("acme/finance",),
)


def give(people: People, role: str, group: str) -> None:
    """Give a role to a group."""
    with people.access.state.reading() as connection:
        found = role_named(connection, role)
        ids = {each.name: each.id for each in groups._seen(connection, OPERATOR)}
    with people.access.noting(OPERATOR, "role.give", role, group=group) as connection:
        add_member(connection, OPERATOR, found, "group", ids[group])


@pytest.fixture
def lead(people: People) -> Principal:
    """Give somebody who manages the roles of one account, beside people of others."""
    for role in (MANAGER, READS, LEADS):
        people.role(role)
    people.add("root", "admin")
    people.add("ada", "eu-lead")
    people.add("bob", "finance-eu")
    people.add("zoe", "reader")
    people.add("newcomer")
    return people.who("lead", "eu-lead")


def names(told: dict[str, list[dict[str, str]]]) -> list[str]:
    """Read the names of a list."""
    return [row["name"] for row in told["rows"]]


def test_the_first_administrator_is_made_once(people: People) -> None:
    """Where there is nobody, an administrator with a random password is made, and never again."""
    made = first_administrator(people.access)
    assert made is not None
    name, password = made
    assert people.sign_in(name, password).who.roles[0].name == "admin"
    assert first_administrator(people.access) is None
    assert first_administrator(people.again().access) is None
    assert people.acts()[0] == ("operator", "user.add", "admin", "ok")
    assert password.encode() not in people.files()


def test_nobody_else_is_there_at_the_start(people: People) -> None:
    """A new folder has no user, and no name and password are good."""
    assert user_acts.list_users(people, OPERATOR)["rows"] == []
    for name in ("admin", "operator", "root", ""):
        with pytest.raises(Unauthenticated):
            people.sign_in(name, "admin", address=f"{name}.example")


def test_a_password_is_told_once(people: People) -> None:
    """A random password is in the answer that makes it; one that was given is in none."""
    made = user_acts.add_user(people, OPERATOR, "ada", "ada@example.org", ["reader"])
    assert people.sign_in("ada", made["password"]).who.name == "ada"
    given = user_acts.add_user(people, OPERATOR, "bob", roles=["reader"], password=PASSWORD)
    assert "password" not in given
    for told in (
        user_acts.list_users(people, OPERATOR),
        user_acts.get_user(people, OPERATOR, "ada"),
    ):
        assert made["password"] not in str(told)
        assert "argon2" not in str(told)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("", ""),
        (" ada", ""),
        ("a\nb", ""),
        ("a" * 257, ""),
        ("ada", "no address"),
        ("ada", "@x"),
        ("ada", "a@b\r\nBcc: c@d"),
        ("ada", "a" * 250 + "@b.org"),
    ],
)
def test_names_and_addresses_are_checked(people: People, name: str, email: str) -> None:
    """What cannot be shown or written to is refused, and nothing of it is kept."""
    with pytest.raises(Invalid):
        user_acts.add_user(people, OPERATOR, name, email)
    assert people.acts() == []


def test_a_name_is_taken_once(people: People) -> None:
    """Two users whose names look the same are one too many."""
    people.add("Ada")
    for name in ("Ada", "ada", "ADA"):
        with pytest.raises(Exists):
            people.add(name)


def test_what_fails_leaves_nothing(people: People) -> None:
    """A user with a role that there is not is not made, and no act is written down."""
    with pytest.raises(NotFound):
        people.add("ada", "reader", "nothing")
    assert user_acts.list_users(people, OPERATOR)["rows"] == []
    assert people.acts() == []


def test_a_manager_of_an_account_manages_its_people_alone(people: People, lead: Principal) -> None:
    """Somebody who manages one account's roles neither sees nor touches users of others."""
    assert names(user_acts.list_users(people, lead)) == ["ada", "bob"]
    for name in ("root", "zoe", "newcomer"):
        for act in (user_acts.get_user, user_acts.disable_user, user_acts.set_password):
            with pytest.raises(NotFound):
                act(people, lead, name)
    user_acts.set_password(people, lead, "bob")
    user_acts.disable_user(people, lead, "bob")
    made = user_acts.add_user(people, lead, "eve", roles=["finance-eu"])
    assert people.sign_in("eve", made["password"]).who.viewer().accounts == ("acme/finance/eu",)


def test_nobody_gives_or_takes_over_more_than_they_have(people: People, lead: Principal) -> None:
    """A role of more is not given, and the password of somebody who may do more is not set."""
    weak = people.who("weak", "finance-lead")
    for roles in (["reader"], ["admin"], []):
        with pytest.raises((Forbidden, NotFound)):
            user_acts.add_user(people, lead, "mallory", roles=roles)
    assert names(user_acts.list_users(people, weak)) == ["ada", "bob"]
    for act in (user_acts.set_password, user_acts.disable_user, user_acts.enable_user):
        with pytest.raises(Forbidden):
            act(people, weak, "bob")
    assert people.sign_in("bob").who.name == "bob"
    reader = people.who("reader", "reader")
    for ask in (user_acts.list_users, groups.list_groups):
        with pytest.raises(Forbidden):
            ask(people, reader)
    with pytest.raises(Forbidden):
        user_acts.add_user(people, reader, "mallory", roles=["reader"])


def test_the_last_administrator_stays(people: People) -> None:
    """There is always somebody enabled who may do everything, also by way of a group."""
    people.add("root", "admin")
    people.add("ada")
    with pytest.raises(Invalid):
        user_acts.disable_user(people, OPERATOR, "root")
    assert people.sign_in("root").who.name == "root"
    with pytest.raises(Invalid):
        take_role(people, OPERATOR, "admin", "user", "root")
    groups.make_group(people, OPERATOR, "admins")
    give(people, "admin", "admins")
    groups.add_to_group(people, OPERATOR, "admins", "ada")
    user_acts.disable_user(people, OPERATOR, "root")
    with pytest.raises(Invalid):
        groups.take_from_group(people, OPERATOR, "admins", "ada")
    with pytest.raises(Invalid):
        groups.drop_group(people, OPERATOR, "admins")
    with pytest.raises(Invalid):
        take_role(people, OPERATOR, "admin", "group", "admins")
    assert people.sign_in("ada").who.roles[0].name == "admin"


def test_a_group_gives_its_roles(people: People) -> None:
    """Members of a group have its roles as long as they are in it, and it has them."""
    people.add("ada")
    signed = people.sign_in("ada")
    assert people.access.cookie(signed.cookie)[0].permissions == frozenset()
    groups.make_group(people, OPERATOR, "readers")
    give(people, "reader", "readers")
    told = groups.add_to_group(people, OPERATOR, "readers", "ada")
    assert (told["members"], told["roles"]) == (["ada"], ["reader"])
    assert Permission.REPORTS in people.access.cookie(signed.cookie)[0].permissions
    assert user_acts.get_user(people, OPERATOR, "ada")["groups"] == ["readers"]
    groups.take_from_group(people, OPERATOR, "readers", "ada")
    assert people.access.cookie(signed.cookie)[0].permissions == frozenset()
    groups.add_to_group(people, OPERATOR, "readers", "ada")
    groups.drop_group(people, OPERATOR, "readers")
    assert people.access.cookie(signed.cookie)[0].permissions == frozenset()
    groups.make_group(people, OPERATOR, "readers")
    assert groups.list_groups(people, OPERATOR)["rows"][0]["roles"] == []


def test_groups_are_managed_as_users_are(people: People, lead: Principal) -> None:
    """A manager of one account sees groups of its roles alone, and puts nobody into others."""
    for group, role in (("eu", "finance-eu"), ("all", "reader")):
        groups.make_group(people, OPERATOR, group)
        give(people, role, group)
    assert names(groups.list_groups(people, lead)) == ["eu"]
    groups.add_to_group(people, lead, "eu", "bob")
    for group, user in (("all", "bob"), ("eu", "zoe"), ("eu", "newcomer")):
        with pytest.raises(NotFound):
            groups.add_to_group(people, lead, group, user)
    with pytest.raises(Forbidden):
        groups.make_group(people, lead, "mine")
    with pytest.raises(Forbidden):
        groups.add_to_group(people, people.who("weak", "finance-lead"), "eu", "ada")


def test_groups_are_told_apart(people: People) -> None:
    """A name is taken once, and what is not there is named."""
    groups.make_group(people, OPERATOR, "readers")
    with pytest.raises(Exists):
        groups.make_group(people, OPERATOR, "readers")
    people.add("ada")
    groups.add_to_group(people, OPERATOR, "readers", "ada")
    with pytest.raises(Exists):
        groups.add_to_group(people, OPERATOR, "readers", "ada")
    for act in (groups.add_to_group, groups.take_from_group):
        with pytest.raises(NotFound):
            act(people, OPERATOR, "readers", "nobody")
        with pytest.raises(NotFound):
            act(people, OPERATOR, "raeders", "ada")


def test_every_act_is_written_down(people: People) -> None:
    """What is done with users and groups is in the trail, with what changed and no secret."""
    made = user_acts.add_user(people, OPERATOR, "ada", roles=["admin"])
    people.add("bob", "reader")
    user_acts.change_user(people, OPERATOR, "bob", email="bob@example.org")
    told = user_acts.set_password(people, OPERATOR, "bob")
    user_acts.disable_user(people, OPERATOR, "bob")
    user_acts.enable_user(people, OPERATOR, "bob")
    groups.make_group(people, OPERATOR, "g")
    groups.add_to_group(people, OPERATOR, "g", "bob")
    groups.take_from_group(people, OPERATOR, "g", "bob")
    groups.drop_group(people, OPERATOR, "g")
    assert [(act, object_) for _, act, object_, _ in people.acts()] == [
        ("user.add", "ada"),
        ("user.add", "bob"),
        ("user.update", "bob"),
        ("user.password", "bob"),
        ("user.disable", "bob"),
        ("user.enable", "bob"),
        ("group.create", "g"),
        ("group.add", "g"),
        ("group.remove", "g"),
        ("group.delete", "g"),
    ]
    for password in (made["password"], told["password"], PASSWORD):
        assert password.encode() not in people.files()
