"""What a report is narrowed to: words and patterns, each with `*` for any text.

A filter on accounts takes a group, too: `@eu` stands for the accounts of the group `eu` and those
below them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.kinds import Kind, Outcome, Product

FILTERS: dict[str, str] = {
    "account": "account, such as acme/finance, or a group of them, such as @eu",
    "user": "who acted, by name",
    "item": "secret, key or password, by name",
    "item_type": "type of item, such as static_secret",
    "kind": "kind of event, such as secret_read",
    "auth_method": "how the identity signs in",
    "outcome": "ok, denied, not_found or error",
    "source": "source the event came from",
    "product": "sm, pm or sra",
}
"""Every filter and what it is about, in the order they are shown."""
GROUP = "@"
"""What a word of the filter on accounts begins with when it names a group."""

_CLOSED: dict[str, tuple[str, ...]] = {
    "kind": tuple(Kind),
    "outcome": tuple(Outcome),
    "product": tuple(Product),
}


@dataclass(frozen=True)
class Filters:
    """Patterns by filter name. Patterns of one filter widen it, different filters narrow."""

    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    literal: bool = False
    """Whether the accounts are names to the letter: no groups, no patterns."""

    @classmethod
    def of(cls, given: Mapping[str, Iterable[str]]) -> "Filters":
        """Check names and closed words; raises `Invalid` saying which word is unknown."""
        patterns = {name: tuple(words) for name, words in given.items() if tuple(words)}
        for name, words in patterns.items():
            if name not in FILTERS:
                raise Invalid(f"Unknown filter {name!r}.", did_you_mean(name, FILTERS))
            for word in words:
                if not word:
                    raise Invalid(f"The filter {name!r} is empty.", "Leave it out, or say which.")
                if name in _CLOSED and not matching(word, _CLOSED[name]):
                    raise Invalid(f"Unknown {name} {word!r}.", did_you_mean(word, _CLOSED[name]))
        return cls(patterns)

    def words(self, name: str) -> list[str] | None:
        """The words of a closed list that a filter lets through; `None` when it is not set."""
        if name not in self.patterns:
            return None
        return [
            word
            for word in _CLOSED[name]
            if any(matching(pattern, (word,)) for pattern in self.patterns[name])
        ]

    def expanded(self, groups: Mapping[str, tuple[str, ...]]) -> "Filters":
        """The filters with the accounts of groups in place of their names.

        `groups` are the patterns of accounts by group. Raises `NotFound` for a group there is not.
        """
        words = self.patterns.get("account", ())
        if self.literal or not any(word.startswith(GROUP) for word in words):
            return self
        accounts = dict.fromkeys(part for word in words for part in _accounts_of(word, groups))
        return Filters({**self.patterns, "account": tuple(accounts)})

    def without(self, name: str) -> "Filters":
        """The filters but for one of them."""
        others = {other: words for other, words in self.patterns.items() if other != name}
        return Filters(others, self.literal)

    def shown(self) -> dict[str, list[str]]:
        """The filters that are set, as a report prints them."""
        return {name: list(self.patterns[name]) for name in FILTERS if name in self.patterns}


def covering(account: str) -> tuple[str, ...]:
    """The patterns of an account and of those below it."""
    return (account,) if account.endswith("*") else (account, f"{account}/*")


def _accounts_of(word: str, groups: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """The patterns that a word of the filter on accounts stands for."""
    if not word.startswith(GROUP):
        return (word,)
    name = word.removeprefix(GROUP)
    if name not in groups:
        none = "There are none yet: vaultmeter accounts group NAME ACCOUNT makes one."
        raise NotFound(f"There is no group {name!r}.", did_you_mean(name, groups) or none)
    return (pattern for account in groups[name] for pattern in covering(account))


def matching(pattern: str, words: Iterable[str]) -> list[str]:
    """The words that a pattern lets through; only `*` is special."""
    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return [word for word in words if fnmatchcase(word, escaped)]


def like(pattern: str) -> str:
    r"""The pattern as the right side of `like ... escape '\\'`."""
    for special in ("\\", "%", "_"):
        pattern = pattern.replace(special, "\\" + special)
    return pattern.replace("*", "%")
