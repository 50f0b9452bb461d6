"""Forwarders by number: addresses name them so, for names change and come into logs."""

from vaultmeter.console.asking import Asking
from vaultmeter.model.errors import NotFound
from vaultmeter.state.outbox import forwarders


def known_forwarders(asking: Asking) -> dict[str, int]:
    """The numbers of forwarders by name."""
    with asking.app.state.reading() as connection:
        return {each.name: each.id for each in forwarders(connection)}


def name_of(asking: Asking, number: str) -> str:
    """The name of a forwarder; raises `NotFound`, whether or not the reader may see it."""
    for name, id_ in known_forwarders(asking).items():
        if str(id_) == number:
            return name
    raise NotFound("There is no such forwarder that you can see.", "It may have been removed.")
