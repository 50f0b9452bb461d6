"""One attempt to deliver: what is sealed is opened, and the kind of the forwarder does the rest."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from vaultmeter.app import App
from vaultmeter.forwarders import Ending, Envelope, Means, Outcome, kind_named
from vaultmeter.forwarding.sealed import opened
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.model.message import Message
from vaultmeter.outbox import Claimed, message_read
from vaultmeter.state.outbox import Forwarder

_EMAIL = "email"
log = structlog.get_logger("vaultmeter.outbox")


def attempt(app: App, means: Means, claimed: Claimed) -> Outcome:
    """Try once to deliver what was claimed; whatever goes wrong is a failure to be tried again."""
    delivery = claimed.delivery
    try:
        message = within(app.settings.data, message_read(delivery.message))
        envelope = Envelope(delivery.message_id, message, app.clock(), frozenset(delivery.done))
        if delivery.address is not None:
            kind, values = _EMAIL, {"to": delivery.address}
        elif claimed.forwarder is not None:
            kind, values = claimed.forwarder.kind, settings_of(app, claimed.forwarder)
        else:
            return Outcome(Ending.REFUSED, "The forwarder was removed.")
        return sent(means, kind, values, envelope)
    except VaultmeterError as error:
        return Outcome(Ending.FAILED, error.message)
    except Exception:
        # One message that brings a forwarder down must not hold up all the others.
        log.exception("a delivery failed", delivery=delivery.id, destination=delivery.destination)
        return Outcome(Ending.FAILED, "Something went wrong here; the log has it.")


def sent(means: Means, kind: str, values: Mapping[str, str], envelope: Envelope) -> Outcome:
    """Have a kind deliver, once, with defaults for what is not set; raises what it raises."""
    declared = kind_named(kind)
    defaults = {each.name: each.default for each in declared.settings}
    return declared.deliver(envelope, defaults | dict(values), means)


def settings_of(app: App, forwarder: Forwarder) -> dict[str, str]:
    """The settings of a forwarder with its secrets; raises `Invalid` where they cannot be read."""
    return {**forwarder.settings, **opened(app.access.sealer, forwarder)}


def within(data: Path, message: Message) -> Message:
    """The message, with paths of files that are not absolute read within the data folder."""
    files = tuple(replace(each, path=data / each.path) for each in message.attachments)
    return replace(message, attachments=files)
