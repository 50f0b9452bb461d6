"""What was done at a real OpenBao server is what is reported: by each, to each item, once."""

from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import Folder
from tests.connectors.conftest import Day
from tests.connectors.openbao_deeds import Deeds

OUTCOMES = ("ok", "denied", "not_found", "error")
STARTING_UP = {
    ("", "root", "admin", "admin", "ok"): 1,  # mounts secret/
    ("", "root", "system", "credential_issued", "ok"): 1,  # makes the root token
    ("", "root", "system", "logout", "ok"): 1,  # gives up the one before it
}
"""What a development server does by itself before anybody else does anything."""
TRYING = ("", "unknown", "system", "no_response", "error")
"""What it writes to an audit device, and to no other, to see whether it works."""


def check(folder: Folder, deeds: Deeds, devices: int = 1) -> None:
    """Compare everything that was done with everything that is reported."""
    check_actors(folder, deeds, devices)
    check_items(folder, deeds)
    check_users(folder, deeds)
    assert folder.rejects() == []


def check_actors(folder: Folder, deeds: Deeds, devices: int) -> None:
    """Compare requests and objects of each actor, by kind, detail and outcome."""
    start = STARTING_UP | {TRYING: devices}
    expected = deeds.requests + Counter(start)
    assert folder.totals().stored == sum(expected.values())
    rows = folder.report("user", user="*", kind="*")
    did = [
        ((below(row["account"]), row["user"], row["kind"], row["detail"] or ""), row)
        for row in rows
    ]
    requests = {(*what, outcome): row[outcome] for what, row in did for outcome in OUTCOMES}
    assert +Counter(requests) == expected
    objects = {what: row["objects"] for what, row in did}
    starting = {what[:-1]: count for what, count in start.items()}
    assert objects == deeds.objects + Counter(starting)


def check_items(folder: Folder, deeds: Deeds) -> None:
    """Compare what was done to each item, and which ones were created and deleted."""
    touched = {(account, item) for account, item, _, _ in deeds.of_items}
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for account, name in touched:
        for row in folder.report("actions", item=name, account=above(account), kind="*"):
            for outcome in OUTCOMES:
                counted[account, name, row["kind"], outcome] += row[outcome]
    assert +counted == deeds.of_items
    rows = folder.report("items")
    assert len(rows) > 15
    for row in rows:
        item = below(row["account"]), row["item"]
        assert (row["created"] is not None) == (item in deeds.created), item
        assert (row["deleted"] is not None) == (item in deeds.deleted), item


def check_users(folder: Folder, deeds: Deeds) -> None:
    """Compare who there is: each actor is one identity of its kind, with its way to sign in."""
    users = sorted(
        (below(row["account"]), row["user"], row["kind"], row["auth_method"])
        for row in folder.report("users")
        if row["kind"] not in ("system", "unknown")
    )
    actors = sorted(
        (actor.account, actor.name, actor.kind, actor.method)
        for actor in deeds.actors
        if actor.kind not in ("system", "unknown")
    )
    assert users == actors


def below(account: str) -> str:
    """Take the name of a server's account off."""
    return account.removeprefix("acme").removeprefix("/")


def above(account: str) -> str:
    """Put the name of a server's account on."""
    return f"acme/{account}" if account else "acme"


def test_both_devices_are_one_account_of_what_happened(folder: Folder, day: Day) -> None:
    """Everything done is reported once, by each and to each item, from the logs of two devices."""
    first = folder.ingest("openbao", day.log, account="acme", source="one")
    assert first.outcome.duplicates == 0
    check(folder, day.deeds)
    second = folder.ingest(
        "openbao", day.rotated_log, day.log_after_rotation, account="acme", source="two"
    )
    assert (second.outcome.stored, second.outcome.conflicts) == (1, 0)
    check(folder, day.deeds, devices=2)


def test_a_log_rotated_in_the_middle(folder: Folder, day: Day, tmp_path: Path) -> None:
    """Everything done is reported once when a log is renamed between two ingests of it."""
    log, rotated = tmp_path / "audit.log", tmp_path / "audit.log.1"
    log.write_bytes(day.rotated_log.read_bytes())
    folder.ingest("openbao", log, account="acme")
    log.rename(rotated)
    log.write_bytes(day.log_after_rotation.read_bytes())
    intake = folder.ingest("openbao", rotated, log, account="acme")
    assert intake.outcome.duplicates == 0
    check(folder, day.deeds)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_logs_in_any_order(folder: Folder, day: Day, order: tuple[int, ...]) -> None:
    """Everything done is reported once, whichever log is ingested first."""
    logs = (day.log, day.rotated_log, day.log_after_rotation)
    for place in order:
        folder.ingest("openbao", logs[place], account="acme", source=f"device {place}")
    check(folder, day.deeds, devices=2)


def test_usage_leaves_out_the_set_up(folder: Folder, day: Day) -> None:
    """What the root token did is in no number of usage, and can be asked for."""
    folder.ingest("openbao", day.log, account="acme")
    usage = {(row["user"], row["kind"]) for row in folder.report("user", user="*")}
    assert not {kind for user, kind in usage if user == "root"}
    assert not {kind for _, kind in usage if kind in ("system", "heartbeat")}
    done = day.deeds.requests + Counter(STARTING_UP)
    asked = folder.report("actions", user="root", kind="*")
    by_root = sum(count for what, count in done.items() if what[1] == "root")
    assert sum(row["requests"] for row in asked) == by_root


def test_notes_of_a_current_server(folder: Folder, day: Day) -> None:
    """A server that writes mount fields needs no note, also where a path has no mount."""
    folder.ingest("openbao", day.log, account="acme")
    assert folder.app.store.query("select text from note") == []
