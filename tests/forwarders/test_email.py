"""E-mail, at a real mail server: TLS, signing in, refusals, and headers that nobody can add to."""

from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from socket import create_server
from threading import Thread
from time import monotonic, sleep

import pytest
from bs4 import BeautifulSoup
from tests.forwarders.certificates import certificate
from tests.forwarders.post_office import PASSWORD, USER, PostOffice, post_office
from tests.forwarders.sending import MESSAGE, NOTICE, REACHED, attempted

from vaultmeter.forwarders import Ending, MailServer, Outcome
from vaultmeter.forwarders._addresses import addresses_of, outside
from vaultmeter.model.errors import Invalid
from vaultmeter.model.message import Attachment, Message

SENDER = "vaultmeter@acme.com"
TO = "ada@acme.com"
PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PAYLOADS = [
    "a\r\nBcc: evil@example.org",
    "a\nBcc: evil@example.org",
    "a\rBcc: evil@example.org",
    "a\r\n\r\nbody",
    "a\r\n.\r\nMAIL FROM:<evil@example.org>",
    "a\u2028Bcc: evil@example.org",
    "a\u2029Bcc: evil@example.org",
    "a\x85Bcc: evil@example.org",
    "a\x0bBcc: evil@example.org",
    "a\x0cBcc: evil@example.org",
    "a\x00Bcc: evil@example.org",
    "a\x1b[31mred",
    "=?utf-8?q?a=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?b?YQ0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
    "%0d%0aBcc: evil@example.org",
    "\\r\\nBcc: evil@example.org",
    "a\r\n Bcc: evil@example.org",
    "a\r\n\tBcc: evil@example.org",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "<!--",
    "]]><b>",
    "&lt;b&gt;",
    "cid:picture-0",
    "{{7*7}}",
    "a" * 3000,
    "ü" * 500,
    "\u202egnp.exe",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "",
]


def server_at(office: PostOffice, security: str = "none", **more: object) -> MailServer:
    """Say where mail is sent."""
    made = MailServer("127.0.0.1", office.port, security, "", "", SENDER, (), None, 5.0)
    return replace(made, **more)  # type: ignore[arg-type]


def mailed(office: PostOffice, message: Message = MESSAGE, to: str = TO, **more: object) -> Outcome:
    """Send a mail without TLS; `more` are settings."""
    settings = {"to": to, **{name: str(value) for name, value in more.items()}}
    return attempted("email", settings, message=message, mail=server_at(office))


def part(mail: EmailMessage, kind: str) -> str:
    """Read the text of a part."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_says_the_same_twice() -> None:
    """Text and HTML have the notice and the link; the headers are ours."""
    with post_office() as office:
        assert mailed(office).ending is Ending.DELIVERED
    (mail,) = office.got
    read = mail.parsed
    assert (mail.sender, mail.to) == (SENDER, (TO,))
    assert (read["From"], read["To"], read["Subject"]) == (SENDER, TO, REACHED)
    assert read["Message-ID"] == "<msg_1@acme.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert part(read, "plain").splitlines() == [REACHED, "", MESSAGE.url]
    page = BeautifulSoup(part(read, "html"), "html.parser")
    assert REACHED in page.get_text()
    assert [link["href"] for link in page.find_all("a")] == [MESSAGE.url]
    assert not page.find_all("script")


def test_the_link_and_the_error_are_as_the_forwarder_says() -> None:
    """Another address replaces the console's, and errors are told in full where that is wanted."""
    failed = replace(NOTICE, payload={"error": "The view is gone."})
    message = replace(MESSAGE, notices=(failed,))
    with post_office() as office:
        mailed(office, message, override_url="https://wiki.acme.com/", include_error="true")
        mailed(office, message)
    full, short = (part(mail.parsed, "plain") for mail in office.got)
    assert "https://wiki.acme.com/" in full
    assert "usage.acme.com" not in full
    assert "The view is gone." in full
    assert "The view is gone." not in short


def test_pictures_stand_in_the_mail_and_files_beside_it(tmp_path: Path) -> None:
    """PNGs and the chart of a notice are shown by the HTML; everything else is attached."""
    chart = {"title": "Clients", "points": [["2026-10", 80], ["2026-11", 100]], "limit": 100}
    for name, content in (("a.png", PIXEL), ("b.csv", b"a,b\r\n")):
        (tmp_path / name).write_bytes(content)
    files = (
        Attachment("a.png", "image/png", tmp_path / "a.png"),
        Attachment("b.csv", "text/csv; charset=utf-8", tmp_path / "b.csv"),
    )
    message = Message("k", "Users", "Monthly.", (replace(NOTICE, payload={"chart": chart}),), files)
    with post_office() as office:
        assert mailed(office, message).ending is Ending.DELIVERED
    read = office.got[0].parsed
    page = BeautifulSoup(part(read, "html"), "html.parser")
    shown = {image["src"]: image["alt"] for image in page.find_all("img")}
    assert list(shown) == ["cid:picture-0", "cid:picture-1"]
    assert shown["cid:picture-1"] == "Clients: 100 in 2026-11, and the limit is 100."
    embedded = {
        str(each["Content-ID"]): each.get_content()
        for each in read.walk()
        if each.get_content_type() == "image/png"
    }
    assert embedded["<picture-0>"] == PIXEL
    assert embedded["<picture-1>"].startswith(b"\x89PNG")
    (attached,) = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("b.csv", "a,b\r\n")


def test_a_file_that_is_gone_is_no_mail(tmp_path: Path) -> None:
    """A message without one of its files is given up, for it would say what is not so."""
    files = (Attachment("a.csv", "text/csv", tmp_path / "gone.csv"),)
    with post_office() as office:
        assert mailed(office, replace(MESSAGE, attachments=files)).ending is Ending.REFUSED
    assert office.got == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nobody_can_add_to_a_mail(payload: str, tmp_path: Path) -> None:
    """Whatever stands in subject, text, notice, file name or link stays text, on its own line."""
    (tmp_path / "f").write_bytes(b"x")
    notice = replace(NOTICE, text=payload, account=payload, payload={"error": payload})
    files = (Attachment(payload or "f", payload or "text/csv", tmp_path / "f"),)
    message = Message(payload, payload, payload, (notice,), files, payload)
    with post_office() as office:
        outcome = mailed(office, message, include_error="true")
    assert outcome.ending is Ending.DELIVERED
    (mail,) = office.got
    read = mail.parsed
    assert mail.to == (TO,)
    names = [name.lower() for name in read.keys()]  # noqa: SIM118  headers may come twice
    assert len(names) == len(set(names))
    assert set(names) == {
        *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
        *("auto-submitted", "x-auto-response-suppress"),
    }
    assert "bcc" not in names
    page = BeautifulSoup(part(read, "html"), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {
        *("html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "p", "a", "img"),
    }
    assert all(not name.startswith("on") for tag in page.find_all() for name in tag.attrs)


@pytest.mark.parametrize("payload", [each for each in PAYLOADS if each not in {"", "{{7*7}}"}])
def test_nothing_but_addresses_is_written_to(payload: str) -> None:
    """What is no plain address is refused before anything is sent."""
    for text in (payload, f"{payload}@acme.com", f"ada@{payload}", f"ada@acme.com,{payload}"):
        with pytest.raises(Invalid):
            addresses_of(text if text != "a" * 3000 else f"{text} b")


def test_mail_goes_to_allowed_domains_alone() -> None:
    """A domain is meant by itself, with `*.` those below; whoever is outside gets nothing."""
    domains = ("acme.com", "*.globex.com")
    inside = ["a@acme.com", "a@ACME.com", "a@eu.globex.com", "a@x.eu.globex.com"]
    others = ["a@acme.org", "a@eu.acme.com", "a@globex.com", "a@notacme.com", "a@acme.com.evil.org"]
    assert outside([*inside, *others], domains) == others
    assert outside(others, ()) == []
    with post_office() as office:
        mail = server_at(office, domains=domains)
        outcome = attempted("email", {"to": f"{TO},a@evil.org"}, mail=mail)
        assert outcome.ending is Ending.REFUSED
        assert attempted("email", {"to": TO}, mail=mail).ending is Ending.DELIVERED
    assert [mail.to for mail in office.got] == [(TO,)]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("security", "at_once"), [("tls", True), ("starttls", False)])
def test_tls_and_signing_in(tmp_path: Path, security: str, at_once: bool) -> None:  # noqa: FBT001  a parameter
    """Over TLS, signed in, a mail is taken; a wrong password or an unknown certificate is not."""
    theirs = certificate(tmp_path, "post")
    known = tmp_path / "known.pem"
    known.write_text(theirs.chain)
    with post_office(theirs.server(), at_once=at_once, auth=True) as office:
        good = server_at(office, security, user=USER, password=PASSWORD, trusted=known)
        assert attempted("email", {"to": TO}, mail=good).ending is Ending.DELIVERED
        for wrong in ({"password": "wrong"}, {"user": ""}, {"trusted": None}):
            outcome = attempted("email", {"to": TO}, mail=replace(good, **wrong))
            assert (outcome.ending, outcome.is_down) == (Ending.FAILED, True)
            assert PASSWORD not in outcome.detail
    assert len(office.got) == 1


def test_nothing_is_sent_where_tls_was_wanted_and_is_not_there() -> None:
    """A server without STARTTLS gets neither the password nor the mail."""
    with post_office() as office:
        outcome = attempted("email", {"to": TO}, mail=server_at(office, "starttls"))
    assert (outcome.ending, outcome.is_down) == (Ending.FAILED, True)
    assert office.got == []


def test_some_addresses_are_refused() -> None:
    """The others have their mail; who was refused for now is tried again, and alone."""
    everybody = "a@acme.com,b@acme.com,c@acme.com"
    with post_office() as office:
        office.refused = {"b@acme.com": "450 later", "c@acme.com": "550 nobody"}
        first = mailed(office, to=everybody)
        assert (first.ending, first.is_down) == (Ending.FAILED, False)
        assert set(first.done) == {"a@acme.com", "c@acme.com"}
        office.refused = {}
        done = frozenset(first.done)
        settings = {"to": everybody}
        second = attempted("email", settings, mail=server_at(office), done=done)
        assert second.ending is Ending.DELIVERED
        office.refused = {"a@acme.com": "550 nobody"}
        assert mailed(office, to="a@acme.com").ending is Ending.REFUSED
        assert mailed(office, to=everybody).ending is Ending.DELIVERED
        office.refused = {"a@acme.com": "450 later"}
        assert mailed(office, to="a@acme.com").ending is Ending.FAILED
    assert [mail.to for mail in office.got][:2] == [("a@acme.com",), ("b@acme.com",)]
    assert {mail.parsed["Message-ID"] for mail in office.got} == {"<msg_1@acme.com>"}


@pytest.mark.parametrize(
    ("data", "ending"), [("452 full", Ending.FAILED), ("554 spam", Ending.REFUSED)]
)
def test_a_mail_is_refused(data: str, ending: Ending) -> None:
    """4xx is tried again, 5xx is given up."""
    with post_office() as office:
        office.data = data
        assert mailed(office).ending is ending


def test_a_greeting_without_end_is_left_in_time() -> None:
    """A server that greets a little again and again holds nobody beyond the deadline."""
    begun = monotonic()
    with create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            talk, _ = listening.accept()
            with talk, suppress(OSError):
                while monotonic() - begun < 5:
                    talk.sendall(b"220-wait\r\n")
                    sleep(0.05)

        Thread(target=greet, daemon=True).start()
        server = MailServer(
            "127.0.0.1", listening.getsockname()[1], "none", "", "", "a@acme.com", (), None, 0.5
        )
        outcome = attempted("email", {"to": TO}, mail=server)
    assert (outcome.ending, outcome.is_down) == (Ending.FAILED, True)
    assert monotonic() - begun < 3


def test_a_mail_server_that_hangs_is_left_in_time() -> None:
    """Whoever does not answer, or is not there, is a failure after the deadline."""
    begun = monotonic()
    with post_office() as office:
        office.hangs = True
        outcome = attempted("email", {"to": TO}, mail=server_at(office, seconds=0.5))
        assert (outcome.ending, outcome.is_down) == (Ending.FAILED, True)
        assert monotonic() - begun < 3
        nowhere = server_at(office, port=1)
    assert attempted("email", {"to": TO}, mail=nowhere).is_down
    assert attempted("email", {"to": TO}).is_down
