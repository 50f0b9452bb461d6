"""`vaultmeter check`: what is well, what is wrong, and what mends it."""

import json
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.conftest import Ask
from tests.cli.serving import serving
from tests.conftest import event, ndjson

from vaultmeter.cli import _checks as checks

Found = dict[str, dict[str, Any]]


@pytest.fixture
def data(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with records of one source."""
    monkeypatch.setenv("VAULTMETER_RESERVE_BYTES", "0")
    log = tmp_path / "events.log"
    log.write_bytes(ndjson(event(1), event(2)))
    path = tmp_path / "data"
    monkeypatch.setenv("VAULTMETER_SEGMENT_BYTES", "1")
    assert ask("--data", path, "ingest", "events", log, "--source", "old").code == 0
    return path


def check(ask: Ask, data: Path, *words: Path | str) -> tuple[int, Found]:
    """Check a folder; answers the exit code and the findings by name."""
    answer = ask("--data", data, "check", "--json", *words)
    told = json.loads(answer.out)
    assert told["ok"] is (answer.code == 0)
    return answer.code, {finding["name"]: finding for finding in told["findings"]}


def test_all_is_well(ask: Ask, data: Path) -> None:
    """A folder in order has nothing but good findings, alone and with a server."""
    code, alone = check(ask, data, "--archive")
    assert code == 0, alone
    own = {"permissions", "disk", "folder", "clock", "books", "archive"}
    assert set(alone) == own | {"listener", "users", "trail"}
    assert alone["users"]["state"] == "look"
    with serving(data):
        code, served = check(ask, data, "--archive")
    assert code == 0, served
    assert {finding["state"] for finding in served.values()} == {"ok"}
    assert {"server", "inbox", "store", "worker gate", "worker flusher", "books"} <= set(served)


def test_words_for_people(ask: Ask, data: Path) -> None:
    """Each finding is a line, and a wrong one is followed by what to do."""
    (data / "inbox.sqlite").chmod(0o644)
    answer = ask("--data", data, "check")
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert lines[0] == f"WRONG permissions: Others may use {data / 'inbox.sqlite'}."
    assert lines[1].strip() == f"Run: chmod -R go= {data}"
    subprocess.run(lines[1].strip().removeprefix("Run: ").split(), check=True)  # noqa: S603  it is ours
    assert ask("--data", data, "check").code == 0


def test_a_folder_that_is_not_there(ask: Ask, tmp_path: Path) -> None:
    """Nothing is made by looking."""
    code, found = check(ask, tmp_path / "nothing")
    assert (code, list(found)) == (1, ["folder"])
    assert not (tmp_path / "nothing").exists()


def test_no_room(ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with less than is kept free accepts nothing, and that is said."""
    monkeypatch.setenv("VAULTMETER_RESERVE_BYTES", str(1 << 62))
    code, found = check(ask, data)
    assert code == 1
    assert "accepts nothing below" in found["disk"]["words"]


Harm = Callable[[Path], object]


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "name", "said"),
    [
        (
            lambda data: flip(next(data.glob("archive/*/*.zst"))),
            "archive",
            "1 segments are damaged",
        ),
        (lambda data: (data / "state.sqlite").write_bytes(b"x" * 5000), "folder", "state.sqlite"),
        (lambda data: (data / "inbox.sqlite").write_bytes(b"x" * 5000), "folder", "inbox.sqlite"),
    ],
)
def test_damage_is_found(ask: Ask, data: Path, harm: Harm, name: str, said: str) -> None:
    """What cannot be read, or is not what was written, is named with what to do."""
    harm(data)
    words = ["--archive"] if name == "archive" else []
    code, found = check(ask, data, *words)
    assert code == 1
    assert found[name]["state"] == "wrong"
    assert said in found[name]["words"]
    assert found[name]["hint"]


def test_sources_and_their_secrets(ask: Ask, data: Path, tmp_path: Path) -> None:
    """Files, sockets and tokens of sources are tried, rejects and gaps are pointed at."""
    token, log = tmp_path / "token", tmp_path / "there.log"
    token.write_text("s.abc")
    token.chmod(0o644)
    log.write_bytes(b"nonsense\n")
    sources = ("--data", data, "sources", "add")
    away = tmp_path / "away.log"
    added = ask(*sources, "live", "--connector", "events", "--file", log, "--file", away)
    assert added.code == 0
    link = tmp_path / "link.log"
    link.symlink_to("/etc/passwd")
    ask(*sources, "led", "--connector", "events", "--file", link)
    words = ("--poll", "http://127.0.0.1:1", "--token-file", token)
    ask(*sources, "asked", "--connector", "openbao", *words)
    ask("--data", data, "ingest", "events", log, "--source", "live")
    answer = ask("--data", data, "check", "--json")
    told = json.loads(answer.out)["findings"]
    assert answer.code == 1
    by_words = {finding["words"]: finding["state"] for finding in told}
    assert by_words[f"{log} can be read."] == "ok"
    assert by_words[f"There is no file {away}."] == "look"
    assert by_words[f"Everybody may use {token}."] == "wrong"
    assert by_words["1 lines were rejected: they are in no number."] == "look"
    assert any(f"{link} leads to /etc/passwd" in words for words in by_words)


def test_a_port_that_is_taken(ask: Ask, data: Path) -> None:
    """A place where somebody else listens is found before a server is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        ask("--data", data, "sources", "add", "s", "--connector", "openbao", "--socket", url)
        code, found = check(ask, data)
    assert code == 1
    assert f"Cannot listen at {url}" in found["socket of s"]["words"]
    assert check(ask, data)[1]["socket of s"]["state"] == "ok"


def certificate(folder: Path, days: int) -> tuple[Path, Path]:
    """Make a certificate that ends in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vaultmeter")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"chain-{days}.pem", folder / f"key-{days}.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    secret.chmod(0o600)
    return chain, secret


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(100, "ok", "valid until"), (5, "wrong", "valid until"), (-2, "wrong", "expired")],
)
def test_certificates(
    ask: Ask,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    state: str,
    said: str,
) -> None:
    """One that ends soon, or has ended, is found before the clients find it."""
    chain, secret = certificate(tmp_path, days)
    monkeypatch.setenv("VAULTMETER_TLS_CERTIFICATE", str(chain))
    monkeypatch.setenv("VAULTMETER_TLS_KEY", str(secret))
    found = check(ask, data)[1]
    assert found["certificate"]["state"] == state
    assert said in found["certificate"]["words"]
    assert found[f"secret {secret}"]["state"] == "ok"


def test_a_certificate_of_another_key(
    ask: Ask, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pair that does not fit, and half a pair, are wrong."""
    monkeypatch.setenv("VAULTMETER_TLS_CERTIFICATE", str(certificate(tmp_path, 100)[0]))
    assert "Only one of" in check(ask, data)[1]["certificate"]["words"]
    monkeypatch.setenv("VAULTMETER_TLS_KEY", str(certificate(tmp_path, 50)[1]))
    assert check(ask, data)[1]["certificate"]["state"] == "wrong"


def test_a_clock_that_is_behind() -> None:
    """Records that were accepted tomorrow tell of a clock that is wrong."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert checks.clock(now, [None, "2026-11-21T00:00:00Z"]).state == "ok"
    assert checks.clock(now, []).state == "ok"
    assert checks.clock(now, ["2026-11-23T00:00:00Z"]).state == "wrong"
