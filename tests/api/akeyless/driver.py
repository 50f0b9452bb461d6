"""A program that makes calls with the official SDK: one JSON line asks, one answers.

It imports nothing of ours, so that it runs with whatever version of the SDK is first on its path.
"""

import json
import sys
from importlib import import_module
from typing import Any

akeyless: Any = import_module("akeyless")
"""Whichever version is there; neither has types."""


def main() -> None:
    """Answer every line of standard input; the first line printed is the SDK's version."""
    tell(akeyless.__version__)
    for line in sys.stdin:
        asked = json.loads(line)
        client = akeyless.ApiClient(akeyless.Configuration(host=asked["host"]))
        try:
            given = getattr(akeyless, asked["model"])(**asked["fields"])
            tell(called(client, akeyless.V2Api(client), asked, given))
        except akeyless.ApiException as error:
            body = error.body.decode() if isinstance(error.body, bytes) else error.body
            tell({"status": error.status, "body": body})
        except Exception as error:  # noqa: BLE001  whatever the SDK makes of an answer is told
            tell({"broken": repr(error)})


def called(client: Any, api: Any, asked: dict[str, Any], given: Any) -> dict[str, Any]:  # noqa: ANN401  the SDK's types
    """Make a call; answers the object that the SDK makes of the answer, or what it got."""
    if not asked["raw"]:
        answer = getattr(api, asked["call"])(given)
        plain = client.sanitize_for_serialization(answer)
        return {"answer": plain, "kind": type(answer).__name__}
    without = getattr(api, f"{asked['call']}_without_preload_content", None)
    got = without(given) if without else getattr(api, asked["call"])(given, _preload_content=False)
    return {"answer": got.data.decode(), "kind": got.headers["Content-Type"]}


def tell(answer: Any) -> None:  # noqa: ANN401  whatever JSON can hold
    """Print an answer at once."""
    print(json.dumps(answer), flush=True)  # noqa: T201  what this program is for


if __name__ == "__main__":
    main()
