"""Conditions of evidence that several reports share, each written once; a head says `@client`."""

import re

CONDITIONS = {
    "below": """
        $row_account = '*' or accounts.name = $row_account
        or starts_with(accounts.name, $row_account || '/')""",
    "client": """
        events.intent in ('use', 'manage', 'presence')
        and identities.kind in ('person', 'machine', 'agent')""",
    "person": """
        events.intent in ('use', 'manage', 'presence') and identities.kind in ('person')""",
    "machine": """
        events.intent in ('use', 'manage', 'presence') and identities.kind in ('machine')""",
    "agent": """
        events.intent in ('use', 'manage', 'presence') and identities.kind in ('agent')""",
}
"""By name: the account of the row or one below it; what makes somebody a client, by kind."""
_NAME = re.compile(r"@([a-z]+)")


def spelled_out(sql: str) -> str:
    """The SQL with the named conditions in the places of their names; raises `ValueError`."""
    if unknown := [name for name in _NAME.findall(sql) if name not in CONDITIONS]:
        raise ValueError(f"Evidence names no condition: {unknown}.")
    return _NAME.sub(lambda found: f"({CONDITIONS[found[1]]})", sql)
