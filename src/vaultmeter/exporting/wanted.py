"""What is to be exported: a saved view's address, or a report in words, and the format."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid


@dataclass(frozen=True)
class Wanted:
    """A file as it is asked for: of a page's `path` and `query`, or of one report, `asked`.

    Without a `limit` it has all rows.
    """

    format: str
    path: str = ""
    query: str = ""
    asked: ReportAsked | None = None
    limit: int | None = None
    """Rows of each table at most."""
    password: str | None = field(default=None, repr=False)
    bare: bool = False
    """Rows alone, without the lines that say what they are (CSV)."""
    view: str = ""
    """The name of the saved view, where it is of one."""

    @classmethod
    def of_view(cls, format_: str, view: Any, **options: Any) -> "Wanted":  # noqa: ANN401  a SavedView
        """A saved view as a file; `options` are other fields."""
        return cls(format_, path=view.path, query=view.query, view=view.name, **options)

    def plain(self) -> Object:
        """As JSON has it; never with the password."""
        told = {"format": self.format, "limit": self.limit, "bare": self.bare}
        if self.asked is None:
            return {**told, "path": self.path, "query": self.query, "view": self.view}
        return {**told, "report": asdict(self.asked)}


def wanted_of(plain: Object, password: str | None = None) -> Wanted:
    """What was kept of it, as `plain` tells it; raises `Invalid` for what is none."""
    words = dict(plain)
    report = words.pop("report", None)
    known = {each.name for each in fields(Wanted)} - {"asked", "password"}
    if not set(words) <= known:
        raise Invalid("What is to be exported cannot be read.", "Ask for it again.")
    asked = None
    if report is not None:
        report = dict(report)
        asked = ReportAsked(**{**report, "when": When(**report["when"])})
    return Wanted(**words, asked=asked, password=password)
