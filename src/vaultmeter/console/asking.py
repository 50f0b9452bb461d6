"""One reader asks for one page: who asks, what the address says, and the answers of reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from time import monotonic
from typing import Any, TypeVar

from vaultmeter import notices
from vaultmeter.access.sessions import Session
from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, period
from vaultmeter.console.answers import Answers
from vaultmeter.console.preferences import Preferences
from vaultmeter.console.words import Words
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.period import Period
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.sources import Sources
from vaultmeter.store import Store
from vaultmeter.views.view import View

Found = TypeVar("Found")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Refused:
    """What was wrong with a form: of which act, in which words, and what had been typed."""

    act: str
    message: str
    hint: str
    form: Mapping[str, str]


@dataclass
class Asking:
    """What a page is made from. One thread uses it."""

    app: App
    sources: Sources
    answers: Answers
    who: Principal
    view: View
    words: Words
    preferences: Preferences = field(default_factory=Preferences)
    csrf: str = ""
    """What changes must bring along, masked anew for each page."""
    request: str = ""
    """The id of the request, to quote."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The parts of the path that are named, such as the id of a user."""
    given: Mapping[str, str] = field(default_factory=dict)
    """The words of the address as they came, for what is no page."""
    said: Sequence[tuple[str, str]] = ()
    """All of them, also those that come several times."""
    refused: Refused | None = None
    """The form that was refused, where one was."""
    told: str = ""
    """What the change before came to, said once."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """What a change answers with, on its page and this once: a password, a key, a result."""
    session: Session | None = None
    """The browser's session that asks, if one does."""
    about_reports: Sequence[str] = ()
    """The reports that the page's numbers come from, above all."""
    is_whole: bool = False
    """Whether everything is made at once, however long it takes: for readers without script."""
    begun: float = field(default_factory=monotonic)
    until: float | None = None
    """When reports are waited for no longer (as `monotonic`), while a page is put together."""

    @property
    def now(self) -> datetime:
        """When the page is made (aware, UTC)."""
        return self.words.now

    @cached_property
    def viewer(self) -> Viewer:
        """What the reader may see; raises `Forbidden` without the right to reports."""
        return self.who.viewer(Permission.REPORTS)

    @cached_property
    def open_notices(self) -> int:
        """How many notices are open, of those that the reader may see."""
        if not self.may(Permission.NOTICES):
            return 0
        return sum(notices.open_counts(self.app, self.who).values())

    def may(self, permission: Permission) -> bool:
        """Whether the reader has a permission somewhere."""
        return permission in self.who.permissions

    @cached_property
    def period(self) -> Period:
        """The range that is looked at."""
        return self.reading(lambda store: period(self.app, store, self.viewer, self.view.when))

    @cached_property
    def compared(self) -> Period | None:
        """The range it is compared with."""
        return self.period.compared(self.view.compare)

    def several(self, name: str) -> list[str]:
        """Every value of a word of the address."""
        return [value for key, value in self.said if key == name and value]

    def report(self, name: str, view: View | None = None, **changes: Any) -> Table:  # noqa: ANN401
        """The table of a report, asked as the address says; `changes` are fields of the question.

        `filters` among them are added to those of the address. Raises what reports raise, and
        `NotYet` where it would take the page too long.
        """
        view = view or self.view
        filters = {**view.patterns(), **changes.pop("filters", {})}
        asked = ReportAsked(name, view.when, filters, compare=view.compare)
        return self.answers.table(self.viewer, replace(asked, **changes), self.until)

    def about(self, name: str) -> Table:
        """What there is to know of a report besides its rows, asked as the address says."""
        view = self.view
        asked = ReportAsked(name, view.when, view.patterns(), compare=view.compare)
        if report_named(name).columns[0].name == "measure":
            # Which columns it has is told by its rows.
            return self.answers.table(self.viewer, asked, self.until)
        return self.answers.about(self.viewer, asked, self.until)

    def rows(self, name: str, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """The rows of a report as objects."""
        return self.report(name, **changes).dicts()

    def between(self, span: Period) -> dict[str, Any]:
        """Fields of a question about another span: `asking.report(NAME, **asking.between(...))`."""
        when = replace(
            self.view.when,
            range="all",
            start=span.start.isoformat(),
            end=span.end.isoformat(),
        )
        return {"when": when}

    def reading(self, act: Callable[[Store], Found]) -> Found:
        """Do something with the store, within the time that a question may take."""
        with self.app.store.reader(self.app.patience(self.who)) as store:
            return act(store)

    @property
    def first_day(self) -> date:
        """The first calendar day of the range, in its zone."""
        return self.period.start.astimezone(self.period.zone).date()

    @property
    def last_day(self) -> date:
        """The last one."""
        return last_day(self.period)

    @property
    def compared_words(self) -> str:
        """The days of the range it is compared with: 17 Sep – 16 Oct."""
        if self.compared is None:
            return ""
        first = self.compared.start.astimezone(self.compared.zone).date()
        return self.words.days(first, last_day(self.compared))


def last_day(span: Period) -> date:
    """The last calendar day of a period, in its zone."""
    return (span.end - timedelta(microseconds=1)).astimezone(span.zone).date()
