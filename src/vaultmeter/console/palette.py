"""The command palette: pages, people, items, saved views and actions, found by some letters."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.range import range_title
from vaultmeter.console.bar.show import with_word
from vaultmeter.console.door import local_path
from vaultmeter.console.kept_for import kept_for
from vaultmeter.console.parts import Part
from vaultmeter.console.rail import SETTINGS, groups, title_of
from vaultmeter.console.rendering import PAGE_HEADERS, render
from vaultmeter.console.saved import views_of
from vaultmeter.console.titles import type_title
from vaultmeter.model.filters import like
from vaultmeter.model.period import RANGES
from vaultmeter.reports.listing import ever
from vaultmeter.reports.sights import sights
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement

_MOST = 5
"""Of each kind."""
_SHORTEST = 2
"""Letters from which on people and items are looked for."""
_PLAIN = str.maketrans("øØłŁđĐßæÆœŒı", "oOlLdDsaAoOi")
"""Letters that no decomposition makes plain, each by one that stands for it."""
_PEOPLE = """
select
    min(identity) as id,
    user,
    account,
    min(kind) as kind
from identities
where strip_accents(lower(user)) like strip_accents(lower($wanted)) escape '\\'
group by user, account
order by length(user), user, account
limit $most
"""
_ITEMS = """
select
    min(item) as id,
    name,
    account,
    min(type) as type
from items
where strip_accents(lower(name)) like strip_accents(lower($wanted)) escape '\\'
    and deleted is null
group by name, account
order by length(name), name, account
limit $most
"""
_ACTIONS = (
    ("Save this view", "save", "save"),
    ("Copy the link of this page", "copy", "send"),
    ("Change between light and dark", "theme", "theme"),
    ("Show the keys of the keyboard", "help", "more"),
)
"""What is done on the page itself, by a word that its script knows."""


@dataclass(frozen=True)
class Hit:
    """Something that was found: its name with the letters that fit in bold, and where it leads."""

    name: Markup
    url: str
    icon: str
    about: str = ""
    is_path: bool = False
    does: str = ""
    """What the script of the page does in place of going there."""


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    title: str
    hits: tuple[Hit, ...]


def found(asking: Asking, wanted: str, back: str) -> list[Group]:
    """What fits some letters, by kind; without any, the pages. `back` is the page one is on."""
    wanted = " ".join(wanted.split())
    kinds = (
        ("Pages", _pages(asking, wanted)),
        ("People and machines", _people(asking, wanted)),
        ("Secrets and keys", _items(asking, wanted)),
        ("Saved views", _views(asking, wanted)),
        ("Do", _actions(wanted, back)),
    )
    every = (Group(title, tuple(hits)) for title, hits in kinds)
    return [group for group in every if group.hits]


def marked(name: str, wanted: str) -> Markup | None:
    """A name with the letters that fit in bold: together, else one after the other; else `None`.

    Accents and the case of letters make no difference.
    """
    plain, letters = _plain(name), _plain(wanted)
    if not letters:
        return Markup("{}").format(name)
    at = plain.find(letters)
    places = range(at, at + len(letters)) if at >= 0 else _scattered(plain, letters)
    return None if places is None else _bold(name, places)


def _plain(text: str) -> str:
    """The text in plain small letters, each in its place."""
    letters = (unicodedata.normalize("NFKD", letter)[0] for letter in text.translate(_PLAIN))
    return "".join(letter.lower()[:1] for letter in letters)


def _scattered(plain: str, letters: str) -> list[int] | None:
    """Where the letters stand one after the other, the first at the beginning of a word."""
    places: list[int] = []
    for letter in letters.replace(" ", ""):
        at = plain.find(letter, places[-1] + 1 if places else 0)
        while at > 0 and not places and plain[at - 1].isalnum():
            at = plain.find(letter, at + 1)
        if at < 0:
            return None
        places.append(at)
    return places


def _bold(name: str, places: Iterable[int]) -> Markup:
    chosen = set(places)
    made, is_open = Markup(), False
    for place, letter in enumerate(name):
        if (place in chosen) != is_open:
            made += Markup("</mark>") if is_open else Markup("<mark>")
            is_open = not is_open
        made += escape(letter)
    return made + Markup("</mark>") if is_open else made


def _pages(asking: Asking, wanted: str) -> Iterator[Hit]:
    entries = [*(each for group in groups(asking) for each in group.entries), SETTINGS]
    for entry in entries:
        if entry.permission is not None and not asking.may(entry.permission):
            continue
        if (name := marked(entry.title, wanted)) is not None:
            yield Hit(name, asking.view.at(entry.path).url(), entry.icon)


def _people(asking: Asking, wanted: str) -> Iterator[Hit]:
    for id_, user, account, kind in _looked_up(asking, _PEOPLE, wanted):
        about = account if kind == "person" else f"{kind}, {account}"
        url = asking.view.at(f"/users/{id_}").url()
        yield Hit(marked(user, wanted) or escape(user), url, "person", about)


def _items(asking: Asking, wanted: str) -> Iterator[Hit]:
    for id_, name, account, type_ in _looked_up(asking, _ITEMS, wanted):
        about = f"{type_title(type_)}, {account}"
        url = asking.view.at(f"/items/{id_}").url()
        yield Hit(marked(name, wanted) or escape(name), url, "key", about, is_path=True)


def _views(asking: Asking, wanted: str) -> Iterator[Hit]:
    hits = 0
    for entry in views_of(asking):
        name = marked(entry.view.name, wanted) if wanted else None
        if name is not None and hits < _MOST:
            hits += 1
            page = title_of(entry.view.path)
            about = page if entry.is_own else f"{page}, {entry.view.owner}"
            yield Hit(name, entry.url, "save", about)


def _actions(wanted: str, back: str) -> Iterator[Hit]:
    if not wanted:
        return
    for title, does, icon in _ACTIONS:
        if (name := marked(title, wanted)) is not None:
            yield Hit(name, "#", icon, does=does)
    for range_ in RANGES:
        if (name := marked(f"Show {range_title(range_).lower()}", wanted)) is not None:
            yield Hit(name, with_word(back, "range", range_), "calendar")


def _looked_up(asking: Asking, sql: str, wanted: str) -> list[tuple[Any, ...]]:
    """The first that the reader may see, those with short names before others."""
    if len(wanted) < _SHORTEST:
        return []
    values = {"wanted": like(f"*{wanted.replace('*', ' ')}*"), "most": _MOST}
    question = Question(
        asking.viewer, ever(asking.now), values=values, terms=asking.app.terms(), sights=sights()
    )

    def read(store: Store) -> list[tuple[Any, ...]]:
        built = statement(sql.strip(), question, store.parse)
        return list(store.query(built.sql, built.values))

    return kept_for(asking, (sql, wanted.lower()), lambda: asking.reading(read))


def _find(asking: Asking) -> Response:
    wanted, back = asking.given.get("q", ""), local_path(asking.given.get("back", "/"))
    facts = {"groups": found(asking, wanted, back), "wanted": wanted}
    return HTMLResponse(render("parts/palette_found.html", facts), headers=PAGE_HEADERS)


PART = Part("/find", _find)
