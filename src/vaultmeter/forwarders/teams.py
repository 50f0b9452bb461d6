"""Microsoft Teams, by the webhook of a workflow.

Source: learn.microsoft.com, "Create incoming webhooks with Workflows": the body is a message with
one adaptive card; the address is a secret.
"""

from typing import Any

from vaultmeter.forwarders import Envelope, Kind, Means, Outcome, Setting, Values
from vaultmeter.forwarders._answers import as_json, posted
from vaultmeter.forwarders._words import lines_of, subject_of
from vaultmeter.model.message import Message

_MOST = 20_000
"""Characters of the text: Teams takes 28 KB in all."""


def deliver(envelope: Envelope, values: Values, means: Means) -> Outcome:
    """Post a message as a card."""
    headers = {"Content-Type": "application/json", "webhook-id": envelope.id}
    content = as_json(card(envelope.message))
    return posted(means.client, values["url"], headers, content, envelope.now)


def card(message: Message) -> dict[str, Any]:
    """A message as an adaptive card. Its texts are blocks of plain runs, so that no mark counts."""
    subject, text = subject_of(message), "\n".join(lines_of(message))[: _MOST // 4]
    body: list[dict[str, Any]] = [_block(subject, weight="Bolder")]
    if text != subject:
        body.append(_block(text))
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.url:
        content["actions"] = [
            {"type": "Action.OpenUrl", "title": "Open in vaultmeter", "url": message.url}
        ]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": content}]}


def _block(text: str, **looks: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}


FORWARDER = Kind(
    title="Microsoft Teams",
    settings=(
        Setting("url", "Give the address of a workflow's webhook.", secret=True, required=True),
    ),
    deliver=deliver,
)
