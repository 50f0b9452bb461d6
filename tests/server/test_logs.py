"""The log: nothing that is logged can forge a line, reach a terminal, or give a key away."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.server.running import running

from vaultmeter.model.ingest_key import new_key
from vaultmeter.server.logs import set_up_logs

HOSTILE = [
    "two\nlines",
    "carriage\rreturn",
    "\x1b[2J\x1b[1;31mred",
    "bell\x07 null\x00 delete\x7f csi\x9b31m",
    "separators\u2028and\u2029",
    "right\u202eto left",
    '{"event": "forged"}\n{"event": "forged"}',
]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    logging.getLogger("vaultmeter").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def fail(log: structlog.stdlib.BoundLogger, words: str) -> None:
    """Log an error that carries these words."""
    try:
        int(words)
    except ValueError:
        log.exception("failed", exc_info=ValueError(words))


def records(stream: io.StringIO) -> list[dict[str, object]]:
    """Read the log: one JSON object in each line."""
    text = stream.getvalue()
    assert text.isascii() or all(line.isprintable() for line in text.split("\n"))
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("payload", HOSTILE)
def test_each_record_is_one_line(payload: str) -> None:
    """Names, values, lists and errors with control characters make one line of JSON each."""
    stream = io.StringIO()
    set_up_logs(stream)
    log = structlog.get_logger("vaultmeter.test")
    log.info(payload, user=payload, many=[payload, {payload: payload}], **{payload: 1})
    fail(log, payload)
    logging.getLogger("uvicorn.error").warning("%s", payload)
    found = records(stream)
    assert len(found) == 3
    told = json.dumps(found)
    assert "\\u001b" not in told
    assert all(part.isprintable() for part in str(found[0]["user"]))
    assert "ValueError" in str(found[1]["exception"])
    assert found[2]["logger"] == "uvicorn.error"


@pytest.mark.parametrize("payload", HOSTILE)
def test_terminals_are_not_commanded(payload: str) -> None:
    """On a terminal nothing comes through but our own colours."""
    clean, hostile = Terminal(), Terminal()
    for stream, said in ((clean, "harmless"), (hostile, payload)):
        set_up_logs(stream)
        log = structlog.get_logger("vaultmeter.test")
        log.info("said", user=said)
        fail(log, said)
    assert hostile.getvalue().count("\x1b") == clean.getvalue().count("\x1b")
    assert hostile.getvalue().count("\n") <= clean.getvalue().count("\n") + payload.count("\n")
    for control in "\r\x07\x00\x7f\x9b\u2028\u202e":
        assert control not in hostile.getvalue()


def test_secrets_are_masked() -> None:
    """What is named or shaped like a key is not written, wherever it is."""
    stream = io.StringIO()
    set_up_logs(stream)
    key = new_key("vault")
    log = structlog.get_logger("vaultmeter.test")
    log.warning("used", ingest_key=key, authorization="Basic c2VjcmV0", words=f"it is {key}")
    sent = f"sent Bearer {key}"
    log.warning(sent, parts=[key, {"inner": f"Bearer {key}", "token": "hvs.1"}])
    logging.getLogger("other").error("key %s", key)
    text = stream.getvalue()
    assert key[:20] not in text
    assert "c2VjcmV0" not in text
    assert "hvs.1" not in text
    assert len(records(stream)) == 3


def test_what_libraries_say_in_passing_is_left_out() -> None:
    """Ours comes through from info up, that of libraries from warnings up; warnings are logged."""
    stream = io.StringIO()
    set_up_logs(stream)
    structlog.get_logger("vaultmeter.test").debug("ours, in detail")
    structlog.get_logger("vaultmeter.test").info("ours")
    logging.getLogger("uvicorn.error").info("theirs")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert [record["logger"] for record in records(stream)] == ["vaultmeter.test", "py.warnings"]


def test_a_server_keeps_keys_and_bodies_out_of_its_log(tmp_path: Path) -> None:
    """Refused requests are noted with their address, and neither their key nor their body."""
    stream = io.StringIO()
    set_up_logs(stream)
    with running(tmp_path / "data") as server:
        wrong = {"Authorization": "Bearer canary-key"}
        for path in ("vault", "forged%1B[2J%E2%80%A8", "vault?key=canary-query"):
            reply = server.ask("POST", f"/ingest/{path}", b"canary-body", wrong)
            assert reply.status == 401
        assert server.ask("POST", "/ingest/%0Aforged", b"canary-body", wrong).status == 404
        assert server.push(b"canary-body\n\xff").status == 200
        with server.connect() as opened:
            opened.sendall(b"canary-noise\r\n\r\n")
            assert b" 400 " in opened.recv(1 << 16)
        assert server.key not in stream.getvalue()
    assert "canary" not in stream.getvalue()
    found = records(stream)
    assert [record["status"] for record in found] == [401, 401, 401, 404]
    assert found[1]["path"] == "/ingest/forged\\x1b[2J\\u2028"
    assert found[3]["path"] == "/ingest/\\nforged"
    assert {record["address"] for record in found} == {"127.0.0.1"}


def test_a_flood_of_refusals_does_not_fill_the_log(tmp_path: Path) -> None:
    """Of many refused requests some are noted, and the others are counted."""
    stream = io.StringIO()
    set_up_logs(stream)
    with running(tmp_path / "data") as server:
        client = server.client()
        for _ in range(150):
            client.request("GET", "/nothing")
            client.getresponse().read()
        client.close()
    assert len(records(stream)) == 100
