"""Slack, by an incoming webhook.

Source: docs.slack.dev, "Sending messages using incoming webhooks": the body is `{"text": ...}`,
in which `&`, `<` and `>` are written as HTML has them; the address is a secret.
"""

from vaultmeter.forwarders import Envelope, Kind, Means, Outcome, Setting, Values
from vaultmeter.forwarders._answers import as_json, posted
from vaultmeter.forwarders._words import lines_of

_MOST = 40_000
"""Characters after which Slack cuts a text off."""


def deliver(envelope: Envelope, values: Values, means: Means) -> Outcome:
    """Post the text of a message."""
    text = "\n".join(lines_of(envelope.message))[: _MOST // 5]
    for char, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, written)
    headers = {"Content-Type": "application/json", "webhook-id": envelope.id}
    content = as_json({"text": text})
    return posted(means.client, values["url"], headers, content, envelope.now)


FORWARDER = Kind(
    title="Slack",
    settings=(
        Setting("url", "Give the address of an incoming webhook.", secret=True, required=True),
    ),
    deliver=deliver,
)
