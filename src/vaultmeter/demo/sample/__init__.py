"""A real OpenBao audit log, and what was really done, counted by the client that did it.

The log is of the file device of an OpenBao 2.7.2 server: three namespaces, key-value engines of
both versions, transit, and sign-ins by userpass, AppRole and JWT.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any


def audit_log() -> Path:
    """Where the log is, compressed: 17,125 entries of 8,563 requests."""
    return Path(str(files(__name__).joinpath("audit.log.gz")))


def truth() -> dict[str, Any]:
    """What was done: `total`, `by_actor` (`namespace|actor`) and `by_path` (`namespace|path`)."""
    answer: dict[str, Any] = json.loads(files(__name__).joinpath("truth.json").read_text("utf-8"))
    return answer
