"""The command line as a process: exit codes, closed pipes, interruption, two at a time."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.conftest import Folder, command, environment, event, ndjson, run


def test_done_is_0_and_wrong_is_2_and_missing_is_3(simulated: Path) -> None:
    """A process ends with the codes that the help documents, and errors are not on its output."""
    for words, code in (
        (["report", "users"], 0),
        (["report", "users", "--range", "never"], 2),
        (["report", "users", "--no-such-option"], 2),
        (["report", "nothing"], 3),
    ):
        done = run("--data", simulated, *words)
        assert done.returncode == code
        assert bool(done.stdout) == (code == 0)
        assert bool(done.stderr) == (code != 0)
        assert b"Traceback" not in done.stderr


def test_books_that_do_not_balance_are_1(ask: Ask, folder: Folder) -> None:
    """The one check there is fails with 1, and shows where."""
    folder.take("events", ndjson(event(1), event(2)))
    assert folder.app.store.run("update ledger set lines = lines + 5 where bucket = 'stored'")
    folder.close()
    answer = ask("--data", folder.path, "ledger")
    assert answer.code == 1
    assert "UNBALANCED" in answer.out
    assert "do NOT balance" in answer.out
    assert ask("--data", folder.path, "ledger", "--json").code == 1


def test_a_folder_in_use_is_4(folder: Folder) -> None:
    """While one process has a folder, another one is told so, and what to do."""
    folder.open()
    done = run("--data", folder.path, "report", "users", env={"VAULTMETER_LOCK_WAIT": "0"})
    assert (done.returncode, done.stdout) == (4, b"")
    assert str(folder.path).encode() in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_folder_that_cannot_be_one_is_an_error(tmp_path: Path) -> None:
    """A file in the place of the folder is an error of one of the documented codes."""
    file = tmp_path / "file"
    file.touch()
    done = run("--data", file, "report", "users")
    assert (done.returncode, done.stdout) == (5, b"")
    assert b"Traceback" not in done.stderr
    assert str(file).encode() in done.stderr


def test_a_setting_that_is_no_number_is_2(tmp_path: Path) -> None:
    """A wrong setting names its variable."""
    done = run("--data", tmp_path / "data", "report", "users", env={"VAULTMETER_THREADS": "many"})
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"VAULTMETER_THREADS is 'many', not a number." in done.stderr


@pytest.mark.parametrize("format_", ["json", "csv", "table"])
def test_a_reader_that_stops_reading_is_no_error(simulated: Path, format_: str) -> None:
    """`| head` ends the command quietly, however much it still had to say."""
    words = ("--data", simulated, "report", "sessions", "--user", "*", "--range", "last-12-months")
    with subprocess.Popen(  # noqa: S603  our own program
        command(*words, "--format", format_),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({}),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(100)
        process.stdout.close()
        said = process.stderr.read()
        process.wait(60)
    assert said == b""
    assert process.returncode == 0


def test_a_reader_that_never_reads_is_no_error(simulated: Path) -> None:
    """A pipe that is closed before the first byte is no error either."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603  our own program
        command("--data", simulated, "report", "users"),
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment({}),
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert done.stderr == b""


@pytest.mark.parametrize("format_", ["json", "csv", "table"])
def test_an_output_without_space_is_5(simulated: Path, format_: str) -> None:
    """A full disk behind `>` is an error: an answer cut short must not look whole."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # noqa: S603  our own program
            command("--data", simulated, "report", "items", "--format", format_),
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment({}),
            check=False,
            timeout=60,
        )
    assert done.returncode == 5
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"ignored" not in done.stderr


def test_interruption_is_130(tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and a sentence; what was taken in before stays."""
    data = tmp_path / "data"
    with subprocess.Popen(  # noqa: S603  our own program
        command("--data", data, "ingest", "events", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment({}),
    ) as process:
        for _ in range(200):
            if (data / "store.duckdb").exists():
                break
            time.sleep(0.05)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in said
    assert b"Interrupted" in said
    assert run("--data", data, "report", "users").returncode == 0


def test_standard_input_is_a_log(tmp_path: Path) -> None:
    """`-` reads what another program writes."""
    log = ndjson(event(1), event(2))
    done = run("--data", tmp_path / "data", "ingest", "events", "-", stdin=log)
    assert done.returncode == 0
    assert done.stdout.startswith(b"events: 2 records, 2 new events")


def test_names_in_any_script_are_printed_whatever_the_locale(tmp_path: Path) -> None:
    """Under a plain locale, as cron has it, a name of another script is no crash."""
    names = ("ÖDÖN", "王芳", "🔑")
    log = ndjson(*(event(n, identity=name) for n, name in enumerate(names)))
    plain = {"LC_ALL": "C", "LANG": "C"}
    assert (
        run("--data", tmp_path / "data", "ingest", "events", "-", stdin=log, env=plain).returncode
        == 0
    )
    for format_ in ("json", "csv", "table"):
        words = ("report", "users", "--from", "2026-11-01", "--to", "2026-11-02")
        done = run("--data", tmp_path / "data", *words, "--format", format_, env=plain)
        assert done.returncode == 0
        assert b"Traceback" not in done.stderr
        assert all(name in done.stdout.decode() for name in names)
