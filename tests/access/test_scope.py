"""A viewer never sees, counts or can infer rows outside its scope: asked for everything there is.

Two proofs at once. No word of a foreign row stands in any answer. And every answer is, byte for
byte, the one there would be if foreign rows had never existed: it is asked again in a folder that
holds the viewer's own rows alone.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from random import Random
from zipfile import ZipFile

import pytest
from pyarrow import parquet
from pypdf import PdfReader
from tests.access import owned
from tests.conftest import seeded

from vaultmeter.app import App
from vaultmeter.exports import Export, Options
from vaultmeter.exports.json import document
from vaultmeter.model.document import Document
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.status import StatusDefinition
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Grant, Viewer
from vaultmeter.plugins import modules_in
from vaultmeter.quarantine import rejects
from vaultmeter.reports.analytics_data import analytics_data
from vaultmeter.reports.breakdown import answer_by
from vaultmeter.reports.evidence import Sought
from vaultmeter.reports.explain import explain
from vaultmeter.reports.head import Report, report_named, report_names
from vaultmeter.reports.layouts import laid_out
from vaultmeter.reports.pasteable import pasteable
from vaultmeter.reports.preview import preview
from vaultmeter.reports.run import Ask, answer, bounds, rows_of, statement_of
from vaultmeter.reports.sights import sights
from vaultmeter.store import seen
from vaultmeter.store.question import Question
from vaultmeter.store.rollup import Rolled
from vaultmeter.store.schema import TABLES
from vaultmeter.store.statement import statement

YEAR = Period(owned.START, datetime(2026, 6, 1, tzinfo=UTC), zone_named("UTC"))
SPRING = Period(
    datetime(2026, 2, 3, 5, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC), zone_named("Asia/Tokyo")
)

MONTHS = Period(
    datetime(2026, 1, 20, 5, tzinfo=UTC), datetime(2026, 3, 20, 7, tzinfo=UTC), zone_named("UTC")
)
"""Of which rollups answer one month, others days, and the events some hours."""


def _by_chance(number: int) -> tuple[Grant, ...]:
    rng = seeded(number)
    return tuple(
        Grant(
            tuple(rng.sample(owned.ACCOUNTS, rng.randint(1, 2))),
            rng.choice((None, tuple(rng.sample(owned.PRODUCTS, rng.randint(1, 2))))),
        )
        for _ in range(rng.randint(1, 3))
    )


VIEWERS: dict[str, tuple[Grant, ...]] = {
    "a root": (Grant(("acme",)),),
    "below a root": (Grant(("acme/finance",)),),
    "a leaf, and another root": (Grant(("acme/finance/eu", "acmeco")),),
    "one product everywhere": (Grant(None, ("pm",)),),
    "one of each": (
        Grant(("acme", "globex"), ("sm",)),
        Grant(("acme/finance",), ("pm",)),
        Grant(("acme/hr",)),
    ),
    "what is not there": (Grant(("acm", "globex/la", "acme/finance/", "*")),),
    "by chance": _by_chance(1),
}
Patterns = dict[str, tuple[str, ...]]
FILTERS: tuple[Patterns, ...] = (
    {"account": ("@everybody",)},
    {"account": ("*finance*", "globex")},
    {"product": ("pm",)},
    {"user": ("*visitor*",)},
    {"item": ("kv/*",), "outcome": ("ok",)},
    {"kind": ("*",)},
    {"auth_method": ("way-*",)},
    {"source": ("vault", "globex")},
)
WITH_NOTES = ("overview", "users", "coverage", "activity", "clients", "unused")
WITH_EVIDENCE = ("overview", "users", "items", "client-list", "accounts", "unused", "sessions")
IDS = {
    "identity": ("identities", '"user"'),
    "item": ("items", "name"),
    "source": ("sources", "name"),
    "account": ("accounts", "name"),
    "own_account": ("accounts", "name"),
}
"""Columns of ids, which differ between folders: the table and column of the name in their place."""
APART = ("batch", "line", "session")
"""Columns that tell how records came, and nothing of what they say."""
NOW = datetime(2026, 6, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Two:
    """A viewer, everything there is, and what there would be if only its rows existed."""

    viewer: Viewer
    whole: App
    own: App
    number: int

    @property
    def rng(self) -> Random:
        """Choices of this viewer, which are the same in every run."""
        return seeded(self.number)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Give the folder of all rows."""
    with owned.folder(tmp_path_factory.mktemp("whole"), owned.lines()) as app:
        yield app


@pytest.fixture(scope="module", params=VIEWERS, ids=list(VIEWERS))
def two(
    request: pytest.FixtureRequest, whole: App, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Two]:
    """Give a viewer with both folders."""
    viewer = Viewer.of("viewer", VIEWERS[request.param])
    those = [line for line in owned.lines() if line.is_of(viewer)]
    with owned.folder(tmp_path_factory.mktemp("own"), those) as own:
        yield Two(viewer, whole, own, list(VIEWERS).index(request.param))


def check(
    two: Two,
    what: str,
    asked: Callable[[App], str],
    said: Iterable[str] = (),
    *,
    same: bool = True,
) -> None:
    """Ask in both folders: no foreign word, and, where it must be the `same`, the same answer.

    `said` are words of the question itself, which an answer may say again.
    """
    with_others, alone = (_told(asked, app) for app in (two.whole, two.own))
    if same:
        assert with_others == alone, what
    for word in said:
        with_others = with_others.replace(word, "")
    found = {word for word in owned.foreign(two.viewer) if word in with_others}
    found |= {
        name
        for name in owned.hidden_names(two.viewer)
        if re.search(rf"(?<![\w/]){re.escape(name)}(?![\w/])", with_others)
    }
    assert not found, (what, with_others)


def _told(asked: Callable[[App], str], app: App) -> str:
    """What is answered, or the error and its hint; without the folder, which differs."""
    try:
        told = asked(app)
    except VaultmeterError as error:
        told = f"{type(error).__name__}: {error.message} {error.hint}"
    return told.replace(str(app.settings.data.parent), "FOLDER")


def _ask(two: Two, report: Report, patterns: Patterns | None = None, period: Period = YEAR) -> Ask:
    needed = {"user": ("*",)} if report.needs else {}
    filters = Filters.of({**needed, **(patterns or {})})
    return Ask(two.viewer, period, filters, "everyone", limit=10**6, terms=owned.TERMS)


def _text(table: Table) -> str:
    return json.dumps({**document(table), "as_of": ""}, default=str, indent=1)


@pytest.mark.parametrize("name", report_names())
def test_every_report(two: Two, name: str) -> None:
    """The rows of each report, of all there is, or of a range and zone that cut days apart."""
    report = report_named(name)
    is_even = (report_names().index(name) + two.number) % 2 == 0
    ask = _ask(two, report, period=YEAR if is_even else SPRING)
    check(two, name, lambda app: repr(rows_of(app.store, report, ask)))


def test_every_filter_and_breakdown(two: Two) -> None:
    """Whole answers with their notes, filtered and broken down; also those that are refused."""
    rng = two.rng
    chosen: list[tuple[Patterns, str | None]] = [(each, None) for each in rng.sample(FILTERS, 2)]
    chosen += [({}, "group"), ({"account": ("@zqglobexqz",)}, "account")]
    for patterns, by in chosen:
        report = report_named(rng.choice(WITH_NOTES))
        ask = _ask(two, report, patterns)

        def asked(app: App, report: Report = report, ask: Ask = ask, by: str | None = by) -> str:
            found = answer_by(app.store, report, ask, by) if by else answer(app.store, report, ask)
            return _text(found)

        said = [word.removeprefix("@") for words in patterns.values() for word in words]
        check(two, f"{report.name} {patterns} {by}", asked, said)


def test_every_format(two: Two) -> None:
    """Each format holds what the table holds, and nothing of others."""
    for name, module in modules_in("vaultmeter.exports"):
        report = report_named(two.rng.choice(("users", "items", "client-list", "coverage")))
        ask, export = _ask(two, report), module.EXPORT

        def asked(
            app: App, name: str = name, report: Report = report, ask: Ask = ask, to: Export = export
        ) -> str:
            table, out = replace(answer(app.store, report, ask), as_of=""), BytesIO()
            to.write(Document.of(table, NOW, "viewer"), out, Options())
            return _read_back(name, out)

        check(two, name, asked)


def _read_back(format_: str, written: BytesIO) -> str:
    """All words of a file, also of one that is packed."""
    if format_ == "xlsx":
        with ZipFile(written) as packed:
            return "\n".join(packed.read(name).decode() for name in sorted(packed.namelist()))
    if format_ == "parquet":
        table = parquet.read_table(written)
        return f"{table.schema.metadata} {table.to_pylist()}"
    if format_ == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(written).pages)
    return written.getvalue().decode()


def test_statements(two: Two) -> None:
    """A statement, with the values that it binds, names nothing foreign."""
    for name in ("client-list", two.rng.choice(report_names())):
        report = report_named(name)
        ask = _ask(two, report, {"account": ("@money",)})

        def asked(app: App, report: Report = report, ask: Ask = ask) -> str:
            return pasteable(statement_of(app.store, report, ask))

        check(two, name, asked, same=False)


def test_documents(two: Two) -> None:
    """The analytics document, the layout of another product, or a previewed definition."""

    def analytics(app: App) -> str:
        document = analytics_data(app.store, two.viewer, YEAR, owned.NOW, owned.TERMS)
        return json.dumps(document, indent=1)

    def layout(app: App) -> str:
        return json.dumps(laid_out(app.store, report, ask, "akeyless", owned.NOW), indent=1)

    report = report_named("password-manager")
    ask = _ask(two, report)
    other = StatusDefinition(version=4, preset="custom", minimum=3)
    documents: list[Callable[[App], str]] = [
        analytics,
        layout,
        lambda app: repr(preview(app.store, ask, other)),
    ]
    check(two, "a document", documents[two.number % len(documents)])


def test_the_range_of_all(two: Two) -> None:
    """The range `all` is that of the viewer's own events."""
    check(two, "bounds", lambda app: str(bounds(app.store, two.viewer)))


def test_rejects(two: Two) -> None:
    """Rejected lines are those of sources of which the viewer sees all."""
    for source in (None, "vault", "globex", "finance"):

        def asked(app: App, source: str | None = source) -> str:
            return repr(list(rejects(app, source, viewer=two.viewer)))

        check(two, f"rejects of {source}", asked, [f"There is no source {source!r}"])


def test_evidence(two: Two) -> None:
    """Events, files, lines, shares and notes of the evidence of cells, and hints for wrong ones."""
    rng = two.rng
    for name in rng.sample(WITH_EVIDENCE, 1):
        report = report_named(name)
        ask = _ask(two, report)
        rows = answer(two.whole.store, report, ask).dicts()
        numbers = [
            column.name
            for column in report.columns
            if rows and report.evidence.counting(column.name, rows[0]) is not None
        ]
        keys = [*report.evidence.rows, *([report.evidence.by] if report.evidence.by else [])]
        for column in rng.sample(numbers, min(2, len(numbers))):
            row = rng.choice(rows)
            _check_evidence(two, name, ask, Sought(column, {k: _written(row[k]) for k in keys}))
        _check_evidence(two, name, ask, Sought("requests", {}))


def _check_evidence(two: Two, name: str, ask: Ask, sought: Sought) -> None:
    def asked(app: App) -> str:
        told = explain(app.store, app.inbox, report_named(name), ask, sought)
        return repr(replace(told, statement=None))

    check(two, f"{name} {sought}", asked)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


@pytest.mark.parametrize("table", TABLES)
def test_every_logical_table(two: Two, table: str) -> None:
    """Each logical table, every column of it, also of those that no report reads."""
    check(two, table, lambda app: "\n".join(rows_in(app, two.viewer, table)))


SPARSE = Viewer.of("viewer", (Grant(("acmeco",), ("sra",)),))


@pytest.mark.parametrize("table", [name for name in TABLES if name != "calendar"])
def test_every_logical_table_has_something_to_hide(whole: App, table: str) -> None:
    """Without its narrowing each logical table would show a viewer more: no test above is idle."""
    everything = rows_in(whole, Viewer.operator(), table)
    for viewer in (Viewer.of("viewer", VIEWERS["below a root"]), SPARSE):
        assert rows_in(whole, viewer, table) != everything


def everything_shown(app: App) -> Iterator[list[str]]:
    """All logical tables to two viewers; each of the stored tables is read for one of them."""
    for viewer in (Viewer.of("viewer", VIEWERS[name]) for name in ("below a root", "one of each")):
        yield rows_in(app, viewer, "usage", kind=("*",))
        yield rows_in(app, viewer, "identities", product=("pm",))
        yield from (rows_in(app, viewer, table) for table in TABLES)


@pytest.fixture(scope="module")
def narrowed(whole: App) -> list[list[str]]:
    """Give what those two see."""
    return list(everything_shown(whole))


@pytest.mark.parametrize("table", list(seen.SEEN))
def test_every_stored_table_is_narrowed(
    whole: App, narrowed: list[list[str]], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """With any one of the stored tables left whole, some logical table shows a viewer more."""
    monkeypatch.setitem(seen.SEEN, table, lambda _: f"select * from main.{table}")
    pairs = zip(everything_shown(whole), narrowed, strict=False)
    assert any(one != other for one, other in pairs)


def rows_in(app: App, viewer: Viewer, table: str, **patterns: tuple[str, ...]) -> list[str]:
    """All rows of a logical table, in some order, with names in place of ids."""
    columns = TABLES[{"lifetime": "events", "recent": "events"}.get(table, table)]
    asked = [f'{table}."{name}"' for name in columns if name not in (*IDS, *APART, "sources")]
    if "sources" in columns:
        # A list of ids: whoever compares folders compares the names.
        asked.append(
            "(select list(sources.name order by sources.name) from sources"
            f" where list_contains({table}.sources, sources.source)) as source_names"
        )
    joins = []
    for name, (other, shown) in IDS.items():
        if name in columns and name in TABLES[other] and other != table and _is_id(columns[name]):
            asked.append(f"{other}.{shown} as {name}_name")
            joins.append(f"left join {other} on {other}.{name} = {table}.{name}")
        elif name in columns and not _is_id(columns[name]):
            asked.append(f"{table}.{name}")
    sql = f"select {', '.join(asked)} from {table} {' '.join(joins)}"
    if table in ("recent", "earlier_sessions"):
        patterns["user"] = ("*-1@*",)
    filters = Filters.of(patterns)
    rolled = Rolled(int(app.store.meta("rolled") or 0), owned.NOW.replace(tzinfo=None))
    question = Question(
        viewer, MONTHS, filters, "month", rolled=rolled, terms=owned.TERMS, sights=sights()
    )
    built = statement(sql, question, app.store.parse)
    return sorted(map(str, app.store.query(built.sql, built.values)))


def _is_id(words: str) -> bool:
    return not words.startswith(("name of", "as in clients"))
