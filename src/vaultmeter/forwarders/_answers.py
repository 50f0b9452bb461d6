"""What an answer over HTTP means for a delivery.

Delivered is any 2xx. A message that the receiver understands and refuses (400, 413, 414, 415, 422,
431) would be refused again: it is given up at once. 410 switches the forwarder off, as Standard
Webhooks asks. Everything else may be mended by somebody within two days, and is tried again:
redirects, which are never followed, credentials (401, 403), wrong addresses (404, 405), 408, 429
and 5xx, with the pause that the receiver asks for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from vaultmeter.forwarders import Client, Ending, Outcome
from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.tls import Tls

_REFUSED = frozenset({400, 413, 414, 415, 422, 431})
_GONE = 410
_MOST_SECONDS = 10 * 24 * 3600.0


def posted(
    client: Client,
    url: str,
    headers: Mapping[str, str],
    content: bytes,
    now: datetime,
    tls: Tls | None = None,
) -> Outcome:
    """Post once; answers what came of it, in words that hold no secret."""
    try:
        reply = client.ask("POST", url, headers, content, tls=tls)
    except (Unavailable, Invalid) as error:
        # The message of either names no more than the host; of Slack and Teams the path is secret.
        is_known = isinstance(error, Unavailable)
        detail = error.message if is_known else "The address, or a certificate, cannot be used."
        return Outcome(Ending.FAILED, detail, is_down=True)
    return outcome_of(reply.status, reply.headers, now)


def outcome_of(status: int, headers: Mapping[str, str], now: datetime) -> Outcome:
    """What a status means."""
    told = f"The receiver answered {status}."
    if 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
        return Outcome(Ending.DELIVERED, told)
    if status == _GONE:
        return Outcome(Ending.GONE, told, is_down=True)
    if status in _REFUSED:
        return Outcome(Ending.REFUSED, told, is_down=True)
    asked = retry_after(headers.get("retry-after"), now)
    return Outcome(Ending.FAILED, told, asked, is_down=True)


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait by the header of that name (RFC 9110, 10.2.3); `None` where it says none."""
    if text is None:
        return None
    bare = text.strip()
    if bare.isascii() and bare.isdigit():
        return min(float(bare[:12]), _MOST_SECONDS)
    try:
        at = parsedate_to_datetime(bare)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), _MOST_SECONDS)


def as_json(content: Any) -> bytes:  # noqa: ANN401  whatever JSON can hold
    """What is sent, in the one form that is signed and sent alike."""
    import json  # noqa: PLC0415  only what is sent needs it

    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode()
