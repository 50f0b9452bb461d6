"""What somebody may do, feature by feature: people, and machines with agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Feature:
    """One thing somebody may do."""

    name: str
    """Its column in the reports of users and of their peers."""
    title: str
    tone: int
    """Its colour on every page."""
    noun: str
    """In a sentence, one of it; several have an s, or `nouns`."""
    nouns: str = ""
    by_time: str = ""
    """Its column in the report of activity, where that has another name."""

    @property
    def column(self) -> str:
        """Its column in the report of activity."""
        return self.by_time or self.name


_ACCESSED = Feature(
    "passwords_accessed", "Passwords accessed", 3, "password accessed", "passwords accessed"
)
OF_PEOPLE = (
    Feature("login_sessions", "Login sessions", 1, "session"),
    _ACCESSED,
    Feature(
        "passwords_autofilled", "Auto-filled", 4, "password auto-filled", "passwords auto-filled"
    ),
    Feature("remote_connections", "Remote connections", 2, "remote connection"),
    Feature("accounts_added", "Accounts added", 5, "account added", "accounts added"),
)
OF_MACHINES = (
    Feature("requests", "Requests", 1, "request"),
    Feature("login_sessions", "Sign-ins", 6, "sign-in", by_time="machine_logins"),
)
MORE = (
    Feature("secrets_read", "Secrets read", 6, "secret read", "secrets read"),
    Feature("key_operations", "Key operations", 2, "key operation"),
    Feature("denied", "Refused requests", 0, "refused request"),
)
"""What is shown of those who did any of it."""


def features_of(
    kind: str, row: Mapping[str, Any] | None, before: Mapping[str, Any] | None
) -> list[Feature]:
    """The features that are shown of somebody of a kind, by what they did."""
    usual = OF_PEOPLE if kind == "person" else OF_MACHINES
    done = [
        each for each in MORE if any(told is not None and told[each.name] for told in (row, before))
    ]
    return [*usual, *done]
