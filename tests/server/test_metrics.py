"""The page of metrics, and the pages of health."""

from pathlib import Path
from threading import Event

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from tests.conftest import event, ndjson
from tests.server.running import Running, running, wait_for

from vaultmeter.api.health import Component
from vaultmeter.model.errors import Unavailable
from vaultmeter.server.metrics import ClientsOfMonth, Remembered, Sights, Spool

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(server: Running) -> Samples:
    """Read the page as a scraper does."""
    reply = server.ask("GET", "/metrics")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())  # type: ignore[no-untyped-call]  # it has no types
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    """Read one number."""
    return found["vaultmeter_" + name, frozenset(labels.items())]


def test_every_number_is_on_the_page(tmp_path: Path) -> None:
    """Pushes, connections, spool, flushes, workers, clients and disk are shown as they are."""
    sights = Sights(
        tmp_path,
        lambda: Spool(3, 40, 5000, 1.5),
        lambda: {"gate": 0.25},
        lambda: [ClientsOfMonth("sm", "acme", 7, 10), ClientsOfMonth("pm", "acme", 2, None)],
    )
    with running(tmp_path / "data", sights=sights) as server:
        server.push(ndjson(event(1)))
        server.push(ndjson(event(1), event(2)) + b"no json\n")
        server.ask("POST", "/ingest/vault", b"{}")
        server.flushes.flushed("vault", 0.02, {"stored": 2, "rejected": 1, "duplicates": 0})
        found = samples(server)
    assert value(found, "pushes_total", source="vault", status="204") == 1
    assert value(found, "pushes_total", source="vault", status="200") == 1
    assert value(found, "pushes_total", source="", status="401") == 1
    assert value(found, "push_records_total", source="vault") == 4
    assert value(found, "push_rejects_total", source="vault", reason="not_json") == 1
    assert value(found, "push_seconds_count") == 2
    assert value(found, "lines_total", source="vault", became="stored") == 2
    assert value(found, "flush_seconds_count") == 1
    assert value(found, "connections") == 1
    assert value(found, "spool_batches") == 3
    assert value(found, "spool_lines") == 40
    assert value(found, "spool_bytes") == 5000
    assert value(found, "lag_seconds") == 1.5
    assert value(found, "worker_silent_seconds", worker="gate") == 0.25
    assert value(found, "clients", product="sm", account="acme") == 7
    assert value(found, "client_limit", product="sm", account="acme") == 10
    assert (
        "vaultmeter_client_limit",
        frozenset({("product", "pm"), ("account", "acme")}),
    ) not in found
    assert value(found, "disk_free_bytes") > 0


def test_ended_connections_are_counted_by_reason(tmp_path: Path) -> None:
    """A refused connection is on the page, with why."""
    with running(tmp_path / "data") as server:
        with server.connect() as opened:
            opened.sendall(b"TRACE / HTTP/1.1\r\n\r\n")
            assert b" 405 " in opened.recv(1 << 16)
        assert value(samples(server), "connections_ended_total", reason="method") == 1


@pytest.mark.parametrize(
    ("settings", "key", "status"),
    [
        ({}, "", 401),
        ({"metrics_key": "opener"}, "", 401),
        ({"metrics_key": "opener"}, "Bearer wrong", 401),
        ({"metrics_key": "opener"}, "Bearer opener", 200),
        ({"metrics_open": True}, "", 200),
    ],
)
def test_metrics_are_not_for_everybody(
    tmp_path: Path, settings: dict[str, str], key: str, status: int
) -> None:
    """From another address the page opens with its key, or when it is set to be open."""
    with running(tmp_path / "data", settings=settings, proxies=("127.0.0.1",)) as server:
        headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": key}
        assert server.ask("GET", "/metrics", headers=headers).status == status


def test_an_answer_that_takes_long_holds_up_nobody(tmp_path: Path) -> None:
    """While the clients are being counted the page answers without them, and later with them."""
    counted = Event()
    asked: list[int] = []

    def clients() -> list[ClientsOfMonth]:
        asked.append(1)
        assert counted.wait(20)
        return [ClientsOfMonth("sm", "acme", 7, None)]

    with running(tmp_path / "data", sights=Sights(tmp_path, clients=clients)) as server:
        for _ in range(2):
            assert not any(name == "vaultmeter_clients" for name, _ in samples(server))
        counted.set()
        wait_for(lambda: any(name == "vaultmeter_clients" for name, _ in samples(server)))
        assert asked == [1]


def test_a_store_that_is_not_open_yet_is_asked_again() -> None:
    """An answer that cannot be made yet is made with the next page."""
    asked: list[int] = []

    def make() -> str:
        asked.append(1)
        if len(asked) == 1:
            raise Unavailable("The store is being opened.")
        return "made"

    remembered = Remembered(make, "nothing")
    assert remembered.get(20) == "nothing"
    wait_for(lambda: remembered.get() == "made")
    assert remembered.get() == "made"
    assert len(asked) == 2


def test_health_is_told(tmp_path: Path) -> None:
    """A process that lives says so; it is ready when every component works."""
    with running(tmp_path / "data") as server:
        assert server.ask("GET", "/healthz").json() == {"status": "ok"}
        reply = server.ask("GET", "/readyz")
        assert reply.status == 200
        assert reply.json() == {
            "ready": True,
            "components": [{"name": "inbox", "ok": True, "words": ""}],
        }
        server.components.append(Component("flusher", ok=False, words="Silent for 40 s."))
        reply = server.ask("GET", "/readyz")
        assert reply.status == 503
        assert reply.json()["ready"] is False
        assert server.ask("GET", "/healthz").status == 200
