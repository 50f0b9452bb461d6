"""A scheduled report, from its due time to a mailbox: a real mail server takes it, once."""

from concurrent.futures import ThreadPoolExecutor

import structlog
from tests.forwarders.post_office import post_office
from tests.schedules.conftest import Scheduling

from vaultmeter.server.deliverer import Deliverer


def test_a_report_comes_by_mail_once(scheduling: Scheduling) -> None:
    """The mail has the period in its subject and the whole file; taken, the run is done."""
    with post_office() as office:
        url = f"smtp+plain://127.0.0.1:{office.port}"
        scheduling.folder.open(smtp_url=url, mail_from="vaultmeter@example.org")
        scheduling.scheduler = scheduling.another()
        scheduling.add(formats=["csv"], recipients=["ada@example.org", "bob@example.org"])
        scheduling.turn("2026-11-23T07:00")
        deliverer = Deliverer(scheduling.app, structlog.get_logger("tests"))
        for _ in range(3):
            with ThreadPoolExecutor(2) as pool:
                deliverer.turn(pool)
            scheduling.folder.clock.advance(seconds=30)
            scheduling.turn()

    assert sorted(mail.to for mail in office.got) == [("ada@example.org",), ("bob@example.org",)]
    letter = office.got[0].parsed
    assert letter["Subject"] == "Users: 2026-10-01 to 2026-10-31 (UTC)"
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "users-2026-10-01-to-2026-10-31.csv"
    content = attached.get_payload(decode=True)
    (run,) = scheduling.runs()
    assert isinstance(content, bytes)
    assert len(content) == run["files"][0]["bytes"]
    assert run["state"] == "done"
    assert {each["state"] for each in run["deliveries"]} == {"delivered"}
