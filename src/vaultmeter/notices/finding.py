"""What a rule looks with, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, told_from
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import covering
from vaultmeter.model.table import Table
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.model.viewer import Viewer
from vaultmeter.notices.settings import Setting
from vaultmeter.store import Store

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """Something that calls for attention: what its notice will say."""

    key: str
    """The same for the same thing, whenever it is found."""
    text: str
    payload: Mapping[str, Any]
    product: str = ""
    account: str = ""
    remembered: Any = None
    """What is to be known of it when it is over: JSON."""


Again = Callable[[str, Any], Finding | None]
"""What is to be told of something, by its key and what was remembered, that is over."""


@dataclass(frozen=True)
class Found:
    """What a rule found."""

    once: tuple[Finding, ...] = ()
    """Told once for their key, for good."""
    beyond: tuple[Finding, ...] = ()
    """Beyond a threshold now: told when they cross it, and again after they fell back."""
    over: Again = lambda *_: None
    """Asked of everything that was beyond before and is not any more."""


@dataclass(frozen=True)
class Looking:
    """A rule at work: the store as it is now, seen with the rights of who is asked for."""

    app: App
    store: Store
    viewer: Viewer
    name: str
    """The rule's name."""
    settings: Settings
    account: str
    """The account the rule is about, with those below it; empty for the whole organisation."""
    product: str
    """The product it is about; empty for all."""
    now: datetime

    def table(self, asked: ReportAsked) -> Table:
        """The answer of a report, whatever the rule is narrowed to; raises what reports raise."""
        found = told_from(self.app, self.store, self.viewer, asked).answer
        if not isinstance(found, Table):
            raise Invalid("A rule looks at a table.", "Leave layout and sql out.")
        return found

    def narrowed(self, asked: ReportAsked) -> Table:
        """The same of the rule's account and product alone."""
        filters = dict(asked.filters)
        if self.account:
            filters["account"] = list(covering(self.account))
        if self.product:
            filters["product"] = [self.product]
        return self.table(replace(asked, filters=filters))

    def is_about(self, account: str, product: str = "") -> bool:
        """Whether the rule looks at an account (`*` is the whole organisation) and a product."""
        is_own = not self.account or account == self.account
        is_below = account != ORGANISATION and account.startswith(f"{self.account}/")
        return (is_own or is_below) and product in {self.product or product, ""}


@dataclass(frozen=True)
class RuleType:
    """A type of notices, and how a rule of it looks."""

    name: str
    title: str
    settings: tuple[Setting, ...] = ()
    find: Callable[[Looking], Found] | None = None
    """`None` where something else raises them: the rule switches them on and off."""
    every: timedelta | Callable[[Settings], timedelta] = timedelta(hours=1)
    """How long an evaluation holds while the data stays the same."""
    on_change: bool = False
    """Whether new data has it evaluated, too."""
    check: Callable[[Settings], None] = field(default=lambda _: None)
    """Raises `Invalid` for settings that do not go together."""

    def interval(self, settings: Settings) -> timedelta:
        """How long an evaluation with these settings holds."""
        return self.every if isinstance(self.every, timedelta) else self.every(settings)
