"""The trail: whatever is done to it is seen, and nothing is done without it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from secrets import token_bytes
from typing import Any

import pytest
from tests.access.people import OPERATOR, People
from tests.conftest import SetClock, seeded

from vaultmeter.access import rotation, user_acts
from vaultmeter.access.access import Access
from vaultmeter.access.secret_key import SecretKey
from vaultmeter.access.trail import Trail
from vaultmeter.access.trail_acts import list_trail, verify_trail
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Forbidden, Invalid, Unavailable
from vaultmeter.state.database import State

ROWS = 40
_COLUMNS = ("at", "who_kind", "who", "address", "act", "object", "result", "details", "link")


@pytest.fixture
def written(people: People) -> People:
    """Write a trail of some acts, no two of which are the same."""
    for number in range(ROWS):
        people.clock.advance(seconds=number)
        who = Principal("user", number, f"user {number % 3}", (), f"192.0.2.{number}")
        people.access.note(who, f"act.{number % 5}", f"object {number}", number=number)
    return people


def verdict(people: People, anchor: str | None = None) -> dict[str, Any]:
    """Verify as after a restart."""
    again = people.again()
    try:
        return verify_trail(again, OPERATOR, anchor)
    finally:
        again.access.state.close()


def execute(people: People, *statements: str) -> None:
    """Change the database behind everybody's back."""
    with closing(sqlite3.connect(people.path / "state.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _edit(choices: Random) -> tuple[str, ...]:
    column, seq = choices.choice(_COLUMNS), choices.randint(1, ROWS)
    others = ("'x'", "null", "7", "x'00'") if column == "address" else ("'x'", "''", "7", "x'00'")
    new = choices.choice(
        (*others, f"{column} || ' '", f"substr({column}, 2)", f"upper({column} || 'a')")
    )
    return (f"update trail set {column} = {new} where seq = {seq}",)


def _delete(choices: Random) -> tuple[str, ...]:
    seq = choices.randint(1, ROWS - 1)
    gone = f"delete from trail where seq = {seq}"
    closed = f"update trail set seq = seq - 1 where seq > {seq}"
    return choices.choice(((gone,), (gone, closed)))


def _swap(choices: Random) -> tuple[str, ...]:
    one, other = choices.sample(range(1, ROWS + 1), 2)
    swapped = (
        f"update trail set seq = -1 where seq = {one}",
        f"update trail set seq = {one} where seq = {other}",
        f"update trail set seq = {other} where seq = -1",
    )
    contents = ("act", "object", "who", "at", "details", "address")
    column = choices.choice(contents)
    other_value = f"(select {column} from trail where seq = {other})"
    exchanged = (
        f"create temp table held as select {column} as value from trail where seq = {one}",
        f"update trail set {column} = {other_value} where seq = {one}",
        f"update trail set {column} = (select value from held) where seq = {other}",
        "update trail set result = 'ok '" if column == "act" and (one - other) % 5 == 0 else "",
        "update trail set result = 'ok '" if column == "who" and (one - other) % 3 == 0 else "",
    )
    return choices.choice((swapped, tuple(each for each in exchanged if each)))


def _insert(choices: Random) -> tuple[str, ...]:
    seq, model = choices.randint(0, ROWS + 1), choices.randint(1, ROWS)
    shifted = (
        f"update trail set seq = -seq where seq >= {seq}",
        "update trail set seq = 1 - seq where seq < 0",
    )
    columns = ", ".join(_COLUMNS)
    copied = f"insert into trail select {seq}, {columns} from trail where seq = {model}"
    moved = model + 1 if model >= seq else model
    copied = copied.replace(f"seq = {model}", f"seq = {moved}")
    return (*shifted, copied)


def _cut_head(choices: Random) -> tuple[str, ...]:
    cut = choices.randint(1, ROWS - 1)
    gone = f"delete from trail where seq <= {cut}"
    return choices.choice(((gone,), (gone, f"update trail set seq = seq - {cut}")))


@pytest.mark.parametrize("kind", [_edit, _delete, _swap, _insert, _cut_head])
def test_tampering_is_seen(written: People, kind: Any) -> None:  # noqa: ANN401  one of the above
    """Whatever is edited, deleted, swapped, put in or cut off at the head breaks the trail."""
    whole = (written.path / "state.sqlite").read_bytes()
    assert verdict(written)["whole"]
    choices = seeded(len(kind.__name__))
    for _ in range(60):
        statements = kind(choices)
        execute(written, *statements)
        told = verdict(written)
        assert not told["whole"], statements
        assert 1 <= told["broken_at"] <= ROWS + 1
        assert str(told["broken_at"]) in told["words"]
        (written.path / "state.sqlite").write_bytes(whole)
    assert verdict(written)["whole"]


def test_a_cut_end_is_seen_by_the_anchor(written: People) -> None:
    """Without its newest part the trail is whole by itself, and not against an older anchor."""
    anchor = verdict(written)["anchor"]
    assert anchor.startswith(f"{ROWS}:")
    for cut in (ROWS, 20, 2, 1):
        execute(written, f"delete from trail where seq >= {cut}")
        assert verdict(written)["whole"]
        told = verdict(written, anchor)
        assert (told["whole"], told["broken_at"]) == (False, cut)


def test_a_trail_written_anew_is_seen_by_the_anchor(written: People) -> None:
    """Somebody who has the key makes another whole trail, which is not the one of the anchor."""
    anchor = verdict(written)["anchor"]
    for rows in (ROWS, ROWS + 5):
        execute(written, "delete from trail")
        forger = written.again()
        for number in range(rows):
            forger.access.note(OPERATOR, "nothing.happened", str(number))
        assert verdict(written)["whole"]
        told = verdict(written, anchor)
        assert (told["whole"], told["broken_at"]) == (False, ROWS)


def test_anchors_of_before_hold(written: People) -> None:
    """What was whole stays so while acts are added, against every anchor there has been."""
    anchors = []
    for number in range(5):
        anchors.append(verdict(written)["anchor"])
        written.access.note(OPERATOR, "more", str(number))
    for anchor in anchors:
        assert verdict(written, anchor)["whole"]
    assert verdict(written, "0:")["whole"]
    for text in ("", "abc", "7", "-1:x", "x:y"):
        with pytest.raises(Invalid):
            verdict(written, text)


def test_no_trail_is_whole(people: People) -> None:
    """Where nothing happened nothing is wrong; an anchor says whether something had."""
    told = verdict(people)
    assert (told["whole"], told["rows"], told["anchor"]) == (True, 0, "0:")
    assert not verdict(people, "3:abc")["whole"]


def test_a_forged_row_needs_the_key(written: People) -> None:
    """Somebody who can write the database and has no key cannot even go on."""
    with written.access.state.changing() as connection:
        Trail([token_bytes(32)], written.clock).add(connection, OPERATOR, "role.give", "admin")
    told = verdict(written)
    assert (told["whole"], told["broken_at"]) == (False, ROWS + 1)


def test_a_new_key_goes_on_with_the_chain(written: People) -> None:
    """After the key is changed all rows verify, and an older key links nothing new."""
    old = written.access.secret_key
    rotation.rotate(written, OPERATOR)
    written.access.note(OPERATOR, "more")
    rotation.rotate(written, OPERATOR)
    written.access.note(OPERATOR, "more")
    assert verdict(written)["rows"] == ROWS + 4
    with written.access.state.changing() as connection:
        Trail([old.derived("trail")], written.clock).add(connection, OPERATOR, "forged")
    told = verdict(written)
    assert (told["whole"], told["broken_at"]) == (False, ROWS + 5)


def test_without_the_old_key_the_old_part_is_not_right(written: People) -> None:
    """A trail whose keys are not all there is not called whole."""
    rotation.rotate(written, OPERATOR)
    path = written.path / "secret.key"
    path.write_text(path.read_text().split()[0])
    told = verdict(written)
    assert (told["whole"], told["broken_at"]) == (False, 1)
    assert "secret key" in told["words"]


def test_acts_at_the_same_time_keep_the_chain(people: People) -> None:
    """Twenty at a time, in one process, leave a whole trail of all of them."""
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda number: people.access.note(OPERATOR, "act", str(number)), range(200)))
    told = verdict(people)
    assert (told["whole"], told["rows"]) == (True, 200)
    assert {object_ for _, _, object_, _ in people.acts()} == set(map(str, range(200)))


def test_the_database_keeps_the_chain_by_itself(people: People) -> None:
    """Twenty that know nothing of each other but the file write one chain, too."""
    key = SecretKey(people.access.secret_key._key)

    def acts(number: int) -> None:
        state = State(people.path)
        trail = Trail([key.derived("trail")], SetClock())
        for each in range(5):
            with state.changing() as connection:
                trail.add(connection, OPERATOR, "act", f"{number}/{each}")
        state.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(acts, range(20)))
    told = verdict(people)
    assert (told["whole"], told["rows"]) == (True, 100)


def test_nothing_is_done_that_cannot_be_written_down(people: People) -> None:
    """Where the trail takes no row, the act fails and leaves nothing."""
    people.add("root", "admin")
    execute(
        people,
        "create trigger full before insert on trail begin select raise(abort, 'no room'); end",
    )
    for act in (
        lambda: people.add("ada", "admin"),
        lambda: user_acts.set_password(people, OPERATOR, "root"),
        lambda: people.sign_in("root"),
        lambda: people.access.note(OPERATOR, "report.export"),
    ):
        with pytest.raises(Unavailable):
            act()
    execute(people, "drop trigger full")
    people.clock.advance(seconds=5)
    assert people.sign_in("root").who.name == "root"
    assert len(user_acts.list_users(people, OPERATOR)["rows"]) == 1


def test_nothing_is_done_without_the_key(people: People, tmp_path: Path) -> None:
    """Where the key cannot be read, an act fails before it begins."""
    access = Access(people.access.state, people.clock, tmp_path, key_file=tmp_path / "missing")
    broken = People(people.path, people.clock, access)
    with pytest.raises(Invalid):
        broken.add("ada", "admin")
    assert user_acts.list_users(people, OPERATOR)["rows"] == []


def test_what_is_asked_for_is_found(written: People) -> None:
    """Entries are narrowed by act, by whom and since when, and come page by page."""

    def places(**narrowed: Any) -> list[int]:  # noqa: ANN401  of any type
        return [row["seq"] for row in list_trail(written, OPERATOR, **narrowed)["rows"]]

    assert places() == list(range(ROWS, 0, -1))
    assert places(act="act.2") == [38, 33, 28, 23, 18, 13, 8, 3]
    assert places(by="user 1", act="act.*") == [each for each in places() if each % 3 == 2]
    assert places(act="act_2") == places(act="%") == places(by="user") == []
    since = list_trail(written, OPERATOR)["rows"][4]["at"]
    assert places(since=since) == [40, 39, 38, 37, 36]
    found: list[int] = []
    page = list_trail(written, OPERATOR, limit=7, act="act.*")
    found += [row["seq"] for row in page["rows"]]
    while page["next"] is not None:
        page = list_trail(written, OPERATOR, limit=7, act="act.*", cursor=page["next"])
        found += [row["seq"] for row in page["rows"]]
    assert found == places()
    for wrong in ({"cursor": "x"}, {"cursor": "9" * 30}, {"since": "yesterday"}):
        with pytest.raises(Invalid):
            places(**wrong)


def test_entries_say_who_what_when_and_where(people: People) -> None:
    """An entry has the instant in UTC, who and from where, the act, and what it was about."""
    who = Principal("user", 3, "ada\nof \ud800", (), "192.0.2.1")
    people.access.note(who, "report.export", "clients", "ok", format="csv")
    (entry,) = list_trail(people, OPERATOR)["rows"]
    assert entry["at"] == "2026-11-22T12:00:00Z"
    assert (entry["who_kind"], entry["who"], entry["address"]) == ("user", "ada\nof ?", "192.0.2.1")
    assert (entry["act"], entry["object"], entry["result"]) == ("report.export", "clients", "ok")
    assert entry["details"] == {"format": "csv"}
    assert verdict(people)["whole"]


def test_the_trail_is_for_who_may_read_all_of_it(written: People) -> None:
    """It names everybody: whoever has the permission for some accounts does not read it."""
    written.role(Role("auditor", manages=frozenset({Permission.TRAIL})))
    written.role(Role("some", manages=frozenset({Permission.TRAIL}), accounts=("acme",)))
    for act in (list_trail, verify_trail):
        assert act(written, written.who("auditor", "auditor"))
        for role in ("some", "reader"):
            with pytest.raises(Forbidden):
                act(written, written.who("other", role))
