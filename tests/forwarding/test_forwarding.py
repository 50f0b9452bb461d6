"""Forwarders: what is set is sealed where it is secret, told where it is not, and stays."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import structlog
from standardwebhooks.webhooks import Webhook
from structlog.testing import capture_logs
from tests.conftest import Folder
from tests.forwarders.post_office import post_office
from tests.forwarders.receiver import answers, hangs, receiving
from tests.server.serving import until

from vaultmeter import forwarding, outbox
from vaultmeter.access import rotation
from vaultmeter.app import App
from vaultmeter.clock import system_clock
from vaultmeter.forwarding.attempt import within
from vaultmeter.life import Life
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound, Unavailable
from vaultmeter.model.message import Attachment, Message, Notice
from vaultmeter.server.deliverer import AT_ONCE, Deliverer

OPERATOR = Principal.operator()
SECRETS = ("canary-token-1", "canary-password-2", "canary-path-3")
ACME = Role("acme", accounts=("acme",), manages=frozenset({Permission.FORWARDERS}))
NAMED = Role(
    "named",
    levels={"event-forwarders-access": "all", "event-forwarders-name": "{{username}}-*,shared"},
)


def somebody(role: Role) -> Principal:
    """Make somebody who has a role."""
    return Principal("user", 9, "ada", (role,))


def add(app: App, name: str = "ops", **more: Any) -> dict[str, Any]:  # noqa: ANN401  settings are of any type
    """Add a webhook."""
    settings = {"url": "https://hooks.acme.com/", **more.pop("settings", {})}
    return forwarding.add(app, OPERATOR, name, "webhook", settings, **more)


def test_a_forwarder_is_told_without_its_secrets(folder: Folder) -> None:
    """The signing secret is told once; others never, nor by the trail."""
    made = add(folder.app, settings={"auth": "bearer", "token": SECRETS[0]}, types=["rejects"])
    assert made["made"]["signing_secret"].startswith("whsec_")
    told = forwarding.show(folder.app, OPERATOR, "ops")
    assert told == {name: value for name, value in made.items() if name != "made"}
    assert told["settings"]["auth"] == "bearer"
    assert told["settings"].keys().isdisjoint({"token", "signing_secret"})
    assert forwarding.listed(folder.app, OPERATOR)["rows"] == [told]
    with pytest.raises(Exists):
        add(folder.app)


def test_what_is_not_given_stays(folder: Folder) -> None:
    """A change leaves everything else, secrets among it; an empty text takes one away."""
    app = folder.app
    add(app, settings={"auth": "bearer", "token": SECRETS[0]}, types=["rejects"], every_hours=4)
    changed = forwarding.change(app, OPERATOR, "ops", "siem", description="To the SIEM.")
    assert (changed["name"], changed["types"], changed["every_hours"]) == ("siem", ["rejects"], 4)
    changed = forwarding.change(
        app, OPERATOR, "siem", settings={"labels": "title"}, types=[], every_hours=0, accounts=["*"]
    )
    assert (changed["types"], changed["every_hours"], changed["accounts"]) == ([], None, None)
    with pytest.raises(Invalid, match="token"):
        forwarding.change(app, OPERATOR, "siem", settings={"token": ""})
    forwarding.change(app, OPERATOR, "siem", settings={"token": "", "auth": "none"})
    with pytest.raises(Invalid, match="token"):
        forwarding.change(app, OPERATOR, "siem", settings={"auth": "bearer"})
    with pytest.raises(NotFound):
        forwarding.show(app, OPERATOR, "ops")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"settings": {"url": "ftp://x"}},
        {"settings": {"url": "https://user:pw@x.example/"}},
        {"settings": {"previous_until": "2099-01-01"}},
        {"settings": {"url": 5}},
        {"types": ["Usage Report"]},
        {"accounts": ["acme", "*"]},
        {"every_hours": 25},
        {"per_minute": 0},
        {"description": "a" * 3000},
    ],
)
def test_what_cannot_be_is_refused(folder: Folder, wrong: dict[str, Any]) -> None:
    """Nothing is kept of a forwarder that cannot work."""
    with pytest.raises(Invalid):
        add(folder.app, **{"name": "ops", **wrong})
    assert forwarding.listed(folder.app, OPERATOR)["rows"] == []


def test_addresses_are_of_the_allowed_domains(folder: Folder) -> None:
    """An address outside is refused when it is set, and by who asks for schedules."""
    app = folder.open(mail_domains=("acme.com",))
    forwarding.add(app, OPERATOR, "mail", "email", {"to": "ada@acme.com"})
    with pytest.raises(Invalid, match="evil"):
        forwarding.change(app, OPERATOR, "mail", settings={"to": "ada@acme.com,a@evil.org"})
    forwarding.check_addresses(app.settings, ["ada@acme.com"])
    with pytest.raises(Invalid, match="evil"):
        forwarding.check_addresses(app.settings, ["a@evil.org"])


def test_forwarders_belong_to_accounts_and_names(folder: Folder) -> None:
    """Whoever manages one account sees and makes forwarders of it alone; names narrow, too."""
    app, ada = folder.app, somebody(ACME)
    add(app, "all")
    add(app, "acme", accounts=["acme/eu"])
    add(app, "globex", accounts=["globex"])
    assert [row["name"] for row in forwarding.listed(app, ada)["rows"]] == ["acme"]
    for name in ("all", "globex", "none"):
        with pytest.raises(NotFound):
            forwarding.show(app, ada, name)
        with pytest.raises(NotFound):
            forwarding.remove(app, ada, name)
    url = {"url": "https://hooks.acme.com/"}
    for accounts in (None, ["globex"], ["*"]):
        with pytest.raises(Forbidden):
            forwarding.add(app, ada, "new", "webhook", url, accounts=accounts)
        with pytest.raises(Forbidden):
            forwarding.change(app, ada, "acme", accounts=accounts or ["*"])
    forwarding.add(app, ada, "new", "webhook", url, accounts=["acme"])
    named = somebody(NAMED)
    forwarding.add(app, named, "ada-1", "webhook", url)
    with pytest.raises(Forbidden):
        forwarding.add(app, named, "eve-1", "webhook", url)
    assert [row["name"] for row in forwarding.listed(app, named)["rows"]] == ["ada-1"]
    with pytest.raises(Forbidden):
        forwarding.listed(app, somebody(Role("nothing")))


def test_deliveries_are_seen_with_their_forwarders(folder: Folder) -> None:
    """A delivery is for whoever may see its forwarder; mail to addresses for who sees all."""
    app, ada = folder.app, somebody(ACME)
    add(app, "acme", accounts=["acme"])
    add(app, "all")
    with app.state.changing() as connection:
        for number in range(5):
            for forwarder in (1, 2):
                outbox.post(connection, Message(f"k{number}", "s", "t"), forwarder, app.clock())
        outbox.post_mail(connection, Message("k", "s", "t"), ["a@acme.com"], app.clock())
    page = forwarding.deliveries(app, OPERATOR, limit=4)
    rest = forwarding.deliveries(app, OPERATOR, limit=100, cursor=page["next"])
    ids = [row["id"] for row in page["rows"] + rest["rows"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 11
    assert rest["next"] is None
    seen = forwarding.deliveries(app, ada, limit=3)
    assert [row["forwarder"] for row in seen["rows"]] == ["acme"] * 3
    again = forwarding.deliveries(app, ada, limit=3, cursor=seen["next"])
    assert [row["id"] for row in seen["rows"] + again["rows"]] == [9, 7, 5, 3, 1]
    for number in (2, 11, 99):
        with pytest.raises(NotFound):
            forwarding.delivery(app, ada, number)
        with pytest.raises(NotFound):
            forwarding.cancel(app, ada, number)
    assert forwarding.cancel(app, ada, 1)["state"] == "cancelled"
    assert forwarding.send_again(app, ada, 1)["state"] == "waiting"
    assert forwarding.remove(app, OPERATOR, "acme")["cancelled"] == 5
    assert forwarding.deliveries(app, OPERATOR, "cancelled")["rows"][0]["forwarder"] == "(removed)"
    with pytest.raises(Invalid):
        forwarding.send_again(app, OPERATOR, 1)


def test_deliveries_of_before_stay_with_those_who_saw_them(folder: Folder) -> None:
    """Whoever gets a forwarder that had more accounts sees nothing of those."""
    app = folder.app
    add(app, accounts=["globex", "acme"])
    for number, account in enumerate(("acme/eu", "globex", "acme"), 1):
        notice(app, number, account)
    forwarding.change(app, OPERATOR, "ops", accounts=["acme"])
    ada = somebody(ACME)
    assert [row["id"] for row in forwarding.deliveries(app, ada)["rows"]] == [3, 1]
    for see in (forwarding.delivery, forwarding.send_again, forwarding.cancel):
        with pytest.raises(NotFound):
            see(app, ada, 2)


def test_mail_is_not_for_whoever_has_forwarders_of_some_names(folder: Folder) -> None:
    """A role for certain names shows their deliveries, and neither mail nor those of others."""
    app, named = folder.app, somebody(NAMED)
    add(app, "ada-1")
    add(app, "eve-1")
    notice(app, 1)
    with app.state.changing() as connection:
        outbox.post_mail(connection, Message("k", "s", "t"), ["a@acme.com"], app.clock())
    assert [row["forwarder"] for row in forwarding.deliveries(app, named)["rows"]] == ["ada-1"]
    with pytest.raises(NotFound):
        forwarding.delivery(app, named, 3)


def test_secrets_do_not_follow_to_another_host(folder: Folder) -> None:
    """Whoever changes where a forwarder goes gives its credentials again."""
    app = folder.app
    add(app, settings={"auth": "bearer", "token": SECRETS[0]})
    with pytest.raises(Invalid, match="token"):
        forwarding.change(app, OPERATOR, "ops", settings={"url": "https://eve.example/"})
    forwarding.change(app, OPERATOR, "ops", settings={"url": "https://hooks.acme.com/v2"})
    moved = {"url": "https://siem.acme.com/", "token": SECRETS[1]}
    assert forwarding.change(app, OPERATOR, "ops", settings=moved)["endpoint"] == moved["url"]


def test_certificates_that_are_none_are_refused(folder: Folder) -> None:
    """What cannot be used is told when it is set, and not at the first delivery."""
    with pytest.raises(Invalid, match="certificates"):
        add(folder.app, settings={"server_certificates": "none"})


def test_a_state_that_cannot_be_written_ends_no_worker(folder: Folder) -> None:
    """While there is no room nothing is delivered, which is told once; then it goes on."""
    app, life = folder.app, Life()
    turns = iter(range(3))

    class Full(Deliverer):
        def turn(self, pool: ThreadPoolExecutor) -> int:
            if next(turns, None) is None:
                life.stop()
                return super().turn(pool)
            raise Unavailable("The disk is full.", "Make room.")

    with capture_logs() as logs:
        Full(app, structlog.get_logger(), step=0.01).run(life)
    assert [line["event"] for line in logs] == ["nothing can be delivered"]


def test_a_test_says_what_came_of_it(folder: Folder) -> None:
    """A test is sent at once and leaves no delivery; a failure is told of."""
    with receiving(answers(200, 500)) as receiver:
        app = folder.open(egress_allow=receiver.allow)
        made = add(app, settings={"url": receiver.url})
        assert forwarding.test(app, OPERATOR, "ops")["is_delivered"] is True
        told = forwarding.test(app, OPERATOR, "ops")
    assert (told["is_delivered"], told["detail"]) == (False, "The receiver answered 500.")
    assert len(receiver.got) == 2
    assert forwarding.deliveries(app, OPERATOR)["rows"] == []
    assert b"vaultmeter.notice.test" in receiver.got[0].body
    assert made["made"]["signing_secret"]


def test_a_new_secret_and_the_one_before(folder: Folder) -> None:
    """Requests are signed with both for a day; a new key of the folder opens them."""
    with receiving() as receiver:
        app = folder.open(egress_allow=receiver.allow)
        folder.clock.now = system_clock()
        old = add(app, settings={"url": receiver.url})["made"]["signing_secret"]
        new = forwarding.new_secret(app, OPERATOR, "ops")["made"]["signing_secret"]
        rotation.rotate(app, OPERATOR)
        assert forwarding.test(app, OPERATOR, "ops")["is_delivered"]
    (got,) = receiver.got
    for secret in (old, new):
        Webhook(secret).verify(got.body, got.headers)
    forwarding.add(app, OPERATOR, "slack", "slack", {"url": "https://hooks.slack.com/x"})
    with pytest.raises(Invalid):
        forwarding.new_secret(app, OPERATOR, "slack")


def test_no_secret_lies_about(folder: Folder, capfd: pytest.CaptureFixture[str]) -> None:
    """Tokens, passwords and secret addresses are in no file of the folder, and in no line told."""
    with receiving(answers(500)) as receiver:
        app = folder.open(egress_allow=receiver.allow)
        made = add(app, settings={"url": receiver.url, "auth": "bearer", "token": SECRETS[0]})
        forwarding.add(
            app,
            OPERATOR,
            "now",
            "servicenow",
            {"host": receiver.url, "username": "a", "password": SECRETS[1]},
        )
        forwarding.add(app, OPERATOR, "slack", "slack", {"url": f"{receiver.url}/{SECRETS[2]}"})
        with pytest.raises(Invalid) as refused:
            forwarding.change(app, OPERATOR, "slack", settings={"url": f"ftp://{SECRETS[2]}"})
        for name in ("ops", "now", "slack"):
            assert not forwarding.test(app, OPERATOR, name)["is_delivered"]
        notice(app)
        deliver(app, lambda: len(receiver.got) >= 6)
    folder.close()
    secrets = (*SECRETS, made["made"]["signing_secret"])
    for path in folder.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret.encode() in content for secret in secrets), path
    told = capfd.readouterr()
    assert not any(secret in told.out + told.err + str(refused.value) for secret in secrets)


def notice(app: App, number: int = 1, account: str = "") -> None:
    """Forward a notice."""
    raised = Notice(number, "rejects", "sm", account, app.clock(), "Rejects.", {})
    with app.state.changing() as connection:
        outbox.forward(connection, raised, app.clock())


def deliver(app: App, is_done: Any) -> None:  # noqa: ANN401  a condition
    """Deliver until something is so."""
    life = Life()
    worker = Deliverer(app, structlog.get_logger(), step=0.02)
    thread = Thread(target=worker.run, args=(life,))
    thread.start()
    try:
        until(is_done, "it is delivered")
    finally:
        life.stop()
        thread.join()


def test_destinations_do_not_wait_for_each_other(folder: Folder) -> None:
    """One that hangs holds up its own messages alone; the others are delivered meanwhile."""
    with receiving(hangs) as slow, receiving() as quick:
        app = folder.open(egress_allow=(*slow.allow, *quick.allow))
        folder.clock.now = system_clock()
        add(app, "slow", settings={"url": slow.url})
        for number in range(AT_ONCE):
            add(app, f"quick{number}", settings={"url": quick.url})
        notice(app, 1)

        def is_done() -> bool:
            if len(quick.got) == AT_ONCE:
                slow.over.set()
            return len(quick.got) == AT_ONCE and len(slow.got) == 1

        deliver(app, is_done)
    states = {
        row["forwarder"]: row["state"] for row in forwarding.deliveries(app, OPERATOR)["rows"]
    }
    assert states.pop("slow") == "waiting"
    assert set(states.values()) == {"delivered"}


def test_files_of_the_folder_are_found(folder: Folder) -> None:
    """A file's path may be within the data folder, wherever that has been moved to."""
    files = tuple(
        Attachment(path, "text/csv", Path(path)) for path in ("kept/a", "/somewhere/else")
    )
    found = within(folder.path, Message("k", "s", "t", (), files)).attachments
    assert [each.path for each in found] == [folder.path / "kept/a", Path("/somewhere/else")]


def test_mail_to_addresses_goes_through_the_server_of_the_settings(folder: Folder) -> None:
    """Each address has a mail of its own; one outside the domains is given up, and says why."""
    with post_office() as office:
        app = folder.open(
            smtp_url=f"smtp+plain://127.0.0.1:{office.port}",
            mail_from="vaultmeter@acme.com",
            mail_domains=("acme.com",),
        )
        folder.clock.now = system_clock()
        message = Message("run:1", "Users of May", "The users of May.")
        to = ["ada@acme.com", "eve@evil.org", "bob@acme.com"]
        with app.state.changing() as connection:
            outbox.post_mail(connection, message, to, app.clock())

        def is_done() -> bool:
            folder.clock.advance(seconds=1)
            rows = forwarding.deliveries(app, OPERATOR)["rows"]
            return all(row["state"] in {"delivered", "dead"} for row in rows)

        deliver(app, is_done)
    rows = {row["address"]: row for row in forwarding.deliveries(app, OPERATOR)["rows"]}
    assert [rows[each]["state"] for each in to] == ["delivered", "dead", "delivered"]
    assert "mail_domains" in rows["eve@evil.org"]["last_error"]
    assert sorted(mail.to for mail in office.got) == [("ada@acme.com",), ("bob@acme.com",)]
    ids = {str(mail.parsed["Message-ID"]) for mail in office.got}
    assert ids == {f"<{rows[each]['message_id']}@acme.com>" for each in ("ada@acme.com", to[2])}


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": "mail.acme.com"},
        {"smtp_url": "smtp://mail.acme.com", "mail_from": ""},
        {"smtp_url": "smtp://mail.acme.com", "mail_from": "nobody"},
        {"smtp_url": "smtp+plain://127.0.0.1", "smtp_user": "a", "smtp_password": "b"},
        {"smtp_url": "smtps://mail.acme.com", "smtp_certificates": Path("/nowhere.pem")},
    ],
)
def test_settings_of_mail_that_cannot_work(folder: Folder, wrong: dict[str, Any]) -> None:
    """What cannot work is told when the server starts, not when the first mail is due."""
    app = folder.open(**{"mail_from": "vaultmeter@acme.com", **wrong})
    with pytest.raises(Invalid):
        Deliverer(app, structlog.get_logger())
