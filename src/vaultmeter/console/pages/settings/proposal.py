"""What a form proposes, as the address has it: a definition of status, field by field.

A box of a list has a field of its own (`intent-use`), for an address holds each word once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter.model.errors import Invalid
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.status import PRESETS, StatusDefinition

PROPOSED = "proposed"
"""Says that something is proposed: boxes that are not ticked are in no address."""
NUMBERS = ("window", "dormancy", "grace", "minimum")
INTENTS = tuple(each for each in Intent if each not in {Intent.HEARTBEAT, Intent.SYSTEM})
KINDS = tuple(each for each in Kind if each not in {Kind.HEARTBEAT, Kind.SYSTEM})
"""What may make somebody active."""
FIELDS = (
    PROPOSED,
    *NUMBERS,
    *(f"intent-{each}" for each in INTENTS),
    *(f"kind-{each}" for each in KINDS),
)
"""Every field of the form."""


@dataclass(frozen=True)
class Proposal:
    """The fields of a form, as typed."""

    fields: Mapping[str, str]

    @classmethod
    def of(cls, definition: StatusDefinition) -> "Proposal":
        """The form that says what a definition says."""
        numbers = {
            "window": definition.window_days,
            "dormancy": definition.dormancy_days,
            "grace": definition.grace_days,
            "minimum": definition.minimum,
        }
        return cls(
            {
                PROPOSED: "1",
                **{name: "" if number is None else str(number) for name, number in numbers.items()},
                **{f"intent-{each}": "1" for each in definition.intents},
                **{f"kind-{each}": "1" for each in definition.kinds},
            }
        )

    def changes(self) -> dict[str, Any]:
        """What `definitions` services are given; raises `Invalid` for what is no number.

        What says the same as a preset is named by it.
        """
        typed = self.typed()
        preset = next((name for name, made in presets().items() if made.typed() == typed), None)
        return typed if preset is None else {"preset": preset}

    def typed(self) -> dict[str, Any]:
        """Every setting that the form says; raises as `changes`."""
        numbers = {name: _number(name, self.fields.get(name, "")) for name in NUMBERS}
        window = numbers.pop("window")
        return {
            **numbers,
            "window": "range" if window is None else window,
            "intents": [str(each) for each in INTENTS if self.fields.get(f"intent-{each}")],
            "kinds": [str(each) for each in KINDS if self.fields.get(f"kind-{each}")],
        }


def presets() -> dict[str, Proposal]:
    """The form of each definition to begin with."""
    return {name: Proposal.of(definition) for name, definition in PRESETS.items()}


def _number(name: str, text: str) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        raise Invalid(f"{name.capitalize()} is {text[:40]!r}.", "Write a whole number.") from None
