"""Messages as the outbox keeps them: JSON, with their files by path."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from vaultmeter.model.message import Attachment, Message, Notice


def message_written(message: Message) -> str:
    """A message as JSON; its files stay where they are."""
    return json.dumps(
        {
            "key": message.key,
            "subject": message.subject,
            "text": message.text,
            "notices": [notice_plain(each) for each in message.notices],
            "attachments": [
                {"name": each.name, "media_type": each.media_type, "path": str(each.path)}
                for each in message.attachments
            ],
            "url": message.url,
        }
    )


def message_read(text: str) -> Message:
    """The message that was written so."""
    told = json.loads(text)
    files = tuple(
        Attachment(each["name"], each["media_type"], Path(each["path"]))
        for each in told["attachments"]
    )
    notices = tuple(notice_read(each) for each in told["notices"])
    return Message(told["key"], told["subject"], told["text"], notices, files, told["url"])


def notice_plain(notice: Notice) -> dict[str, Any]:
    """A notice as JSON has it; instants are UTC."""
    return {
        "id": notice.id,
        "type": notice.type,
        "product": notice.product,
        "account": notice.account,
        "time": notice.time.isoformat(),
        "text": notice.text,
        "payload": dict(notice.payload),
    }


def notice_read(told: Mapping[str, Any]) -> Notice:
    """The notice that was written so."""
    return Notice(**{**told, "time": datetime.fromisoformat(told["time"])})
