"""Notices and rules over HTTP, raised by a running server."""

from collections.abc import Iterator

import pytest
from tests.api.served import SCOPED, Served, served
from tests.conftest import Row
from tests.server.serving import until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that lets everybody ask as fast as they like."""
    with served(tmp_path_factory.mktemp("notices"), api_rate="0") as there:
        yield there


def test_a_server_raises_what_is_reached(place: Served) -> None:
    """A limit that is set and reached is told within seconds, with the report's number."""
    clients = place.ask("GET", "reports/clients?range=last-7-days").json()["rows"]
    row = max((row for row in clients if row["account"] == "*"), key=lambda row: row["month"])
    given = {"product": row["product"], "clients": row["total"]}
    assert place.ask("PUT", "limits", given=given).status == 200

    def told() -> list[Row]:
        rows: list[Row] = place.ask("GET", "notices?type=usage-report").json()["rows"]
        return rows

    until(lambda: bool(told()), "the limit is told", 90)
    notice = max(told(), key=lambda each: each["payload"]["period"])
    assert notice["payload"]["total_clients"] == row["total"]
    assert place.ask("GET", f"notices/{notice['id']}").json() == notice
    for key in ("keeper", "scoped", "reader"):
        reply = place.ask("GET", f"notices/{notice['id']}", key)
        assert reply.status == (404 if key == "keeper" else 403)
    reply = place.ask("POST", "acknowledged-notices", given={"ids": [notice["id"]]})
    assert reply.json() == {"acknowledged": 1}
    assert notice["id"] not in [each["id"] for each in told()]


def test_rules_over_http(place: Served) -> None:
    """A rule is made, previewed, changed and removed, and each act is in the trail."""
    settings = {"report": "users", "aggregate": "count", "value": 1, "range": "all"}
    wanted = {"name": "Many", "type": "rule", "settings": settings, "account": SCOPED}
    made = place.ask("POST", "rules", given=wanted).json()
    assert (made["account"], made["owner_kind"], made["owner"]) == (SCOPED, "key", "admin")
    assert place.ask("GET", f"rules/{made['id']}").json() == made
    (found,) = place.ask("POST", "rule-preview", given={"id": made["id"]}).json()["rows"]
    assert (found["account"], found["payload"]["threshold"]) == (SCOPED, 1)
    changed = place.ask("PATCH", f"rules/{made['id']}", given={"enabled": False}).json()
    assert (changed["enabled"], changed["settings"]) == (False, made["settings"])
    assert made["id"] in [row["id"] for row in place.ask("GET", "rules", "keeper").json()["rows"]]
    assert place.ask("POST", "rules", "keeper", wanted | {"account": None}).status == 403
    assert place.ask("POST", "rules", given=wanted).status == 409
    assert place.ask("DELETE", f"rules/{made['id']}").json()["name"] == "Many"
    assert place.ask("GET", f"rules/{made['id']}").status == 404
    acts = [row["act"] for row in place.trail("rule.*")]
    assert acts == ["rule.remove", "rule.change", "rule.add"]
    names = {row["name"] for row in place.ask("GET", "rule-types").json()["rows"]}
    assert {"usage-report", "rule"} < names
