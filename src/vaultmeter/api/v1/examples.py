"""Answers that the description of the API shows as examples: each was given by a server once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")


@cache
def examples() -> dict[str, dict[str, Any]]:
    """What was `given`, and the `answer`, by operation, as `GET reports/{name}`.

    There are few rows, and words in the place of secrets.
    """
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return found
