"""Pushes: what is acknowledged, what is refused and with which words."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from tests.conftest import event, ndjson
from tests.server.running import Running, reply_of, running

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    """Run a server."""
    with running(tmp_path / "data") as made:
        yield made


def test_a_single_record_is_on_disk_when_it_is_acknowledged(server: Running) -> None:
    """A record without newline and content type is answered with 204, and is in the inbox."""
    record = ndjson(event(1)).rstrip(b"\n")
    reply = server.push(record)
    assert (reply.status, reply.body) == (204, b"")
    assert server.accepted() == record + b"\n"


def test_records_come_one_by_one_on_one_connection(server: Running) -> None:
    """One connection carries record after record, as a vault sends them."""
    client = server.client()
    for number in range(20):
        headers = server.bearer() | {"User-Agent": "Go-http-client/1.1"}
        client.request("POST", "/ingest/vault", ndjson(event(number)), headers)
        assert reply_of(client.getresponse()).status == 204
    client.close()
    assert server.accepted() == ndjson(*map(event, range(20)))


def test_a_batch_is_told_what_became_of_it(server: Running) -> None:
    """A batch is answered with its id and the lines that are no records, and keeps them all."""
    bad = [b"no json", b'{"a": "\xff"}', b"[" * 70 + b"]" * 70]
    content = b"\n".join([ndjson(event(1)).strip(), bad[0], b"", bad[1], bad[2], b'{"n": NaN}'])
    reply = server.push(content)
    assert reply.status == 200
    told = reply.json()
    assert told.pop("batch_id")
    assert told == {
        "accepted": 2,
        "duplicate_batch": False,
        "rejected": [
            {"line": 2, "reason": "not_json"},
            {"line": 4, "reason": "not_utf8"},
            {"line": 5, "reason": "too_deep"},
        ],
    }
    assert server.accepted() == content + b"\n"
    assert server.metric("vaultmeter_push_records_total", source="vault") == 6
    assert server.metric("vaultmeter_push_rejects_total", source="vault", reason="not_json") == 1


@pytest.mark.parametrize("line", [b'{"a": 1,}', b"nan", b'{"a": -Infinity}', b'{"a": 1e400}'])
def test_what_the_store_may_take_is_not_told_as_rejected(server: Running, line: bytes) -> None:
    """Lines that only strict parsers refuse are told nothing about."""
    assert server.push(line + b"\n{}\n").json()["rejected"] == []


def test_a_batch_sent_again_changes_nothing(server: Running) -> None:
    """The same lines, also packed otherwise, are taken as done, under the same id."""
    content = ndjson(event(1), event(2))
    first = server.push(content).json()
    again = server.push(gzip.compress(content), Content_Encoding="gzip").json()
    assert again == first | {"duplicate_batch": True}
    assert server.accepted() == content
    assert server.metric("vaultmeter_push_records_total", source="vault") == 2


def test_an_idempotency_key_tells_equal_batches_apart(server: Running) -> None:
    """Equal batches with two keys count twice; one key given to two batches loses none."""
    content, other = ndjson(event(1), event(2)), ndjson(event(3), event(4))
    for key in ("one", "two", "two"):
        assert server.push(content, Idempotency_Key=key).status == 200
    assert server.push(other, Idempotency_Key="two").json()["duplicate_batch"] is False
    assert server.accepted() == content + content + other


def test_a_record_is_sent_again_safely_with_an_idempotency_key(server: Running) -> None:
    """Single records are kept each time they come, unless their sender gives them a key."""
    record = ndjson(event(1))
    for _ in range(2):
        assert server.push(record).status == 204
        assert server.push(record, Idempotency_Key="one").status == 204
    assert server.accepted() == record * 3


@pytest.mark.parametrize("coding", ["gzip", "zstd", "x-gzip", "GZIP", "identity"])
def test_bodies_may_be_compressed(server: Running, coding: str) -> None:
    """Each coding is read, also in several parts one after the other."""
    halves = ndjson(event(1), event(2)), ndjson(event(3))
    pack = PACKED.get(coding, gzip.compress)
    reply = server.push(b"".join(map(pack, halves)), Content_Encoding=coding)
    assert reply.json()["accepted"] == 3
    assert server.accepted() == b"".join(halves)


def test_large_bodies_are_read_beside_the_event_loop(server: Running) -> None:
    """Bodies that are read in threads are accepted whole, plain and compressed."""
    content = ndjson(*map(event, range(20_000)))
    assert len(content) > 1 << 20
    assert server.push(content).json()["accepted"] == 20_000
    again = server.push(zstandard.compress(content), Content_Encoding="zstd").json()
    assert (again["accepted"], again["duplicate_batch"]) == (20_000, True)
    assert server.accepted() == content


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/ingest/vault", {}),
        ("/ingest/vault", {"Authorization": "Bearer wrong"}),
        ("/ingest/vault", {"Authorization": "Basic KEY"}),
        ("/ingest/vault", {"Authorization": "Bearer \xff"}),
        ("/ingest/stranger", {"Authorization": "Bearer KEY"}),
    ],
)
def test_strangers_are_refused_in_the_same_words(
    server: Running, path: str, headers: dict[str, str]
) -> None:
    """An unknown source and a wrong key cannot be told apart."""
    sent = {name: value.replace("KEY", server.key) for name, value in headers.items()}
    reply = server.ask("POST", path, b"{}", sent)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"] == "The key does not open this source."
    assert server.accepted() == b""
    assert server.metric("vaultmeter_pushes_total", source="", status="401") == 1


def test_a_key_in_the_address_is_refused(server: Running) -> None:
    """A key in the query string opens nothing, even beside the right header."""
    path = f"/ingest/vault?key={server.key}"
    assert server.ask("POST", path, b"{}").status == 401
    reply = server.ask("POST", path, b"{}", server.bearer())
    assert reply.status == 400
    assert server.key.encode() not in reply.body
    assert server.accepted() == b""


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (422, b"", {}),
        (422, b" \n\r\n", {}),
        (415, b"{}", {"Content_Encoding": "br"}),
        (415, b"{}", {"Content_Encoding": "gzip, gzip"}),
        (415, gzip.compress(b"{}", mtime=0), {}),
        (415, gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), {"Content_Encoding": "gzip"}),
        (415, zstandard.compress(zstandard.compress(b"{}")), {"Content_Encoding": "zstd"}),
        (422, b"{}", {"Content_Encoding": "gzip"}),
        (422, gzip.compress(b"{}", mtime=0)[:-4], {"Content_Encoding": "gzip"}),
        (422, zstandard.compress(b"{}" * 100)[:-4], {"Content_Encoding": "zstd"}),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(
    server: Running, status: int, body: bytes, headers: dict[str, str]
) -> None:
    """Empty, damaged, twice packed and unknown bodies have no effect, and are told why."""
    reply = server.push(body, **headers)
    assert reply.status == status, reply.body
    assert reply.json()["detail"]
    assert server.accepted() == b""


def test_limits_hold_above_and_not_below(tmp_path: Path) -> None:
    """One byte or line more than allowed is refused, plain or packed; as many are accepted."""
    settings = {"push_max_bytes": 2048, "push_max_lines": 3}
    with running(tmp_path / "data", settings=settings) as server:
        fits = b'{"a":"' + b"x" * 2039 + b'"}\n'
        assert len(fits) == 2048
        assert server.push(fits).status == 204
        assert server.push(fits + b"\n").status == 413
        packed = gzip.compress(fits + b"\n")
        assert server.push(packed, Content_Encoding="gzip").status == 413
        assert server.push(gzip.compress(fits), Content_Encoding="gzip").status == 204
        assert server.push(b"{}\n" * 3).status == 200
        assert server.push(b"{}\n" * 4).status == 413
        assert server.accepted() == fits * 2 + b"{}\n" * 3


def test_bodies_of_unknown_length_have_the_same_limit(tmp_path: Path) -> None:
    """A chunked body is refused as soon as it is too large, and the connection goes on."""
    with running(tmp_path / "data", settings={"push_max_bytes": 2048}) as server:
        client = server.client()
        for count, status in ((1, 204), (3, 413), (1, 204)):
            parts = [b'{"a":"' + b"x" * 1000 + b'"}'] * count
            client.request(
                "POST", "/ingest/vault", iter(parts), server.bearer(), encode_chunked=True
            )
            assert reply_of(client.getresponse()).status == status
        client.close()


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_bombs_are_refused_before_they_go_off(tmp_path: Path, coding: str) -> None:
    """What swells more than a hundredfold, or beyond the limit, is refused while it is unpacked."""
    pack = PACKED[coding]
    with running(tmp_path / "data") as server:
        for bomb in (pack(b"\n" * (32 << 20)), pack(b" " * (200 << 20))):
            reply = server.push(bomb, Content_Encoding=coding)
            assert reply.status == 413, reply.body
            assert "100 times" in reply.json()["detail"]
        small = b'{"a":"' + b"x" * 1_000_000 + b'"}\n'
        assert server.push(pack(small), Content_Encoding=coding).status == 204
        assert server.accepted() == small


def test_a_disk_that_stands_still_is_told_in_time_and_a_resend_is_safe(tmp_path: Path) -> None:
    """Past the deadline a push is answered with 503; the batch, accepted after all, counts once."""
    content = ndjson(event(1), event(2))
    with running(tmp_path / "data", settings={"push_seconds": 0.3}, stands=True) as server:
        reply = server.push(content)
        assert reply.status == 503
        assert int(reply.headers["retry-after"]) > 0
        assert server.push(content).status == 503
        server.standing.go_on()
        assert server.accepted() == content


def test_a_full_disk_is_told_with_its_reason(tmp_path: Path) -> None:
    """Without room nothing is accepted, and the answer is 507 and says why."""
    with running(tmp_path / "data", settings={"reserve_bytes": 1 << 60}) as server:
        reply = server.push(b"{}")
        assert reply.status == 507
        assert "kept free" in reply.json()["detail"]
        assert reply.headers["retry-after"]
        assert server.accepted() == b""


def test_a_gate_that_is_closed_is_told(tmp_path: Path) -> None:
    """Once the server ends, a push is answered with 503."""
    with running(tmp_path / "data") as server:
        server._life.stop()
        server._threads[1].join()
        assert server.push(b"{}").status == 503


def test_a_source_cannot_push_faster_than_it_may(tmp_path: Path) -> None:
    """A source that spent its records waits, told for how long; another one goes on."""
    with running(tmp_path / "data", settings={"push_rate": 2.0}) as server:
        server.doors["other"] = server.doors["vault"].__class__(
            server.inbox.source("other", "events", "acme"), server.doors["vault"].key_hash
        )
        assert server.push(b"{}\n" * 40).status == 200
        reply = server.push(b"{}")
        assert reply.status == 429
        assert 15 <= int(reply.headers["retry-after"]) <= 20
        assert server.ask("POST", "/ingest/other", b"{}", server.bearer()).status == 204


def test_bodies_in_work_have_a_ceiling_together(tmp_path: Path) -> None:
    """A body that finds no memory is refused for the moment, and what it held is given back."""
    with running(tmp_path / "data", settings={"push_memory": 1 << 20}) as server:
        large = b"{}\n" * 90_000
        assert server.push(large).status == 200
        assert server.push(b'{"a":"' + b"x" * (2 << 20) + b'"}').status == 503
        assert server.push(b"{}\n" * 80_000).status == 200


def test_what_is_not_there_is_told_as_a_problem(server: Running) -> None:
    """Wrong paths and methods are answered as problem details, without a version of the server."""
    for method, path, status in (("GET", "/", 404), ("GET", "/ingest/vault", 405)):
        reply = server.ask(method, path)
        assert (reply.status, reply.json()["status"]) == (status, status)
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "date" in reply.headers
        assert "server" not in reply.headers
    assert json.loads(server.ask("GET", "/nothing").body)["type"].startswith("urn:vaultmeter:")
