"""Checks the whole server as its operator meets it: it starts, collects, tells, and ends."""

import json
import os
import signal
from pathlib import Path

from tests.conftest import Folder, event, ndjson, run, run_json, sample_lines
from tests.server.conftest import NewServing
from tests.server.serving import until


def test_what_arrives_by_every_way_is_counted_once(
    tmp_path: Path, folder: Folder, new_serving: NewServing
) -> None:
    """The same records from a file and from pushes are in the reports once."""
    serving, log = new_serving(folder.path), tmp_path / "audit.log"
    lines = sample_lines(3_000)
    serving.add("bao", "--connector", "openbao", "--account", "acme", "--file", log)
    key = serving.key("bao")
    serving.start()
    log.write_bytes(b"".join(lines))
    for line in lines[:200]:
        assert serving.push("bao", key, line)[0] == 204
    status, answer = serving.push("bao", key, b"".join(lines[100:1_000]))
    until(lambda: serving.ask("show", "bao")["lines"] == 3_000 + 200 + 900, "all has come")
    until(lambda: serving.waiting() == 0, "all is in the store")
    assert serving.stop() == 0

    alone = Folder(tmp_path / "alone")
    alone.ingest("openbao", log, source="bao", account="acme")
    assert (status, json.loads(answer)["accepted"]) == (200, 900)
    assert folder.reports() == alone.reports()
    alone.close()


def test_a_server_that_ends_brings_in_what_it_accepted(
    folder: Folder, new_serving: NewServing
) -> None:
    """SIGTERM ends it with exit code 0, everything accepted in the store and in the rollups."""
    serving = new_serving(folder.path)
    serving.add("vault", "--connector", "events")
    key = serving.key("vault")
    serving.start()
    body = ndjson(*(event(number) for number in range(100)))
    assert serving.push("vault", key, body)[0] == 200

    assert serving.stop() == 0

    assert folder.app.store.position() == folder.app.inbox.last_seq() == 1
    assert folder.app.store.meta("rolled") == "1"
    assert folder.totals().stored == 100


def test_pushes_are_accepted_while_the_store_is_made_again(
    folder: Folder, new_serving: NewServing
) -> None:
    """While the store is not there yet a push is answered, and counted later."""
    folder.take("events", ndjson(*(event(number) for number in range(60_000))), source="vault")
    folder.close()
    (folder.path / "store.duckdb").unlink()
    serving = new_serving(folder.path, VAULTMETER_MEMORY_LIMIT="200MB")
    key = serving.key("vault")
    serving.start()

    status, _ = serving.push("vault", key, ndjson(event(70_000)))

    assert status == 204
    until(serving.is_ready, "the store is there")
    until(lambda: serving.waiting() == 0, "all is in the store")
    serving.stop()
    assert folder.totals().stored == 60_001


def test_only_one_server_has_a_folder(folder: Folder, new_serving: NewServing) -> None:
    """A second server of the same folder ends with exit code 4, and says which process has it."""
    first = new_serving(folder.path)
    first.start()

    done = run("--data", folder.path, "serve", "--listen", "127.0.0.1:0")

    assert first.process is not None
    assert done.returncode == 4
    assert f"Process {first.process.pid}" in done.stderr.decode()
    first.stop()


def test_a_taken_address_is_said(folder: Folder, new_serving: NewServing, tmp_path: Path) -> None:
    """A server that cannot listen ends with exit code 5 and names the address."""
    first = new_serving(folder.path)
    first.start()

    done = run("--data", tmp_path / "other", "serve", "--listen", f"127.0.0.1:{first.port}")

    assert done.returncode == 5
    assert f"127.0.0.1:{first.port}" in done.stderr.decode()
    first.stop()


def test_a_source_that_cannot_be_read_makes_it_unready(
    folder: Folder, new_serving: NewServing, tmp_path: Path
) -> None:
    """A folder in the place of a log turns readiness red with words, and a log turns it green."""
    log = tmp_path / "audit.log"
    log.mkdir()
    serving = new_serving(folder.path)
    serving.add("bao", "--connector", "openbao", "--file", log)
    serving.start()

    until(lambda: not serving.components().get("follow bao", (True, ""))[0], "it is not well")
    assert serving.status("/readyz") == 503
    log.rmdir()
    log.write_bytes(sample_lines(1)[0])
    until(serving.is_ready, "it is well again")
    serving.stop()


def test_sources_change_while_it_runs(folder: Folder, new_serving: NewServing) -> None:
    """A source that is added can be pushed to at once, and one that is removed cannot any more."""
    serving = new_serving(folder.path)
    serving.start()
    serving.add("vault", "--connector", "events", "--account", "acme")
    first = serving.key("vault")
    second = serving.key("vault")

    statuses = [serving.push("vault", key, ndjson(event(1)))[0] for key in (first, second)]
    removed = run("--data", serving.data, "sources", "remove", "vault")
    after = serving.push("vault", second, ndjson(event(2)))[0]

    assert statuses == [401, 204]
    assert removed.returncode == 0
    assert after == 401
    serving.stop()
    assert folder.totals().received == 1


def test_a_stopped_process_is_killed_and_nothing_is_lost(
    folder: Folder, new_serving: NewServing
) -> None:
    """A process that stood still and is killed then has lost nothing it had acknowledged."""
    serving = new_serving(folder.path)
    serving.add("vault", "--connector", "events")
    key = serving.key("vault")
    serving.start()
    assert serving.push("vault", key, ndjson(event(1)))[0] == 204
    assert serving.process is not None
    os.kill(serving.process.pid, signal.SIGSTOP)
    serving.kill()

    serving.start()
    until(lambda: serving.waiting() == 0, "all is in the store")
    serving.stop()
    assert folder.totals().stored == 1


def test_reports_follow_while_it_runs(folder: Folder, new_serving: NewServing) -> None:
    """A pushed record is in the answer of `report` while the server runs."""
    serving = new_serving(folder.path)
    serving.add("vault", "--connector", "events")
    key = serving.key("vault")
    serving.start()
    serving.push("vault", key, ndjson(*(event(number) for number in range(7))))

    def reads() -> int:
        told = run_json(
            "--data", serving.data, "report", "users", "--range", "all", "--format", "json"
        )
        return sum(row["secrets_read"] for row in told["rows"])

    until(lambda: reads() == 7, "the report tells of all")
    serving.stop()
