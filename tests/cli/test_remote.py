"""Commands that ask a server: which one, with what key, and what answers that are none come to."""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.cli.conftest import Ask
from tests.cli.serving import serving
from tests.cli.ways import new_key, url_of

KEY = "p-abcdefghijkl:secret-text"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for profiles, and an environment that names no server."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("URL", "KEY", "PROFILE", "CA_CERT", "DATA"):
        monkeypatch.delenv(f"VAULTMETER_{name}", raising=False)
    return tmp_path / "config" / "vaultmeter" / "profiles"


@contextmanager
def answering(
    status: int, headers: Mapping[str, str], body: bytes, context: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Answer every request the same; gives the URL, and the requests with their keys."""
    seen: list[tuple[str, str | None]] = []

    class Same(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Same) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        scheme = "http" if context is None else "https"
        try:
            yield f"{scheme}://localhost:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()


JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (200, HTML, b"<html>Sign in</html>", "answered with text/html (status 200)"),
        (200, {}, b"{}", "answered with something without a type (status 200)"),
        (200, JSON, b"<html>", "answered with broken application/json (status 200)"),
        (200, JSON, b"", "answered with nothing (status 200)"),
        (502, HTML, b"<html>Bad gateway</html>", "answered with text/html (status 502)"),
        (302, {"Location": "https://login.example.org/"}, b"", "a redirection to https://login"),
        (404, JSON, b"[]", "answered with application/json (status 404)"),
    ],
)
def test_an_answer_of_something_else_is_an_error_that_says_so(
    ask: Ask, status: int, headers: dict[str, str], body: bytes, said: str
) -> None:
    """A page of a proxy is never taken for an answer, whatever its status."""
    with answering(status, headers, body) as (url, seen):
        answer = ask("--url", url, "--key", KEY, "limits", "list")
    assert (answer.code, answer.out) == (5, "")
    assert said in answer.err
    assert "check the URL" in answer.err
    assert KEY not in answer.err
    assert len(seen) == 1


def test_what_the_server_tells_is_told_with_its_exit_code(ask: Ask) -> None:
    """Problem details end as the same error does on a folder."""
    for code, exit_code in (
        ("invalid", 2),
        ("not_found", 3),
        ("busy", 4),
        ("unavailable", 5),
        ("forbidden", 6),
        ("unauthenticated", 6),
        ("too_many", 6),
        ("from_a_later_version", 2),
    ):
        told = {"type": f"urn:vaultmeter:error:{code}", "detail": "It is so.", "hint": "Do this."}
        problem = {"Content-Type": "application/problem+json"}
        with answering(418, problem, json.dumps(told).encode()) as (url, _):
            answer = ask("--url", url, "limits", "list")
        expected = (exit_code, "", "vaultmeter: It is so.\nDo this.\n")
        assert (answer.code, answer.out, answer.err) == expected, code


def test_nobody_there(ask: Ask) -> None:
    """A server that does not listen, or is no server, is said with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    refused = ask("--url", f"http://127.0.0.1:{port}", "report", "users")
    assert (refused.code, refused.out) == (5, "")
    assert f"Nothing listens at http://127.0.0.1:{port}." in refused.err
    unknown = ask("--url", "http://no-such-host.invalid", "report", "users")
    assert (unknown.code, unknown.out) == (5, "")
    assert "There is no host of http://no-such-host.invalid." in unknown.err


@pytest.mark.parametrize(
    "url",
    ["vault.example.org", "ftp://h", "https://", "https://u:p@h", "https://h?x=1", "http://h:x"],
)
def test_what_is_no_url(ask: Ask, url: str) -> None:
    """A URL with anything but scheme, host, port and path is refused before it is asked."""
    answer = ask("--url", url, "report", "users")
    assert (answer.code, answer.out) == (2, "")
    assert "The URL is not one of a server." in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--data x --url http://h report users", "Both a folder and a server are named."),
        ("--data x --profile p report users", "Both a folder and a server are named."),
        ("--url http://h --profile p report users", "Both a URL and a profile are named."),
        ("--key k report users", "A key is given, and no server."),
        ("report users --url", "--url names no server. Write --url URL."),
        ("--url http://h check", "works on a data folder of this machine"),
        ("settings --profile p", "works on a data folder of this machine"),
        ("--url http://h serve", "works on a data folder of this machine"),
        ("--url http://h backup x", "works on a data folder of this machine"),
        ("--url http://h simulate", "works on a data folder of this machine"),
    ],
)
def test_what_does_not_go_together(ask: Ask, words: str, said: str) -> None:
    """Where it is not clear who is asked, nobody is."""
    answer = ask(*words.split())
    assert (answer.code, answer.out) == (2, "")
    assert said in " ".join(answer.err.split())


def test_a_profile_is_written_read_and_private(ask: Ask, home: Path) -> None:
    """The file is for its user alone, and one that others may read is refused."""
    body = json.dumps({"rows": [], "next": None}).encode()
    with answering(200, JSON, body) as (url, seen):
        words = ("--profile", "prod", "--url", url, "--access-id", "p-1", "--access-key", 'k"\\')
        assert ask("configure", *words).code == 0
        path = home / "prod.toml"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert ask("limits", "list", "--profile", "prod").code == 0
        assert seen == [("/api/v1/limits", 'Bearer p-1:k"\\')]
        path.chmod(0o644)
        refused = ask("limits", "list", "--profile", "prod")
    assert (refused.code, refused.out) == (2, "")
    assert f"Others may use {path}, which holds a key.\nRun: chmod 600 {path}" in refused.err
    assert len(seen) == 1


def test_a_profile_that_cannot_be_read_shows_nothing_of_it(ask: Ask, home: Path) -> None:
    """What a broken file holds may be a key."""
    home.mkdir(parents=True)
    for text, said in (
        ("access_key = secret", "cannot be understood"),
        ('url = "http://h"\naccess_key = "secret"', "needs url, access_id and access_key"),
        ('url = "http://h"\nacces_id = "secret"', "Did you mean 'access_id'?"),
        ("url = 1", "url in"),
    ):
        (home / "broken.toml").write_text(text, "utf-8")
        (home / "broken.toml").chmod(0o600)
        answer = ask("report", "users", "--profile", "broken")
        assert answer.code == 2, text
        assert said in answer.err
        assert "secret" not in answer.err
    missing = ask("report", "users", "--profile", "brokn")
    assert missing.code == 3
    assert "Did you mean 'broken'?" in missing.err
    assert ask("report", "users", "--profile", "../x").code == 2


def test_options_win_over_the_environment(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option, then the URL of the environment, then its profile; --data means the folder."""
    body = json.dumps({"rows": [], "next": None}).encode()
    with answering(200, JSON, body) as (one, first), answering(200, JSON, body) as (two, second):
        assert ask("configure", "--profile", "one", "--url", one).code == 0
        monkeypatch.setenv("VAULTMETER_PROFILE", "one")
        ask("limits", "list")
        assert first == [("/api/v1/limits", None)]
        monkeypatch.setenv("VAULTMETER_URL", two)
        monkeypatch.setenv("VAULTMETER_KEY", "p-2:k")
        ask("limits", "list")
        assert second == [("/api/v1/limits", "Bearer p-2:k")]
        ask("limits", "list", "--url", f"{one}/below/", "--key", "p-3:k")
        assert first[1:] == [("/below/api/v1/limits", "Bearer p-3:k")]
        # The key of the environment is not for the server of a profile.
        ask("limits", "list", "--profile", "one")
        assert first[2:] == [("/api/v1/limits", None)]
        assert ask("limits", "list", "--data", tmp_path / "data").code == 0
        assert (len(first), len(second)) == (3, 1)


def test_a_certificate_is_verified(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose certificate nobody vouches for is not told the key."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(  # noqa: S603  a certificate of our own
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",  # noqa: S607  wherever it is
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    body = json.dumps({"rows": [], "next": None}).encode()
    with answering(200, JSON, body, context) as (url, seen):
        refused = ask("--url", url, "--key", KEY, "limits", "list")
        assert (refused.code, refused.out) == (5, "")
        assert "cannot be verified" in refused.err
        assert seen == []
        monkeypatch.setenv("VAULTMETER_CA_CERT", str(certificate))
        trusted = ask("--url", url, "--key", KEY, "limits", "list")
        assert trusted.code == 0, trusted.err
        assert seen == [("/api/v1/limits", f"Bearer {KEY}")]
        plain = ask("--url", url.replace("https", "http"), "limits", "list")
        assert plain.code == 5


def test_a_reader_may_read_and_no_more(ask: Ask, tmp_path: Path) -> None:
    """What a key's roles do not give ends with exit code 6, on the command line too."""
    data = tmp_path / "data"
    reader = new_key(ask, data, "reader")
    with serving(data):
        to = ("--url", url_of(data), "--key", reader)
        assert ask(*to, "report", "users").code == 0
        assert ask(*to, "definitions", "show").code == 0
        for words in (
            "limits set sm 5",
            "limits list",
            "definitions set --preset github",
            "accounts group eu acme",
            "retention show",
            "retention apply",
            "rebuild",
            "rejects",
            "rejects replay",
            "sources list",
            "ledger",
        ):
            answer = ask(*to, *words.split())
            assert (answer.code, answer.out) == (6, ""), words
            assert "no role of theirs gives" in answer.err
        wrong = ask("--url", url_of(data), "--key", f"{reader}x", "report", "users")
        assert (wrong.code, wrong.out) == (6, "")
