"""What the SQL of a report reads, told from its syntax tree; refuses what a report may not hold.

A name is what the engine takes it for: a part of the report's own where one is in sight, else a
table. A part is in sight behind its definition, and of its own definition only where it recurs.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from vaultmeter.model.errors import Invalid
from vaultmeter.store.schema import TABLES

Parse = Callable[[str], Any]
"""An engine's parser: SQL to its syntax tree; raises `Invalid` for anything but selects."""

_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE", "RECURSIVE_CTE_NODE"}
_SOURCES = {"BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST"}
_OUTSIDE = {"current_setting", "getenv", "getvariable"}
"""Functions that tell of the machine and not of the data."""
_COUNTED = {"activity", "usage", "item_usage"}
"""The tables that rollups may answer, which have no column that is not read."""
_REMEMBERED = 256
"""How many texts are remembered by what they read."""
Read = Callable[[str, Parse], frozenset[str]]


def _remembered(read: Read) -> Read:
    """Remember what a text reads, whichever connection parses it."""
    known: dict[str, frozenset[str]] = {}

    @wraps(read)
    def remembering(report_sql: str, parse: Parse) -> frozenset[str]:
        names = known.get(report_sql)
        if names is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            names = known[report_sql] = read(report_sql, parse)
        return names

    return remembering


@_remembered
def tables_of(report_sql: str, parse: Parse) -> frozenset[str]:
    """The logical tables a report asks; raises `Invalid` for SQL a report may not have."""
    statements = parse(report_sql)["statements"]
    if len(statements) != 1:
        raise Invalid("A report is exactly one select.", "Move everything into its CTEs.")
    read = set(_read(statements[0], frozenset()))
    for name in sorted(read - set(TABLES)):
        raise Invalid(f"A report may not read {name!r}.", f"Reports read: {', '.join(TABLES)}.")
    return frozenset(read)


@_remembered
def columns_of(report_sql: str, parse: Parse) -> frozenset[str]:
    """The names of all columns that a report reads; all there are where it says `*`."""
    names: set[str] = set()
    for node in _nodes(parse(report_sql)["statements"]):
        if node.get("class") == "COLUMN_REF":
            names.add(str(node["column_names"][-1]))
        names |= set(node.get("using_columns", ()))
        if node.get("type") == "SELECT_NODE" and _takes_whole_rows(node):
            names |= {column for table in _COUNTED for column in TABLES[table]}
    return frozenset(names)


def _read(tree: Any, known: frozenset[str]) -> Iterator[str]:  # noqa: ANN401  a syntax tree is plain JSON
    """The tables that a part of a statement reads, beside the report's own parts in sight."""
    if isinstance(tree, list):
        for part in tree:
            yield from _read(part, known)
    if not isinstance(tree, dict):
        return
    _check(tree)
    if tree.get("type") == "BASE_TABLE" and tree["table_name"] not in known:
        yield tree["table_name"]
    for part in tree.get("cte_map", {}).get("map", ()):
        if part["key"].lower() in TABLES:
            raise Invalid(
                f"A report may not call a part of itself {part['key']!r}.", "Rename the CTE."
            )
        yield from _read(part["value"], known)
        known |= {part["key"]}
    recurring = {tree["cte_name"]} if tree.get("type") == "RECURSIVE_CTE_NODE" else set()
    for name, part in tree.items():
        if name != "cte_map":
            yield from _read(part, known | recurring if name == "right" else known)


def _check(node: dict[str, Any]) -> None:
    """Refuse statements, sources and functions that are not of a report's kind."""
    kind = str(node.get("type", ""))
    source = node.get("from_table") or {}
    if kind.endswith("_NODE") and kind not in _NODES:
        raise Invalid(f"A report may not hold a {kind.removesuffix('_NODE').lower()}.")
    if kind == "TABLE_FUNCTION":
        raise Invalid(f"A report may not read '{node['function']['function_name']}()'.")
    if kind == "BASE_TABLE" and (node.get("schema_name") or node.get("catalog_name")):
        path = (node.get("catalog_name"), node.get("schema_name"), node["table_name"])
        raise Invalid(f"A report may not read {'.'.join(filter(None, path))!r}.")
    for part in (source, *((node["left"], node["right"]) if kind == "JOIN" else ())):
        if part and part["type"] not in {*_SOURCES, "TABLE_FUNCTION"}:
            raise Invalid(f"A report may not read a {part['type'].lower()}.")
    if node.get("class") == "FUNCTION" and node["function_name"].lower() in _OUTSIDE:
        raise Invalid(f"A report may not call {node['function_name']!r}.")


def _takes_whole_rows(select: dict[str, Any]) -> bool:
    """Whether a select takes columns of counted events without naming them."""
    rows = {
        name
        for node in _nodes(select["from_table"])
        if node.get("type") == "BASE_TABLE" and node["table_name"] in _COUNTED
        for name in (node["table_name"], node["alias"])
    }
    own = [part for name, part in select.items() if name != "cte_map"]
    return bool(rows) and any(
        node.get("class") == "STAR"
        or node.get("ref_type") == "NATURAL"
        or (node.get("class") == "COLUMN_REF" and node["column_names"][-1] in rows)
        for node in _nodes(own)
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  a syntax tree is plain JSON
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(part)
