"""Errors over HTTP: problem details that give nothing of the machine away."""

from collections.abc import AsyncIterator
from http.client import IncompleteRead
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs
from tests.server.running import reply_of, running

from vaultmeter.model.errors import Busy, Full, Invalid, NotFound, Unavailable, VaultmeterError


@pytest.mark.parametrize(
    ("error", "status", "retries"),
    [
        (Invalid("Said so.", "Do this."), 422, False),
        (NotFound("Said so.", "Do this."), 404, False),
        (Busy("Said so.", "Do this."), 409, False),
        (Unavailable("Said so.", "Do this."), 503, True),
        (Full("Said so.", "Do this."), 507, True),
    ],
)
def test_each_error_has_its_status(
    tmp_path: Path, error: VaultmeterError, status: int, *, retries: bool
) -> None:
    """An error of ours is told with its sentence, its hint, and when to come back."""

    async def fail(_: Request) -> Response:
        raise error

    with running(tmp_path / "data", routes=(Route("/fail", fail),)) as server:
        reply = server.ask("GET", "/fail")
    assert reply.status == status
    assert reply.json() | {"title": ""} == {
        "type": f"urn:vaultmeter:error:{error.code}",
        "title": "",
        "status": status,
        "detail": "Said so.",
        "hint": "Do this.",
        "instance": f"urn:vaultmeter:request:{reply.headers['x-request-id']}",
    }
    assert ("retry-after" in reply.headers) == retries


def test_a_fault_of_ours_is_told_by_a_number_alone(tmp_path: Path) -> None:
    """What nobody foresaw is answered without its words; the log has them beside the number."""

    async def fail(_: Request) -> Response:
        raise RuntimeError("select * from /var/lib/vaultmeter")

    routes = (Route("/fail", fail),)
    with capture_logs() as logged, running(tmp_path / "data", routes=routes) as server:
        reply = server.ask("GET", "/fail")
        assert server.ask("GET", "/healthz").status == 200
    assert reply.status == 500
    for leaked in (b"select", b"/var", b"Traceback", b"RuntimeError", b".py"):
        assert leaked not in reply.body
    assert logged[0]["error"] in reply.json()["detail"]
    assert isinstance(logged[0]["exc_info"], RuntimeError)


def test_the_inside_is_told_to_whoever_is_at_the_machine(tmp_path: Path) -> None:
    """Paths and words of databases are in the log; the network is told where to look."""
    said = "The state /data/state.sqlite cannot be used: no such table: role."

    async def fail(_: Request) -> Response:
        raise Unavailable(said, "Restore it.", inside=True)

    routes = (Route("/fail", fail),)
    with capture_logs() as logged, running(tmp_path / "data", routes=routes) as server:
        reply = server.ask("GET", "/fail")
    assert reply.status == 503
    assert b"state" not in reply.body
    assert b"table" not in reply.body
    assert (logged[0]["reason"], logged[0]["error"]) == (said, reply.headers["x-request-id"])


def test_a_request_is_called_as_its_sender_calls_it(tmp_path: Path) -> None:
    """An id that can stand in a log is taken over, and any other is not repeated."""
    with running(tmp_path / "data") as server:
        ours = server.ask("GET", "/none", headers={"X-Request-Id": "trace-0123456789"})
        assert ours.headers["x-request-id"] == "trace-0123456789"
        assert ours.json()["instance"] == "urn:vaultmeter:request:trace-0123456789"
        for hostile in ("a b", "x" * 65, "<script>", "short"):
            reply = server.ask("GET", "/none", headers={"X-Request-Id": hostile})
            assert hostile.encode() not in reply.body
            assert reply.headers["x-request-id"] != hostile


def test_an_answer_that_breaks_off_is_not_taken_for_whole(tmp_path: Path) -> None:
    """When an answer fails half-way its connection is closed, so that the reader notices."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("the other half is missing")

    async def answer(_: Request) -> Response:
        return StreamingResponse(parts())

    with running(tmp_path / "data", routes=(Route("/half", answer),)) as server:
        client = server.client()
        client.request("GET", "/half")
        with pytest.raises(IncompleteRead):
            reply_of(client.getresponse())
        client.close()
