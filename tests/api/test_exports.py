"""Checks files over the API of a real server: made in the background, cancelled, downloaded."""

import json
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from tests.api.served import SCOPED, Served, served
from tests.server.serving import until

from vaultmeter.app import App
from vaultmeter.asked import ReportAsked
from vaultmeter.exporting import keeping
from vaultmeter.exporting.wanted import Wanted
from vaultmeter.settings import Settings

YEAR = "range=last-12-months&tz=UTC&compare=none"
EVENTS = {"name": "events", "range": "last-12-months"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server of a small organisation."""
    with served(tmp_path_factory.mktemp("exports")) as found:
        yield found


def begun(place: Served, key: str = "admin", **words: Any) -> dict[str, Any]:  # noqa: ANN401
    """Ask for a file; answers what is told of it at once."""
    reply = place.ask("POST", "exports", key, {"format": "csv", **words})
    assert reply.status == 202, reply.body
    told: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"/api/v1/exports/{told['id']}"
    assert told["state"] == "waiting"
    return told


def over(place: Served, told: dict[str, Any], key: str = "admin") -> dict[str, Any]:
    """Wait until a file is made, or is not; answers what is told of it then."""
    found: dict[str, Any] = {}

    def is_over() -> bool:
        found.update(place.ask("GET", f"exports/{told['id']}", key).json())
        return found["state"] not in {"waiting", "making"}

    until(is_over, "the file is over", 60)
    return found


def test_a_file_is_made_and_downloaded(place: Served) -> None:
    """It is what its SHA-256 and its manifest say, and is not sent again to whoever has it."""
    told = over(place, begun(place, report={"name": "users", "range": "last-12-months"}))
    assert (told["state"], told["error"]) == ("made", "")
    path = f"exports/{told['id']}/file"
    reply = place.ask("GET", path)
    assert reply.status == 200
    assert sha256(reply.body).hexdigest() == told["sha256"]
    assert len(reply.body) == told["bytes"]
    assert reply.headers["etag"] == f'"{told["sha256"]}"'
    assert reply.headers["content-disposition"] == f"attachment; filename*=UTF-8''{told['name']}"
    assert reply.headers["content-type"].startswith("text/csv")
    again = place.ask("GET", path, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    manifest = place.ask("GET", f"exports/{told['id']}/manifest").json()
    assert manifest["file"]["sha256"] == told["sha256"]
    key = place.ask("GET", "export-key", "nothing").json()["rows"][0]
    assert manifest["fingerprint"] == key["fingerprint"]


def test_a_view_is_a_file_of_its_page(place: Served) -> None:
    """The address of a page becomes its tables, in the rights of who asks."""
    rows = {}
    for key in ("admin", "scoped"):
        words = {"address": f"/product-usage?{YEAR}", "format": "json"}
        told = over(place, begun(place, key, **words), key)
        assert told["state"] == "made", told
        found = place.ask("GET", f"exports/{told['id']}/file", key).json()
        assert [each["report"] for each in found["reports"]] == ["users", "activity", "adoption"]
        rows[key] = found["reports"][0]["rows"]
    assert {row["account"] for row in rows["scoped"]} == {SCOPED}
    assert len(rows["scoped"]) < len(rows["admin"])


def test_a_file_out_of_reach_looks_like_none(place: Served) -> None:
    """Whoever may not see a file's rows is answered the same as where there is no file."""
    told = over(place, begun(place, address=f"/?{YEAR}"))
    for method, rest in (("GET", ""), ("GET", "/file"), ("GET", "/manifest"), ("DELETE", "")):
        answers = []
        for number in (told["id"], 999_999):
            reply = place.ask(method, f"exports/{number}{rest}", "scoped")
            answers.append((reply.status, {**reply.json(), "instance": ""}))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        assert place.ask(method, f"exports/{told['id']}{rest}", "nothing").status == 403
    seen = place.ask("GET", "exports", "scoped").json()["rows"]
    assert told["id"] not in {row["id"] for row in seen}


def test_cancelling_takes_effect_within_a_second(place: Served) -> None:
    """A long file ends soon after it is cancelled, and none of it is left."""
    told = begun(place, format="xlsx", report=EVENTS)
    path = f"exports/{told['id']}"
    until(lambda: place.ask("GET", path).json()["state"] != "waiting", "it is being made")
    assert place.ask("DELETE", path).status == 200
    asked = time.monotonic()
    assert over(place, told)["state"] in {"cancelled", "made"}
    assert time.monotonic() - asked < 5, "a second, on a machine that is not busy"
    assert place.ask("GET", f"{path}/file").status in {200, 422}


def test_what_is_wrong_is_said_at_once(place: Served) -> None:
    """A file of nothing, of two things, or in no format is not taken."""
    for words, status in (
        ({}, 422),
        ({"address": "/", "report": EVENTS}, 422),
        ({"address": "/settings"}, 404),
        ({"view": "nobody's"}, 404),
        ({"address": "/", "format": "exe"}, 404),
        ({"address": "/", "password": "x"}, 422),
        ({"report": {"name": "users", "filters": {"colour": ["red"]}}}, 422),
        ({"report": {"name": "users"}, "limit": 0}, 422),
    ):
        reply = place.ask("POST", "exports", given={"format": "csv", **words})
        assert reply.status == status, (words, reply.body)
    assert place.ask("POST", "exports", "keeper", {"format": "csv", "address": "/"}).status == 403


def test_views_of_the_api(place: Served) -> None:
    """Keys open what is shared, and have no views of their own."""
    reply = place.ask("POST", "views", given={"name": "Mine", "address": f"/?{YEAR}"})
    assert reply.status == 403
    assert place.ask("GET", "views").json()["rows"] == []
    assert place.ask("GET", "views/v1").status == 404


def test_a_server_that_is_killed_makes_its_files_anew(place: Served) -> None:
    """What was being made, or waited, when the server died is made by the next one."""
    serving = place.serving
    assert serving.stop() == 0
    asked = [Wanted("csv", asked=ReportAsked("users")), Wanted("csv", path="/", query=YEAR)]
    with App(Settings(data=serving.data, reserve_bytes=0), say=lambda _: None) as app:
        who = app.access.bearer(place.brought["admin"])
        waiting = [keeping.begin(app, who, each) for each in asked]
    assert [each.state for each in waiting] == ["waiting", "waiting"]
    serving.settings = {**serving.settings, "VAULTMETER_KILL_AT": "export-written"}
    serving.start(wait=False)
    until(lambda: serving.has_ended, "the server is killed", 60)
    serving.stop()
    folder = serving.data / "exports"
    (folder / "left.partial").write_text("of somebody who died")
    serving.settings = {**serving.settings, "VAULTMETER_KILL_AT": ""}
    serving.start()
    until(serving.is_ready, "the store is open")
    made = [over(place, {"id": each.id}) for each in waiting]
    assert [each["state"] for each in made] == ["made", "made"]
    assert not list(folder.glob("*.partial"))
    body = place.ask("GET", f"exports/{made[0]['id']}/manifest").body
    assert json.loads(body)["file"]["sha256"] == made[0]["sha256"]
