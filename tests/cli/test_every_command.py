"""Walks the folder of commands: help with an example, and one way of saying what is wrong."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.conftest import event, ndjson, run

from vaultmeter import __version__, cli
from vaultmeter.plugins import names_in

COMMANDS = [name.replace("_", "-") for name in names_in("vaultmeter.cli")]
SPRING = ("--from", "2026-02-01", "--to", "2026-06-30")


@pytest.mark.parametrize("name", [*COMMANDS, "rejects replay"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help_with_an_example(ask: Ask, name: str, option: str) -> None:
    """Help says what a command does and shows a whole command line to copy."""
    answer = ask(*name.split(), option)
    assert answer.code == 0
    assert answer.err == ""
    assert "Usage:" in answer.out
    text = " ".join(answer.out.split())
    assert "Example" in text
    assert "vaultmeter" in text.partition("Example")[2]


def test_the_first_page_of_help_lists_all_commands(ask: Ask) -> None:
    """Each command stands in the help of the program, which is also what no words at all get."""
    answer = ask("--help")
    assert answer.code == 0
    assert all(name in answer.out for name in COMMANDS)
    bare = ask()
    assert bare.code in (0, 2)
    assert all(name in bare.out + bare.err for name in COMMANDS)


def test_version(ask: Ask) -> None:
    """The version is one line, alone and before or after a folder."""
    expected = (0, f"vaultmeter {__version__}\n", "")
    for words in (["--version"], ["--data", "x", "--version"], ["--version", "--data", "x"]):
        answer = ask(*words)
        assert (answer.code, answer.out, answer.err) == expected
    process = run("--version")
    assert (process.returncode, process.stdout.decode()) == expected[:2]


def test_exit_codes_are_documented() -> None:
    """The exit codes that the tests here expect are those that the folder documents."""
    assert cli.__doc__ is not None
    text = " ".join(cli.__doc__.split())
    for code, meaning in (
        (0, "done"),
        (1, "a check failed"),
        (2, "the command cannot be understood"),
        (3, "something named does not exist"),
        (4, "another process has the data"),
        (5, "the data cannot be read or written"),
        (6, "not allowed"),
        (130, "interrupted"),
    ):
        assert f"{code} {meaning}" in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("", 2, "No command is given. vaultmeter --help lists them."),
        ("reprt users", 2, "There is no command 'reprt'. Did you mean 'report'?"),
        ("report usrs", 3, "There is no report 'usrs'. Did you mean 'users'?"),
        ("report auth_methods", 3, "Did you mean 'auth-methods'?"),
        ("report _items_by_type", 3, "There is no report '_items_by_type'."),
        ("report ../../etc/passwd", 3, "There is no report '../../etc/passwd'."),
        ("report users --range last-30-day", 2, "Did you mean 'last-30-days'?"),
        ("report users --range last-weak", 2, "Unknown range 'last-weak'."),
        ("report users --from tomorrow", 2, "--from 'tomorrow' is neither a date nor an instant."),
        ("report users --from 2026-07-02 --to 2026-07-01", 2, "Swap --from and --to."),
        ("report users --tz Berlin", 2, "Unknown time zone 'Berlin'. Use an IANA name"),
        ("report users --kind secret_reed", 2, "Did you mean 'secret_read'?"),
        ("report users --outcome okay", 2, "Unknown outcome 'okay'. Did you mean 'ok'?"),
        ("report users --product secrets", 2, "Unknown product 'secrets'. Choose one of: pm, sm"),
        ("report users --who peple", 2, "Did you mean 'people'?"),
        ("report activity --per hours", 2, "Did you mean 'hour'?"),
        ("report overview --compare weekday", 2, "Did you mean 'weekdays'?"),
        ("report items --limit 0", 2, "Give --limit 1 or more."),
        ("report users --format jsn", 3, "There is no format 'jsn'. Did you mean 'json'?"),
        ("report user", 2, "The report 'user' is about one user. Add --user NAME."),
        ("report users --usr ada", 2, "--user"),
        ("report", 2, "name"),
        ("ingest openbau x.log", 3, "There is no connector 'openbau'. Did you mean 'openbao'?"),
        ("ingest openbao no-such.log", 3, "There is no file no-such.log."),
        ("ingest openbao no-such-*.log", 3, "No file matches 'no-such-*.log'."),
        ("ingest openbao .", 2, ". is a folder. Name its files"),
        ("rejects --source nobody", 3, "nobody"),
        ("simulate --events 0", 2, "events"),
        ("simulate --until soon", 2, "--until"),
        ("report users --data", 2, "--data names no folder. Write --data DIR."),
        ("report users --data=", 2, "--data names no folder. Write --data DIR."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    ask: Ask, tmp_path: Path, words: str, code: int, said: str
) -> None:
    """A mistake ends with its exit code, one error on standard error, and a hint; nothing else."""
    answer = ask(*([] if "--data" in words else ["--data", tmp_path / "data"]), *words.split())
    assert answer.code == code
    assert answer.out == ""
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("option", ["user", "account", "item", "source", "kind"])
def test_an_empty_word_is_no_name(ask: Ask, tmp_path: Path, option: str) -> None:
    """A shell's unset variable in quotes is an error, and does not swallow the next option."""
    answer = ask("--data", tmp_path, "report", "users", f"--{option}", "", "--range", "all")
    assert (answer.code, answer.out) == (2, "")
    assert f"The filter '{option}' is empty." in answer.err


def test_an_empty_csv_header_column_is_named(ask: Ask, tmp_path: Path) -> None:
    """A mistyped column is an error before anything is taken in, and the folder works on."""
    log = tmp_path / "bad.csv"
    log.write_text("time,kind,identty\n2026-11-01T08:00:00Z,login,ada\n", encoding="utf-8")
    answer = ask("--data", tmp_path / "data", "ingest", "events", log)
    assert (answer.code, answer.out) == (2, "")
    assert "unknown column 'identty'" in answer.err
    assert "Did you mean 'identity'?" in answer.err
    assert ask("--data", tmp_path / "data", "report", "users").code == 0


@pytest.mark.parametrize("where", ["first", "last", "equals", "environment"])
def test_the_folder_may_be_named_anywhere(
    ask: Ask, simulated: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """`--data` stands before or after the command, or in the environment."""
    words = ["report", "accounts", *SPRING, "--format", "csv"]
    if where == "environment":
        monkeypatch.setenv("VAULTMETER_DATA", str(simulated))
    given: dict[str, list[Path | str]] = {
        "first": ["--data", simulated, *words],
        "last": [*words, "--data", simulated],
        "equals": [*words[:2], f"--data={simulated}", *words[2:]],
        "environment": [*words],
    }
    answer = ask(*given[where])
    assert answer.code == 0
    assert answer.out.startswith("account,requests")
    assert len(answer.out.splitlines()) > 1


@pytest.mark.parametrize("name", ["reports", "ledger", "rejects"])
def test_lists_as_json(ask: Ask, simulated: Path, name: str) -> None:
    """With --json a list is one JSON document on standard output, and nothing else is printed."""
    answer = ask("--data", simulated, name, "--json")
    assert answer.code == 0
    assert answer.err == ""
    assert json.loads(answer.out) is not None
    assert ask("--data", simulated, name).out


def test_ingest_prints_its_summary_alone(ask: Ask, tmp_path: Path) -> None:
    """`ingest --json` prints one object; remarks about the lines go to standard error."""
    log = tmp_path / "events.log"
    log.write_bytes(ndjson(event(1), event(1), event(2, kind="made_up")) + b'{"unfinished":')
    answer = ask("--data", tmp_path / "data", "ingest", "events", log, "--json")
    summary = json.loads(answer.out)
    assert {
        name: summary[name] for name in ("source", "records", "events", "duplicates", "rejected")
    } == {
        "source": "events",
        "records": 3,
        "events": 1,
        "duplicates": 1,
        "rejected": 1,
    }
    assert "no newline yet" in answer.err
    in_words = ask("--data", tmp_path / "again", "ingest", "events", log)
    assert in_words.out.startswith("events: 3 records, 1 new events, 1 duplicates, 1 rejected")
    assert "vaultmeter rejects" in in_words.err


def test_simulate_says_how_many(ask: Ask, tmp_path: Path) -> None:
    """The invented organisation has as many events as asked for, whatever is printed."""
    small = ["--events", "50", "--identities", "6", "--items", "9", "--months", "1"]
    assert ask("--data", tmp_path / "a", "simulate", *small).out.startswith("50 events in ")
    assert (
        json.loads(ask("--data", tmp_path / "b", "simulate", *small, "--json").out)["events"] == 50
    )


def test_reports_are_listed_with_their_questions(ask: Ask) -> None:
    """The list of reports needs no folder and names each report with what it answers."""
    listed = json.loads(ask("reports", "--json").out)
    assert {"name", "title", "answers", "parameters", "needs", "columns"} == set(listed[0])
    text = ask("reports").out
    for report in listed:
        assert report["name"] in text
        assert report["answers"] in text
