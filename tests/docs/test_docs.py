"""The documentation is true: reference fresh and complete, examples work, nothing local in it."""

import gzip
import re
import runpy
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.conftest import Folder, event, ndjson, sample

from vaultmeter import cli
from vaultmeter.app import connectors
from vaultmeter.connectors.events import FIELDS
from vaultmeter.ingest.reasons import REASONS
from vaultmeter.model.filters import FILTERS
from vaultmeter.model.kinds import Kind
from vaultmeter.plugins import names_in
from vaultmeter.reports.definitions import DEFINITIONS
from vaultmeter.reports.head import all_reports
from vaultmeter.settings import Settings
from vaultmeter.state.groups import set_group
from vaultmeter.store.schema import TABLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))
PAGES: dict[Path, str] = GENERATE["pages"]()
PROSE = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
ASKING = {"report", "reports", "ledger", "rejects", "get-analytics-data"}
"""Commands whose examples need nothing but data."""
LOCAL = re.compile(
    r"(?<![\w.])/wor[k]/|/roo[t]/\.|(?<![\w.])/hom[e]/|\.\./share[d]"
    r"|pypi\.org|pythonhosted\.|npmjs\.|crates\.io|deb\.debian\.|proxy\.golang\.|repo1\.maven\."
)
"""Paths of somebody's machine, and hosts of package registries."""


def blocks(page: Path, language: str) -> list[str]:
    """Find the fenced blocks of a language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def command_lines() -> Iterator[str]:
    """Find every command line of ours that a page shows after a prompt, or that a rule runs."""
    for page in PROSE:
        for block in blocks(page, "console"):
            lines = block.replace("\\\n", " ").splitlines()
            yield from (line[2:] for line in lines if re.match(r"\$ .*\bvaultmeter ", line))
    rules = (ROOT / "Makefile").read_text()
    yield from re.findall(r'^\t+"?(vaultmeter .*?)(?:"|" \\)?$', rules, re.MULTILINE)


def pipeline(line: str) -> list[list[str]]:
    """Split a command line into the commands of its pipe; where it writes to is left out."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>")
    lexer.whitespace_split = True
    words = list(lexer)
    words = words[: words.index(">")] if ">" in words else words
    return [list(part) for is_pipe, part in groupby(words, "|".__eq__) if not is_pipe]


def ours(words: list[str]) -> tuple[dict[str, str], list[str]] | None:
    """Take apart a command of ours: its environment and its arguments; `None` for another's."""
    place = next((n for n, word in enumerate(words) if "=" not in word), len(words))
    if words[place : place + 1] != ["vaultmeter"]:
        return None
    return dict(word.split("=", 1) for word in words[:place]), words[place + 1 :]


def parse(group: Any, name: str, arguments: list[str], parent: Any = None) -> None:  # noqa: ANN401  the library's types
    """Parse the arguments of a command and of the commands below it, as the command line does."""
    context = group.make_context(name, arguments, parent=parent)
    below = [*getattr(context, "_protected_args", []), *context.args]
    if below:
        name, command, rest = group.resolve_command(context, below)
        parse(command, name, rest, context)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a data folder that the examples can ask."""
    folder = Folder(tmp_path_factory.mktemp("asked") / "data")
    folder.take("openbao", sample(), account="acme")
    with folder.app.state.changing() as connection:
        set_group(connection, "eu", ["acme"])
    folder.close()
    return folder.path


def test_the_reference_is_fresh() -> None:
    """Each generated page is what `make docs` makes of the present code."""
    stale = [str(path) for path, text in PAGES.items() if (DOCS / path).read_text() != text]
    strangers = {path.relative_to(DOCS) for path in DOCS.glob("reference/*")} - set(PAGES)
    assert not stale, "run make docs"
    assert not strangers


def test_everything_there_is_has_its_place_in_the_reference() -> None:
    """Commands, reports, settings, connectors, formats, errors and words are all documented."""
    expected = {
        "commands": [f"## vaultmeter {words}\n" for words, _ in GENERATE["commands"]()],
        "reports": [f"## {report.name}\n" for report in all_reports()],
        "connectors": [f"## {name}\n" for name in connectors()],
        "formats": [f"## {name}\n" for name in names_in("vaultmeter.exports")],
        "tables": [f"## {name}\n" for name in TABLES],
        "settings": [f"`VAULTMETER_{setting.name.upper()}`" for setting in fields(Settings)],
        "errors": [f"`{error.code}`" for error in GENERATE["all_errors"]()],
        "events": [f"`{word}`" for word in (*FIELDS, *Kind)],
    }
    for page, marks in expected.items():
        text = (DOCS / "reference" / f"{page}.md").read_text()
        assert [mark for mark in marks if mark not in text] == []


def test_everything_says_what_it_is_for() -> None:
    """Every command, option, setting, report and connector has words of its own."""
    for words, command in GENERATE["commands"]():
        assert command.help, words
        assert GENERATE["examples"](command.help), f"vaultmeter {words} shows no example"
        for parameter in command.params:
            assert GENERATE["help_of"](parameter), f"vaultmeter {words}: {parameter.name}"
    assert set(GENERATE["setting_help"]()) == {setting.name for setting in fields(Settings)}
    for report in all_reports():
        assert report.title
        assert report.answers.endswith(".")
    assert all(connector.title for connector in connectors().values())


def test_every_definition_is_used() -> None:
    """A definition that no report prints would define nothing."""
    assert set(DEFINITIONS) == {word for report in all_reports() for word in report.definitions}


def test_the_guides_name_every_report_filter_and_format() -> None:
    """Who reads about reports learns of all reports and formats, and sees filters at work."""
    guide = (DOCS / "guide/reports.md").read_text()
    words = [report.name for report in all_reports()] + names_in("vaultmeter.exports")
    assert [word for word in words if f"`{word}`" not in guide] == []
    assert sum(f"--{name.replace('_', '-')} " in guide for name in FILTERS) >= 5


@pytest.mark.parametrize("language", ["json", "csv"])
def test_the_examples_of_the_event_format_are_taken_in(folder: Folder, language: str) -> None:
    """Each example of the open event format makes one event of each of its lines."""
    examples = blocks(DOCS / "guide/events-format.md", language)
    assert examples
    for number, example in enumerate(examples):
        taken = folder.take("events", example.encode(), source=f"example-{number}", account="acme")
        lines = example.count("\n") - (language == "csv")
        assert taken.outcome.stored == lines, folder.rejects()


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_every_command_line_that_is_shown_parses(line: str) -> None:
    """Each command line in the documentation has a command and options that exist."""
    group: Any = typer.main.get_command(cli.app)
    found = [command for words in pipeline(line) if (command := ours(words))]
    assert found
    for _, arguments in found:
        parse(group, "vaultmeter", cli._normalised(arguments))


def test_every_question_that_is_shown_is_answered(
    asked: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command line in the documentation that asks something works on real data."""
    monkeypatch.chdir(tmp_path)
    Path("password.txt").write_text("a password of nobody\n")
    for line in sorted(set(command_lines())):
        first, *others = pipeline(line)
        found = ours(first)
        if found is None or found[1][0] not in ASKING:
            continue
        if "--profile" in found[1] or "VAULTMETER_URL" in found[0]:
            continue  # Asks a server: tests/cli does that.
        with monkeypatch.context() as changed:
            for name, value in found[0].items():
                changed.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.run(["--data", str(asked), *found[1]])
        answer = capsys.readouterr()
        assert not ended.value.code, f"{line}: {answer.err}"
        for words in others:
            piped = subprocess.run(  # noqa: S603  our own examples
                words, input=answer.out, text=True, capture_output=True, check=False
            )
            assert piped.returncode == 0, f"{line}: {piped.stderr}"


def test_the_reasons_of_rejection_are_those_that_happen(folder: Folder) -> None:
    """Every documented reason can be met, and no other one is."""
    bad = ndjson(
        event(1),
        event(1, item="kv/other"),
        event(2, time="yesterday"),
        event(3, outcome="splendid"),
        event(4, detail="x" * 5000),
    )
    deep = b'{"id": ' + b"[" * 20 + b"]" * 20 + b"}\n"
    folder.open(max_line_bytes=4096, max_depth=8)
    folder.take("events", bad + deep + b"\xff\n" + b"nonsense\n", source="lines")
    folder.take("events", b"time,kind,identity\none\n", source="cells")
    provoked = {reject.reason for reject in folder.rejects()}
    # A connector of ours never fails on a line; tests/ingest has one that does.
    assert provoked == set(REASONS) - {"not_mapped"}


def test_links_lead_somewhere() -> None:
    """Each link and picture of the documentation names a file, and a heading, that exist."""
    for page in PROSE:
        for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", page.read_text()):
            path, _, heading = target.partition("#")
            found = page.parent / path if path else page
            assert found.exists(), f"{page}: {target}"
            if heading:
                titles = re.findall(r"^#+ (.*)$", found.read_text(), re.MULTILINE)
                anchors = [
                    re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles
                ]
                assert heading in anchors, f"{page}: {target}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("design/decisions/*.md")), ids=lambda p: p.stem)
def test_a_decision_has_its_four_parts(page: Path) -> None:
    """A decision record says context, choice and price, and what would change our mind."""
    titles = re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE)
    assert titles == ["Context", "Choice", "Price", "What would change our mind"]
    assert page.read_text().startswith(f"# {int(page.stem[:4])}. ")


def test_nothing_local_is_in_the_repository() -> None:
    """No file names a path of somebody's machine or the host of a package registry."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  git is found on the path
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in listed.decode().rstrip("\0").split("\0"):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        found = LOCAL.search(content.decode("utf-8", "replace"))
        assert found is None, f"{name}: {found}"
