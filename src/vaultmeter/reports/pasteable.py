"""A statement as people can paste it into a shell of the engine."""

from vaultmeter.store.statement import Statement


def pasteable(statement: Statement) -> str:
    """The statement with the values it binds listed above it."""
    values = "".join(
        f"-- ${name} = {_on_one_line(value)}\n"
        for name, value in sorted(statement.values.items())
        if f"${name}" in statement.sql
    )
    return f"{values}{statement.sql}\n"


def _on_one_line(value: object) -> str:
    """A value as a comment can hold it: a line break would end the comment."""
    text = str(value)
    return text if text.isprintable() else ascii(value)
