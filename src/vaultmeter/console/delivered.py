"""What leaves as a file: a saved view, or the address of a page, as forms and addresses name it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.range import range_title
from vaultmeter.console.door import local_path
from vaultmeter.console.rail import title_of
from vaultmeter.console.saved import views_of, word_of
from vaultmeter.exporting import Wanted
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.period import DAYS
from vaultmeter.state.saved_views import SavedView
from vaultmeter.views.named import Looking
from vaultmeter.views.pages import page_at
from vaultmeter.views.questions import Standing, standing_of

FIELD = "of"
"""The field of forms and the word of addresses that names it."""
_USUAL = "last-30-days"
_NO_ADDRESS = frozenset({"view", "evidence"})
_LONGEST = 2_000
_SAFE = "/:,*@.-_"


@dataclass(frozen=True)
class Source:
    """A saved view, or a page by its address."""

    path: str
    query: str
    view: SavedView | None = None

    @property
    def word(self) -> str:
        """As forms name it: `v12`, or the address."""
        return word_of(self.view.id) if self.view else f"{self.path}?{self.query}"

    @property
    def range(self) -> str:
        """The range of its address, by name or by days."""
        return dict(parse_qsl(self.query)).get("range", _USUAL)

    @property
    def when(self) -> When:
        """The range, as reports are asked with it, in UTC."""
        first, dots, last = self.range.partition(DAYS)
        return When("all", first, last) if dots else When(self.range)

    @property
    def name(self) -> str:
        """What it is called before it is looked at."""
        return self.view.name if self.view else title_of(self.path)

    def over(self, span: str) -> "Source":
        """The same page over another range, which is no saved view any more; itself for its own."""
        if not span or span == self.range:
            return self
        rest = [(name, value) for name, value in parse_qsl(self.query) if name != "range"]
        query = urlencode([("range", span), *rest], safe=_SAFE, quote_via=quote)
        return Source(self.path, query)

    def wanted(self, format_: str, **options: object) -> Wanted:
        """What exporting makes of it; `options` are fields of it."""
        name = self.view.name if self.view else ""
        made: Wanted = Wanted(format_, self.path, self.query, view=name, **options)  # type: ignore[arg-type]
        return made


@dataclass(frozen=True)
class Choice:
    """A source that a form offers."""

    word: str
    title: str
    group: str


def source_of(asking: Asking, word: str) -> Source:
    """The source that a form names; raises `NotFound` and `Invalid`."""
    for entry in views_of(asking):
        if word_of(entry.view.id) == word:
            return Source(entry.view.path, entry.view.query, entry.view)
    path, _, query = word.partition("?")
    if not word.startswith("/"):
        raise NotFound("There is no such saved view that you can open.", "Choose another one.")
    if local_path(word) != word or len(word) > _LONGEST:
        raise Invalid("This address cannot be exported.", "Begin at the page itself.")
    page_at(path)
    pairs = parse_qsl(query, keep_blank_values=True)
    told = [pair for pair in pairs if pair[0] not in _NO_ADDRESS]
    return Source(path, urlencode(told, safe=_SAFE, quote_via=quote))


def choices_of(asking: Asking, chosen: str) -> list[Choice]:
    """What forms offer: the page one came from, the saved views, and the pages as they come."""
    found = [
        Choice(word_of(each.view.id), each.view.name, "Your views" if each.is_own else "Shared")
        for each in views_of(asking)
        if _can_leave(each.view.path)
    ]
    pages = [Choice(f"{path}?{_as_it_comes(asking)}", title_of(path), "Pages") for path in _PAGES]
    known = {each.word for each in (*found, *pages)}
    own: Sequence[Choice] = ()
    if chosen.startswith("/") and chosen not in known and _can_leave(chosen.partition("?")[0]):
        source = source_of(asking, chosen)
        title = f"{source.name}, {span_title(source.range)}"
        own = (Choice(chosen, title, "The page you came from"),)
    return [*own, *found, *pages]


def span_title(word: str) -> str:
    """A range in words: last 30 days, 2026-10-01 to 2026-10-31."""
    first, dots, last = word.partition(DAYS)
    if dots:
        return first if first == last else f"{first} to {last}"
    title = range_title(word)
    return title[:1].lower() + title[1:]


def standing(asking: Asking, source: Source) -> Standing:
    """What a source stands for: its title and the questions to reports; raises what these raise."""
    return asking.reading(
        lambda store: standing_of(
            Looking(asking.app, store, asking.who, asking.now), source.path, source.query
        )
    )


_PAGES = ("/", "/product-usage", "/items", "/password-manager", "/clients", "/sources")


def _as_it_comes(asking: Asking) -> str:
    """The query of a page without filters, in the reader's zone."""
    return urlencode({"range": asking.preferences.range or _USUAL, "tz": asking.view.zone})


def _can_leave(path: str) -> bool:
    try:
        page_at(path)
    except NotFound:
        return False
    return True
