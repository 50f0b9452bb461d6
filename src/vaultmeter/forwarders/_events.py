"""CloudEvents 1.0, in JSON: one for a notice, a batch for several, one for a report."""

from typing import Any

from vaultmeter.forwarders import Envelope
from vaultmeter.forwarders._words import files_plain
from vaultmeter.model.message import Notice

_SOURCE = "/vaultmeter"
ONE, SEVERAL = "application/cloudevents+json", "application/cloudevents-batch+json"


def events_of(envelope: Envelope) -> tuple[str, Any]:
    """The media type and the body of a message; raises `OSError` where a file of it is gone."""
    message = envelope.message
    events = [_of_notice(each, message.url) for each in message.notices]
    if len(events) > 1:
        return SEVERAL, events
    return ONE, events[0] if events else _of_report(envelope)


def _of_notice(notice: Notice, url: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"notice-{notice.id}",
        "source": f"{_SOURCE}/notices",
        "type": f"vaultmeter.notice.{notice.type}",
        "time": notice.time.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "id": notice.id,
            "type": notice.type,
            "product": notice.product,
            "account": notice.account,
            "text": notice.text,
            "payload": dict(notice.payload),
            "url": url,
        },
    }


def _of_report(envelope: Envelope) -> dict[str, Any]:
    message = envelope.message
    return {
        "specversion": "1.0",
        "id": envelope.id,
        "source": f"{_SOURCE}/reports",
        "type": "vaultmeter.report",
        "time": envelope.now.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "subject": message.subject,
            "text": message.text,
            "files": files_plain(message),
            "url": message.url,
        },
    }
