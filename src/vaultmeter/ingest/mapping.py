"""From lines to events: parse into the connector's shape, apply its SQL, set aside what fails."""

import json
from collections.abc import Iterable

from vaultmeter.connectors import MAPPED_COLUMNS
from vaultmeter.failpoints import reach
from vaultmeter.ingest.guard import Refused
from vaultmeter.ingest.work import Work
from vaultmeter.model.kinds import INTENT_OF_KIND

_EARLIEST, _LATEST = "2000-01-01", "2100-01-01"
_TIME_BOUNDS = f"time: an instant from {_EARLIEST} to {_LATEST}"
_DEFAULT_INTENT = "case kind {} end".format(
    " ".join(f"when '{kind}' then '{intent}'" for kind, intent in INTENT_OF_KIND.items())
)


def parse(work: Work) -> None:
    """Read the lines as records; what is not even text of the right form is refused."""
    work.store.offer("lines", work.guarded.lines)
    if work.header is not None and work.connector.csv_sql is not None:
        records = work.connector.csv_sql(work.header.decode("utf-8", "replace"))
        reason = "not_csv"
    else:
        shape = json.dumps(work.connector.shape).replace("'", "''")
        records = f"select line, try(from_json(text, '{shape}')) as r from lines"
        reason = "not_json"
    work.run(f"create or replace temp table parsed as {records}")
    unread = work.rows(
        "select lines.line from lines anti join parsed on parsed.line = lines.line and r is not null"
    ) if work.number("select count(r) from parsed") < work.guarded.lines.num_rows else []
    _refuse(work, ((line, reason, None) for (line,) in unread))


def set_answered_halves_apart(work: Work) -> None:
    """Keep from the mapping the records whose better half is in the same batch."""
    halves = work.connector.halves
    condition = "r is not null"
    if halves is None:
        work.run("create or replace temp table answered (line integer, record_id varchar)")
    else:
        work.run(f"""
            create or replace temp table answered as
            select
                line,
                {halves.id} as record_id
            from parsed
            where {halves.lesser}
                and {halves.id} in (select {halves.id} from parsed where {halves.better})
        """)
        condition += " and line not in (select line from answered)"
    work.run(f"create or replace temp view records as select line, r from parsed where {condition}")


def apply_connector(work: Work) -> None:
    """Run the connector's SQL over the records, into the columns every connector answers."""
    columns = ", ".join(
        f"cast({name} as {type_}) as {name}"
        for name, type_ in MAPPED_COLUMNS.items()
        if name not in ("intent", "problem")
    )
    work.run(f"""
        create or replace temp table mapped as
        select
            case
                when problem is null
                    and not (time >= timestamp '{_EARLIEST}' and time < timestamp '{_LATEST}')
                    then '{_TIME_BOUNDS}'
                else problem
            end as problem,
            {columns},
            cast(coalesce(intent, {_DEFAULT_INTENT}) as intent) as intent
        from ({work.connector.mapping})
    """)
    reach("flush-mapped")


def reject(work: Work) -> None:
    """Set records with a problem aside, and notes of what the records cannot tell."""
    _refuse(
        work,
        (
            (line, "impossible_time" if problem.startswith("time:") else "unknown_shape", problem)
            for line, problem in work.rows(
                "select line, problem from mapped where problem is not null"
            )
        ),
    )
    if work.connector.notes_sql:
        work.run(f"""
            insert into note
            select $source, text
            from ({work.connector.notes_sql}) as found(text)
            where text not in (select text from note where source = $source)
        """)


def _refuse(work: Work, lines: Iterable[tuple[int, str, str | None]]) -> None:
    for line, reason, expected in lines:
        work.refused.append(Refused(line, reason, work.guarded.body(line)))
        if expected is not None:
            work.expected[line] = expected
