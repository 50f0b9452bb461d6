"""The account menu of the filter bar: the accounts and groups that the reader sees."""

from dataclasses import dataclass

from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_for
from vaultmeter.model.filters import GROUP
from vaultmeter.reports.breakdown import account_names
from vaultmeter.reports.groups_seen import groups_seen
from vaultmeter.reports.listing import ever
from vaultmeter.reports.run import Ask

SEARCH_FROM = 12
"""Accounts from which on the menu has a search."""


@dataclass(frozen=True)
class Account:
    """An account or a group of them, as the address has it."""

    name: str
    is_chosen: bool

    @property
    def is_group(self) -> bool:
        """Whether it stands for several accounts."""
        return self.name.startswith(GROUP)


@dataclass(frozen=True)
class Accounts:
    """What can be ticked, and what is said of it."""

    words: str
    entries: tuple[Account, ...]
    has_search: bool
    all_url: str
    """The address without a choice."""

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.entries) > 1 or any(entry.is_chosen for entry in self.entries)

    @property
    def is_narrowed(self) -> bool:
        """Whether some are chosen."""
        return any(entry.is_chosen for entry in self.entries)


def accounts_of(asking: Asking) -> Accounts:
    """The account menu of a page."""
    names, groups = accounts_seen(asking)
    chosen = asking.view.account
    offered = (*(f"{GROUP}{group}" for group in groups), *names)
    # What is chosen and not offered, such as a pattern, is kept where it can be taken away.
    every = dict.fromkeys((*(each for each in chosen if each not in offered), *offered))
    return Accounts(
        _words(asking, chosen, len(names)),
        tuple(Account(name, name in chosen) for name in every),
        len(every) > SEARCH_FROM,
        asking.view.changed(account=()).url(),
    )


def accounts_seen(asking: Asking) -> tuple[list[str], list[str]]:
    """The names of the accounts that the reader sees, and of the groups that have any of them."""

    def read() -> tuple[list[str], list[str]]:
        terms, span = asking.app.terms(), ever(asking.now)
        ask = Ask(asking.viewer, span, terms=terms)
        return asking.reading(
            lambda store: (
                account_names(store, ask),
                sorted(groups_seen(store, asking.viewer, terms.groups, span)),
            )
        )

    return kept_for(asking, "accounts", read)


def _words(asking: Asking, chosen: tuple[str, ...], number: int) -> str:
    if not chosen:
        return f"All {asking.words.number(number)}"
    if len(chosen) == 1:
        return chosen[0]
    return f"{len(chosen)} chosen"
