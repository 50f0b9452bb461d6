"""What is sent to people and programs: a notice, or files that a schedule made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Notice:
    """Something that calls for attention: an entry of the Event Center."""

    id: int
    type: str
    """usage-report, source-silent, rejects, schedule-failed, ...; the words users filter by."""
    product: str
    """The key of a product, or empty where it is about none."""
    account: str
    """The account it is about; empty for the whole organisation."""
    time: datetime
    """When it was raised, UTC."""
    text: str
    """One sentence for people."""
    payload: Mapping[str, Any]
    """What programs read; what it holds depends on the type."""
    acknowledged: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file that goes along; `path` is in the data folder and stays until it was delivered."""

    name: str
    media_type: str
    path: Path


@dataclass(frozen=True)
class Message:
    """What one destination gets at once. The same `key` always means the same message."""

    key: str
    subject: str
    text: str
    """Plain text for people; what formats it (HTML, Slack) is the forwarder's."""
    notices: tuple[Notice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    url: str = ""
    """Where in the console it can be looked at; empty where no public address is set."""
