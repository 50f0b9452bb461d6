"""A message in words for people, and what programs read of its files."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from vaultmeter.model.message import Attachment, Message, Notice

MOST_BYTES = 5 << 20
"""Files go along in a request up to this size together; larger ones are named alone."""
_PRODUCTS = {"sm": "Secrets Management", "pm": "Password Manager", "sra": "Secure Remote Access"}


def lines_of(message: Message) -> list[str]:
    """A message as lines: what is the matter, the files that belong to it, where to look."""
    lines = message.text.splitlines() or [message.subject]
    if message.attachments:
        lines += ["", "Files: " + ", ".join(each.name for each in message.attachments)]
    if message.url:
        lines += ["", message.url]
    return lines


def subject_of(message: Message) -> str:
    """The subject in one line without control characters, not too long."""
    words = "".join(char if char.isprintable() else " " for char in message.subject).split()
    text = " ".join(words) or "vaultmeter"
    return text if len(text) <= 200 else f"{text[:199]}…"  # noqa: PLR2004  as read in a list


def product_title(notice: Notice) -> str:
    """What a product is called, or else what the notice is about."""
    title = _PRODUCTS.get(notice.product, notice.product)
    return title or notice.account or notice.type


def files_plain(message: Message) -> list[dict[str, Any]]:
    """The files of a message as JSON has them, with their content unless they are large.

    Raises `OSError` where one is gone.
    """
    sizes = [each.path.stat().st_size for each in message.attachments]
    with_content = sum(sizes) <= MOST_BYTES
    return [_file(each, with_content=with_content) for each in message.attachments]


def _file(attachment: Attachment, *, with_content: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "bytes": attachment.path.stat().st_size,
    }
    if with_content:
        content = attachment.path.read_bytes()
        told |= {"sha256": sha256(content).hexdigest(), "base64": b64encode(content).decode()}
    return told
