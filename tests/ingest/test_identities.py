"""Checks who acted: keys that turn out to be one identity, the best name, in any order."""

from collections.abc import Callable
from itertools import permutations

import pytest
from tests.conftest import Folder, Row, event, ndjson, seeded


def request(number: int, **auth: object) -> Row:
    """Make a read of a secret by a token; `auth` is what the server knows of its holder."""
    return {
        "time": f"2026-11-01T08:{number:02}:00Z",
        "type": "response",
        "auth": {"accessor": "hmac-sha256:aa", **auth},
        "request": {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "operation": "read",
            "path": "kv/data/db",
            "mount_point": "kv/",
            "mount_type": "kv",
        },
        "response": {"data": {"data": {"x": "hmac-sha256:bb"}, "metadata": {"version": 1}}},
    }


def auth_of(name: str) -> Row:
    """Make what the server knows of a token whose sign-in it has forgotten the entity of."""
    return {"display_name": f"userpass-{name}", "metadata": {"username": name}}


def login(number: int, name: str, **auth: object) -> Row:
    """Make a sign-in with a password."""
    made = request(number)
    made["auth"] = {"display_name": f"userpass-{name}", **auth}
    made["request"] |= {
        "operation": "update",
        "path": f"auth/userpass/login/{name}",
        "mount_point": "auth/userpass/",
        "mount_type": "userpass",
    }
    made["response"] = {
        "auth": {
            "client_token": "hmac-sha256:cc",
            "accessor": "hmac-sha256:aa",
            "display_name": f"userpass-{name}",
            "metadata": {"username": name},
            **auth,
        }
    }
    return made


# A token that shows an entity alone, one that shows a name alone, and the sign-in that has both.
BY_ENTITY = ndjson(request(1, entity_id="e1", display_name="token"))
BY_NAME = ndjson(request(2, **auth_of("ada")))
BOTH = ndjson(login(3, "ada", entity_id="e1"))


def people(folder: Folder) -> list[tuple[str, str, int]]:
    """Read name, kind and number of requests of everybody."""
    return [(row["user"], row["kind"], row["requests"]) for row in folder.report("users")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_keys_of_one_identity_become_one_in_any_order(
    folder: Folder, order: tuple[int, ...]
) -> None:
    """An entity and a name are one person as soon as, and whenever, a sign-in connects them."""
    parts = (BY_ENTITY, BY_NAME, BOTH)

    folder.take("openbao", *(parts[place] for place in order))

    assert people(folder) == [("ada", "person", 3)]


def test_keys_of_one_identity_become_one_within_a_batch(folder: Folder) -> None:
    """The same holds when all of it is in one batch."""
    folder.take("openbao", BY_ENTITY + BY_NAME + BOTH)

    assert people(folder) == [("ada", "person", 3)]


def test_strangers_stay_strangers(folder: Folder) -> None:
    """Two people who share nothing are two, in one batch and in two."""
    folder.take("openbao", BOTH + ndjson(login(4, "bob", entity_id="e2")))
    folder.take("openbao", ndjson(login(5, "eve", entity_id="e3")))

    assert sorted(people(folder)) == [(name, "person", 1) for name in ("ada", "bob", "eve")]


def test_a_merge_takes_everything_along(folder: Folder) -> None:
    """After a merge the reports know one person with the events, items and dates of both."""
    folder.take("openbao", BY_ENTITY, BY_NAME)
    apart = {row["user"] for row in folder.report("users")}

    folder.take("openbao", BOTH)

    ((ids,),) = folder.app.store.query("select count(distinct identity) from event")
    assert len(apart) == 2
    assert ids == 1
    assert folder.report("items")[0]["users"] == 1
    assert folder.report("items")[0]["last_used_by"] == "ada"


def test_a_merge_counts_glances_anew(folder: Folder) -> None:
    """Reads of one secret by two keys a minute apart are two glances, and one after the merge."""
    folder.take("openbao", BY_NAME, ndjson(login(40, "ada")))
    before = folder.report("users")[0]["passwords_accessed"]
    folder.take("openbao", BY_ENTITY)

    folder.take("openbao", BOTH)

    ((glances,),) = folder.app.store.query("select count(*) from event where glance")
    assert before == glances == 1


def test_the_same_name_in_two_accounts_is_two_people(folder: Folder) -> None:
    """Identities belong to an account: equal names of two accounts are not put together."""
    folder.take("openbao", BOTH, source="one", account="acme")
    folder.take("openbao", b"\n" + BOTH, source="two", account="globex")

    assert [(row["user"], row["account"]) for row in folder.report("users")] == [
        ("ada", "acme"),
        ("ada", "globex"),
    ]


def test_the_latest_of_the_best_names_is_shown(folder: Folder) -> None:
    """A name that was given beats a bare key, and a later name a former one, in any order."""
    names = (None, "Ada", "Ada Lovelace", None)

    folder.take(
        "events",
        *in_every_order(
            lambda who, place: event(place, identity=who, identity_name=names[place]), len(names)
        ),
    )

    assert {name for name, _, _ in people(folder)} == {"Ada Lovelace"}
    assert len(people(folder)) == 24


def test_how_somebody_signs_in_is_known_in_any_order(folder: Folder) -> None:
    """The latest sign-in says how somebody signs in, though later events say nothing of it."""
    methods = ("ldap", "oidc", None)

    folder.take(
        "events",
        *in_every_order(
            lambda who, place: event(
                place, identity=who, kind="login", item=None, auth_method=methods[place]
            ),
            len(methods),
        ),
    )

    assert [row["auth_method"] for row in folder.report("users")] == ["oidc"] * 6


def in_every_order(make: Callable[[str, int], Row], places: int) -> list[bytes]:
    """Make batches of which each identity gets its records in another order.

    `make` gives an identity's record of a place in time; there is an identity for every order.
    """
    orders = {f"i{number}": order for number, order in enumerate(permutations(range(places)))}
    return [
        ndjson(*(make(who, order[step]) | {"id": f"{who}-{step}"} for who, order in orders.items()))
        for step in range(places)
    ]


@pytest.mark.parametrize("latest_first", [False, True])
def test_what_somebody_is_follows_the_latest_record(folder: Folder, *, latest_first: bool) -> None:
    """Somebody taken for a machine at first is a person later, with glances, in any order."""
    parts = [
        ndjson(event(1, identity_kind="machine", identity_name="Ada")),
        ndjson(event(20, identity_kind="person", identity_name="Ada")),
    ]

    folder.take("events", *(reversed(parts) if latest_first else parts))

    (row,) = folder.report("users")
    assert (row["kind"], row["passwords_accessed"]) == ("person", 2)


def test_many_keys_in_a_chain_become_one(folder: Folder) -> None:
    """Thirty names of one entity, connected in random order over batches, are one person."""
    random = seeded(2)
    logins = [ndjson(login(number, f"name{number:02}", entity_id="e1")) for number in range(30)]
    alone = [
        ndjson(
            request(30 + number)
            | {"auth": auth_of(f"name{number:02}")}
            | {"time": f"2026-11-01T07:{number:02}:00Z"}
        )
        for number in range(30)
    ]
    lines = random.sample(logins + alone, 60)

    folder.take("openbao", *(b"".join(lines[place : place + 10]) for place in range(0, 60, 10)))

    assert sum(requests for _, _, requests in people(folder)) == 60
    assert people(folder)[0] == ("name29", "person", 60)
