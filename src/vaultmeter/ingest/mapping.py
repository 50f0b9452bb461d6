"""From lines to events: parse into the connector's shape, apply its SQL, set aside what fails."""

import json
from collections.abc import Iterable

import pyarrow as pa

from vaultmeter.connectors import MAPPED_COLUMNS, Shape
from vaultmeter.failpoints import reach
from vaultmeter.ingest.guard import Refused
from vaultmeter.ingest.work import Work
from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import INTENT_OF_KIND

_EARLIEST, _LATEST = "2000-01-01", "2100-01-01"
_TIME_BOUNDS = f"time: an instant from {_EARLIEST} to {_LATEST}"
_DEFAULT_INTENT = "case kind {} end".format(
    " ".join(f"when '{kind}' then '{intent}'" for kind, intent in INTENT_OF_KIND.items())
)


def map_records(work: Work) -> None:
    """Make `mapped` and `answered` of the lines; lines the connector's SQL fails on are refused."""
    try:
        _map(work, work.guarded.lines)
    except Invalid as error:
        # Raises where it is the SQL that is wrong, and not a line.
        _map(work, work.guarded.lines.slice(0, 0))
        failing = _failing(work, work.guarded.lines, error)
        for line, reason in failing.items():
            work.refused.append(Refused(line, "not_mapped", work.guarded.body(line)))
            work.expected[line] = reason
        work.guarded = work.guarded.without(list(failing))
        _map(work, work.guarded.lines)
    reach("flush-mapped")


def _map(work: Work, lines: pa.Table) -> None:
    work.store.offer("lines", lines)
    for step in (_set_answered_halves_apart, _parse, _apply_connector):
        step(work)


def _failing(work: Work, lines: pa.Table, error: Invalid) -> dict[int, str]:
    """The lines that make the SQL fail, each with its error, found by halving."""
    if lines.num_rows == 1:
        return {int(str(lines["line"][0])): error.message}
    middle = lines.num_rows // 2
    failing: dict[int, str] = {}
    for part in (lines.slice(0, middle), lines.slice(middle)):
        try:
            _map(work, part)
        except Invalid as part_error:
            failing |= _failing(work, part, part_error)
    return failing


def _set_answered_halves_apart(work: Work) -> None:
    """Make `answered(line, record_id)`: records whose better half is in the same batch."""
    halves = work.connector.halves
    if halves is None:
        work.run("create or replace temp table answered (line integer, record_id varchar)")
        return
    # A list of paths is read in two thirds of the time that a structure takes.
    fields = ", ".join(f"field[{n}] as {name}" for n, name in enumerate(halves.fields, start=1))
    work.run(f"""
        create or replace temp table half as
        with parsed as (
            select
                line,
                try(json_extract_string(text, {list(halves.fields.values())})) as field
            from lines
        ),
        named as (
            select
                line,
                {fields}
            from parsed
        )
        select
            line,
            id as record_id,
            {halves.sound} as sound,
            {halves.lesser} as lesser,
            {halves.better} as better
        from named
    """)
    work.run("""
        create or replace temp table answered as
        select
            line,
            record_id
        from half
        where sound
            and lesser
            and record_id in (select record_id from half where sound and better)
    """)


def _parse(work: Work) -> None:
    """Make `records(line, r)`: the lines in the connector's shape, `r` null where none is read."""
    if work.header is not None and work.connector.csv_sql is not None:
        records = work.connector.csv_sql(work.header.decode("utf-8", "replace"))
    else:
        records = _parsed(work.connector.shape)
    # The condition stands below the parsing: above it, the engine would parse every line.
    work.run("""
        create or replace temp view unanswered as
        select
            line,
            text
        from lines
        where line not in (select line from answered)
    """)
    work.run(f"create or replace temp view records as {records}")


def _parsed(shape: Shape) -> str:
    text = json.dumps(shape).replace("'", "''")
    return f"select line, try(from_json(text, '{text}')) as r from unanswered"


def _apply_connector(work: Work) -> None:
    """Make `mapped`: the connector's SQL over the records, and the key of each that has an id."""
    # The engine would make a join of each list of words: more to plan and to run than it saves.
    work.run("set disabled_optimizers = 'common_subexpressions,in_clause'")
    try:
        work.run(_mapped(work.connector.mapping))
    finally:
        work.run("reset disabled_optimizers")


def _mapped(mapping: str) -> str:
    # What a rejected record says need not be one of our words; in a sound one it must, or the
    # store refuses the null.
    columns = ", ".join(
        f"try_cast({name} as {type_}) as {name}"
        for name, type_ in MAPPED_COLUMNS.items()
        if name not in ("intent", "problem", "record_id")
    )
    return f"""
        create or replace temp table mapped as
        select
            case
                when problem is null
                    and not (time >= timestamp '{_EARLIEST}' and time < timestamp '{_LATEST}')
                    then '{_TIME_BOUNDS}'
                else problem
            end as problem,
            {columns},
            try_cast(coalesce(intent, {_DEFAULT_INTENT}) as intent) as intent,
            if(
                record_id is null,
                null,
                md5_number(concat_ws(chr(31), cast($scope as varchar), record_id))
            ) as id
        from ({mapping})
    """


def reject(work: Work) -> None:
    """Refuse what could not be read and what has a problem; note what records cannot tell."""
    if work.number("""
        select
            (select count(*) from lines)
            - (select count(*) from mapped)
            - (select count(*) from answered)
    """):
        unread = work.rows("""
            select line
            from lines
            where line not in (select line from mapped union all select line from answered)
        """)
        _refuse(work, ((line, "not_csv", None) for (line,) in unread))
    problems = (
        work.rows(
            """
        select
            mapped.line,
            case
                when $is_json and not json_valid(lines.text) then 'not_json'
                when starts_with(mapped.problem, 'time: required') then 'unknown_shape'
                when starts_with(mapped.problem, 'time:') then 'impossible_time'
                else 'unknown_shape'
            end,
            mapped.problem
        from mapped
        join lines on lines.line = mapped.line
        where mapped.problem is not null
    """,
            is_json=work.header is None,
        )
        if work.number("select count(problem) from mapped")
        else []
    )
    _refuse(work, problems)
    work.run("""
        insert into note
        select distinct
            $source,
            note
        from mapped
        where note is not null
            and note not in (select text from note where source = $source)
    """)


def _refuse(work: Work, lines: Iterable[tuple[int, str, str | None]]) -> None:
    for line, reason, expected in lines:
        work.refused.append(Refused(line, reason, work.guarded.body(line)))
        if expected is not None and reason != "not_json":
            work.expected[line] = expected
