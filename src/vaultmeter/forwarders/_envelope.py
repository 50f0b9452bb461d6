"""The body that Akeyless' receivers read: `{"Akeyless_Events": {TYPE: [EVENT, ...]}}`."""

from typing import Any

from vaultmeter.forwarders._words import files_plain, product_title
from vaultmeter.model.message import Message, Notice

LABELS = ("raw", "title")
"""How the types are written: `usage-report`, or `Usage_Report`."""


def enveloped(message: Message, labels: str) -> dict[str, Any]:
    """A message in the envelope; raises `OSError` where a file of it is gone."""
    events: dict[str, list[dict[str, Any]]] = {}
    for notice in message.notices:
        events.setdefault(_label(notice.type, labels), []).append(_event(notice))
    if not message.notices:
        payload = {"message": message.text, "files": files_plain(message), "url": message.url}
        event = {"name": message.subject, "item_id": "", "payload": payload}
        events[_label("report", labels)] = [event]
    return {"Akeyless_Events": events}


def _event(notice: Notice) -> dict[str, Any]:
    details = {**notice.payload, "product": notice.product, "message": notice.text}
    # It is for people who look at mail, and Akeyless sends none.
    details.pop("chart", None)
    if notice.account:
        details["account"] = notice.account
    return {
        "name": product_title(notice),
        "item_id": str(notice.payload.get("item_id", "")),
        "event_id": notice.id,
        "time": notice.time.isoformat(),
        "payload": {f"{notice.type.replace('-', '_')}_details": details},
    }


def _label(type_: str, labels: str) -> str:
    if labels == "raw":
        return type_
    return "_".join(word.capitalize() for word in type_.split("-"))
