"""Schedules over HTTP, run by the server that answers."""

from collections.abc import Iterator

import pytest
from tests.api.served import Served, served
from tests.conftest import Row
from tests.server.serving import until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that lets everybody ask as fast as they like."""
    with served(tmp_path_factory.mktemp("schedules"), api_rate="0") as there:
        yield there


def test_a_schedule_runs_and_its_file_is_downloaded(place: Served) -> None:
    """Made, run by hand, and done within seconds: the run's file is there for who may see it."""
    report = {"report": "users", "range": "last-month"}
    timed = {"every": "monthly", "on": "last", "at": "18:00", "time_zone": "Europe/Berlin"}
    wanted = {"name": "Board", "formats": ["csv"], "report": report, **timed}
    made = place.ask("POST", "schedules", given=wanted)
    assert made.status == 201
    told = made.json()
    assert (told["owner"], told["owner_kind"], len(told["next"])) == ("admin", "key", 5)
    assert told["next"] == place.ask("POST", "next-runs", given=timed).json()["rows"]
    assert place.ask("POST", "schedules", given=wanted).status == 409
    assert place.ask("GET", "schedules/Board").json() == told
    run = place.ask("POST", "schedules/Board/run")
    assert (run.status, run.json()["way"]) == (202, "manual")

    def runs() -> list[Row]:
        rows: list[Row] = place.ask("GET", f"schedules/{told['id']}/runs").json()["rows"]
        return rows

    until(lambda: runs()[0]["state"] not in {"planned", "making"}, "the run is made", 60)
    (done,) = runs()
    assert (done["state"], done["error"]) == ("done", "")
    (file,) = done["files"]
    assert place.ask("GET", f"exports/{file['id']}/file").status == 200
    assert place.ask("POST", "schedules/Board/test").status == 422
    assert place.ask("POST", "schedules/Board/pause").json()["is_paused"]
    assert not place.ask("POST", "schedules/Board/resume").json()["is_paused"]
    changed = place.ask("PATCH", "schedules/Board", given={"name": "Directors", "at": "17:00"})
    assert changed.json()["timing"] == "monthly on last at 17:00 (Europe/Berlin)"


def test_who_may_not_is_refused(place: Served) -> None:
    """Readers have no schedules, and of others' nothing is told; what is wrong is named."""
    wanted = {"name": "x", "formats": ["csv"], "every": "daily", "report": {"report": "users"}}
    assert place.ask("POST", "schedules", "reader", wanted).status == 403
    assert place.ask("GET", "schedules", "keeper").status == 403
    assert place.ask("GET", "schedules/nobody").status == 404
    for wrong in ({"every": "dayly"}, {"report": {"report": "users", "tz": "UTC"}}, {"view": 99}):
        assert place.ask("POST", "schedules", given={**wanted, **wrong}).status in {404, 422}
    assert place.ask("GET", "schedules/Directors/runs?cursor=x").status == 422
