"""Makes the reference pages from the code, so that they cannot say anything else.

`make docs` runs it after a command, report, setting, connector, format, kind or error changed.
"""  # noqa: INP001  a script, not a part of a package

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from vaultmeter import cli, connectors, settings
from vaultmeter.app import connectors as all_connectors
from vaultmeter.connectors import MAPPED_COLUMNS
from vaultmeter.connectors.events import FIELDS
from vaultmeter.ingest.reasons import REASONS
from vaultmeter.model import errors, kinds
from vaultmeter.model.filters import FILTERS
from vaultmeter.model.period import BUCKETS, COMPARISONS, RANGES
from vaultmeter.plugins import modules_in
from vaultmeter.reports.definitions import DEFINITIONS
from vaultmeter.reports.head import Report, all_reports
from vaultmeter.reports.run import WHO
from vaultmeter.store.schema import TABLES

_DOCS = Path(__file__).parent
_MADE = "<!-- Made from the code by `make docs`; edit the code, not this page. -->"
_EXAMPLES = re.compile(r"\s*Examples?: (.*)\Z", re.DOTALL)


def pages() -> dict[Path, str]:
    """Write every generated page; answers them by their paths below `docs`."""
    written: dict[str, Callable[[], Iterator[str]]] = {
        "guide/definitions.md": _definitions,
        "reference/README.md": _index,
        "reference/commands.md": _commands,
        "reference/connectors.md": _connectors,
        "reference/errors.md": _errors,
        "reference/events.md": _events,
        "reference/formats.md": _formats,
        "reference/rejects.md": _rejects,
        "reference/reports.md": _reports,
        "reference/settings.md": _settings,
        "reference/tables.md": _tables,
    }
    return {Path(path): "\n".join([_MADE, "", *write()]) + "\n" for path, write in written.items()}


def commands() -> Iterator[tuple[str, Any]]:
    """Give each command's words, and the command itself as the library has it."""
    group: Any = typer.main.get_command(cli.app)
    context = group.context_class(group, info_name="vaultmeter")
    for name in group.list_commands(context):
        yield from _with_subcommands(name, group.get_command(context, name))


def help_of(parameter: Any) -> str:  # noqa: ANN401  the library's type
    """Say what an option or argument is for; of filters, what they are about."""
    return parameter.help or FILTERS.get(parameter.name, "")


def setting_help() -> dict[str, str]:
    """Say what each setting is for: the docstring under its field."""
    return _attribute_docs(settings, "Settings")


def all_errors(of: type[errors.VaultmeterError] = errors.VaultmeterError) -> Iterator[type[Any]]:
    """Give every error a caller can see, each followed by its special cases."""
    for error in of.__subclasses__():
        # A surface may have its own, for what only it can refuse.
        if error.__module__ == errors.__name__:
            yield error
            yield from all_errors(error)


def _with_subcommands(words: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  the library's type
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _with_subcommands(f"{words} {name}", below)


def _index() -> Iterator[str]:
    yield from ("# Reference", "", "Made from the code, so it is complete.", "")
    yield from (
        "- [Commands](commands.md): each command with its arguments and options",
        "- [Reports](reports.md): each report with its columns; ranges and filters",
        "- [Definitions](../guide/definitions.md): what the words in reports mean",
        "- [Events](events.md): fields, kinds and the other closed lists",
        "- [Connectors](connectors.md): the vaults that can be read, and what a connector answers",
        "- [Tables](tables.md): what the SQL of a report may ask",
        "- [Formats](formats.md): the forms an answer can take",
        "- [Settings](settings.md): environment variables",
        "- [Errors and exit codes](errors.md)",
        "- [Reasons of rejection](rejects.md)",
    )


def _commands() -> Iterator[str]:
    yield from ("# Commands", "", "The answer goes to standard output, messages to standard error.")
    yield from ("`--data DIR` names the folder of the data and may stand anywhere.", "")
    for words, command in commands():
        yield from (f"## vaultmeter {words}", "")
        text = _EXAMPLES.sub("", command.help)
        yield from (text, "", "```console")
        yield from (f"$ {line}" for line in examples(command.help))
        yield from ("```", "")
        shown = [p for p in command.params if not p.hidden and "completion" not in p.name]
        yield from _table(
            ("argument or option", "default", "meaning"),
            ((_form(p), _default(p), _phrase(help_of(p))) for p in shown),
        )


def examples(text: str) -> list[str]:
    """Give the command lines that a command's help shows."""
    found = _EXAMPLES.search(text)
    return re.split(r";\s+", " ".join(found[1].split()).rstrip(".")) if found else []


def _form(parameter: Any) -> str:  # noqa: ANN401  the library's type
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`{' ...' if parameter.nargs == -1 else ''}"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    value = parameter.metavar or parameter.opts[0].strip("-").replace("-", "_").upper()
    return names if parameter.is_flag else f"{names} `{value}`"


def _default(parameter: Any) -> str:  # noqa: ANN401  the library's type
    if parameter.required:
        return "required"
    is_told = parameter.default not in (None, False, ()) and parameter.show_default
    return f"`{parameter.default}`" if is_told else ""


def _reports() -> Iterator[str]:
    yield from (
        "# Reports",
        "",
        "`vaultmeter report NAME`; see also [how to ask](../guide/reports.md).",
    )
    yield from ("", f"- `--range`: {_code(RANGES)}")
    yield f"- `--compare`, of reports with this parameter: {_code(COMPARISONS)}"
    yield f"- `--per`, of reports with this parameter: {_code(BUCKETS)}"
    yield f"- `--who`, of reports with this parameter: {_code(WHO)}"
    yield from ("", "## Filters", "")
    rows = ((f"`--{name.replace('_', '-')}`", _phrase(text)) for name, text in FILTERS.items())
    yield from _table(("filter", "about"), rows)
    for report in all_reports():
        yield from _report(report)


def _report(report: Report) -> Iterator[str]:
    yield from (f"## {report.name}", "", f"{report.title}. {report.answers}", "")
    if report.parameters:
        yield f"Parameters: {_code(f'--{name}' for name in report.parameters)}."
    if report.needs:
        yield f"Needs {_code(f'--{name}' for name in report.needs)}."
    if report.bucket:
        yield f"The range is widened to whole {report.bucket}s."
    if report.definitions:
        links = (f"[{name}](../guide/definitions.md#{name})" for name in report.definitions)
        yield f"Definitions: {', '.join(links)}."
    yield ""
    rows = ((f"`{c.name}`", f"{c.title} {c.unit}".strip(), c.type) for c in report.columns)
    yield from _table(("column", "title", "type"), rows)


def _definitions() -> Iterator[str]:
    yield from ("# Definitions", "", "What the words in reports mean.")
    yield from ("A report's JSON carries the definitions it uses.", "")
    for name, text in DEFINITIONS.items():
        users = [report.name for report in all_reports() if name in report.definitions]
        links = (f"[{user}](../reference/reports.md#{user})" for user in users)
        yield from (f"## {name}", "", text, "")
        if users:
            yield from (f"Used by {', '.join(links)}.", "")


def _tables() -> Iterator[str]:
    yield from (
        "# Tables",
        "",
        "What the SQL of a report may ask. Every table comes already narrowed",
    )
    yield from ("to the rows the viewer may see, to the range, and to the filters.", "")
    for table, columns in TABLES.items():
        yield from (f"## {table}", "")
        if list(columns) == ["..."]:
            yield from (f"{columns['...'].capitalize()}.", "")
        else:
            rows = ((f"`{name}`", _phrase(text)) for name, text in columns.items())
            yield from _table(("column", "holds"), rows)


def _connectors() -> Iterator[str]:
    yield from ("# Connectors", "", "`vaultmeter ingest CONNECTOR FILE ...`", "")
    modules = dict(modules_in("vaultmeter.connectors"))
    for name, connector in all_connectors().items():
        yield from (f"## {name}", "", f"{connector.title}.", "")
        yield from (_below_the_first_line(modules[name]), "")
        yield f"An id stands for one record within one {connector.ids_unique_within}."
        if connector.halves:
            yield "A request and its response are two records and make one event."
        yield ""
    yield from ("## What a connector's SQL answers", "", "One row for each line, in any order:", "")
    rows = ((f"`{c}`", type_, _phrase(_column_help(c))) for c, type_ in MAPPED_COLUMNS.items())
    yield from _table(("column", "type", "holds"), rows)


def _below_the_first_line(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").partition("\n\n")[2].strip()


def _column_help(column: str) -> str:
    text = _attribute_docs(connectors)["MAPPED_COLUMNS"]
    found = re.search(rf"^`{column}`\s+(.*?)(?=^`|\Z)", text, re.DOTALL | re.MULTILINE)
    if found:
        return " ".join(found[1].split())
    return (
        "number of the line, as `records` has it"
        if column == "line"
        else "as in [events](events.md)"
    )


def _events() -> Iterator[str]:
    yield from ("# Events", "", "## Fields of the open format", "")
    yield from ("See [the format by example](../guide/events-format.md).", "")
    yield from _table(("field", "holds"), ((f"`{n}`", _phrase(t)) for n, t in FIELDS.items()))
    yield from ("## kind", "", _first(kinds.Kind), "")
    rows = (
        (f"`{kind}`", kinds.INTENT_OF_KIND[kind], "yes" if kind in kinds.USE_KINDS else "")
        for kind in kinds.Kind
    )
    yield from _table(("kind", "intent, unless the record gives one", "takes something out"), rows)
    lists: tuple[tuple[str, type[StrEnum]], ...] = (
        ("intent", kinds.Intent),
        ("outcome", kinds.Outcome),
        ("evidence", kinds.Evidence),
        ("identity_kind", kinds.IdentityKind),
        ("product", kinds.Product),
    )
    for name, words in lists:
        yield from (f"## {name}", "", _first(words), "", f"{_code(words)}.", "")


def _formats() -> Iterator[str]:
    yield from ("# Formats", "", "`vaultmeter report NAME --format FORMAT [--output FILE]`", "")
    for name, module in modules_in("vaultmeter.exports"):
        yield from (f"## {name}", "", inspect.getdoc(module) or "", "")
        yield from (f"Files end in `{module.EXPORT.suffix}`.", "")


def _settings() -> Iterator[str]:
    yield from ("# Settings", "", "Each is an environment variable.", "")
    rows = []
    for setting in fields(settings.Settings):
        is_plain = setting.default is not MISSING
        # Computed ones differ from machine to machine.
        default = f"`{setting.default}`" if is_plain else "`~/.local/share/vaultmeter`"
        variable = f"`VAULTMETER_{setting.name.upper()}`"
        rows.append((variable, default, setting_help().get(setting.name, "")))
    yield from _table(("variable", "default", "meaning"), rows)


def _errors() -> Iterator[str]:
    yield from ("# Errors and exit codes", "")
    yield from ("An error is one sentence on standard error, and often a hint below it.", "")
    yield from ("## Exit codes", "")
    codes = re.search(r"Exit codes: (.*?)\.$", inspect.getdoc(cli) or "", re.DOTALL | re.MULTILINE)
    pairs = re.findall(r"(\d+) ([^,]+)", " ".join(codes[1].split())) if codes else []
    yield from _table(("code", "meaning"), ((code, _phrase(text)) for code, text in pairs))
    yield from ("## Errors", "")
    rows = (
        (f"`{error.code}`", str(error.exit_code), "yes" if error.retry else "", _first(error))
        for error in all_errors()
    )
    yield from _table(("error", "exit code", "may pass by itself", "meaning"), rows)


def _rejects() -> Iterator[str]:
    yield from (
        "# Reasons of rejection",
        "",
        "A rejected line is in no number. It is kept byte for byte;",
    )
    yield from ("`vaultmeter rejects` shows it, `vaultmeter rejects replay` tries it again.", "")
    yield from _table(("reason", "meaning"), ((f"`{n}`", t) for n, t in REASONS.items()))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in row)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _phrase(text: str) -> str:
    """Give the text as a table shows it: without the full stop at its end."""
    return text if text.endswith("...") else text.removesuffix(".")


def _first(documented: type[Any]) -> str:
    return (inspect.getdoc(documented) or "").split("\n\n")[0].replace("\n", " ")


def _attribute_docs(module: ModuleType, owner: str | None = None) -> dict[str, str]:
    """Find the docstrings under the names that a module, or a class in it, assigns."""
    body = ast.parse(inspect.getsource(module)).body
    if owner is not None:
        body = next(n.body for n in body if isinstance(n, ast.ClassDef) and n.name == owner)
    docs = {}
    for node, below in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = getattr(getattr(below, "value", None), "value", None)
            if isinstance(text, str):
                docs[node.target.id] = inspect.cleandoc(text)
    return docs


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        (_DOCS / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
