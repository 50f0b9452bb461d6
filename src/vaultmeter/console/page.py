"""What a page is: rows of blocks in the order they are shown, each block made by one function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission

Build = Callable[[Asking], Mapping[str, Any]]
"""Makes what a block's template shows; raises what reports raise."""


@dataclass(frozen=True)
class Block:
    """One part of a page. It is made, swapped and fails alone."""

    id: str
    template: str
    """Below `templates/`."""
    build: Build
    title: str = ""
    """Its heading: also shown in its place where it is still counted, or failed."""
    height: str = "card"
    """How much room it has before it is there: heading, line, tiles, card or table: a CSS class."""
    is_plain: bool = False
    """Whether it stands without a frame."""


@dataclass(frozen=True)
class Row:
    """Blocks side by side: one, two-one, one-two, halves or thirds of the width.

    With `beside` there are two columns, of `blocks` and of these, each one below the other.
    """

    shape: str
    blocks: tuple[Block, ...]
    beside: tuple[Block, ...] = ()


def one(block: Block) -> Row:
    """A row of one block over the whole width."""
    return Row("one", (block,))


def block_named(id_: str, rows: Sequence[Row], *others: Block | None) -> Block | None:
    """A block by its id, of a page's rows or of others."""
    placed = (each for row in rows for each in (*row.blocks, *row.beside))
    every = (*placed, *(each for each in others if each is not None))
    return next((each for each in every if each.id == id_), None)


def _no_facts(_: Asking) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Page:
    """A page of the console."""

    name: str
    path: str
    """With the named parts of Starlette's routes: /users/{id}."""
    title: str
    rows: Sequence[Row]
    subtitle: str = ""
    rail: str = ""
    """The entry of the rail that is marked; its own name unless said."""
    permission: Permission | None = Permission.REPORTS
    extra: tuple[str, ...] = ()
    """Words of the address that only this page knows."""
    ignores: Mapping[str, str] = field(default_factory=dict)
    """Filters that do not apply here, each with the reason."""
    head: Build = _no_facts
    """Facts of the heading, none needed: title, subtitle, crumbs, status, actions (a template), and
    exported (the view whose range and filters files have)."""
    standing: Block | None = None
    """What stands below the title and has to be counted; it may come after the page."""
    exports: tuple[str, ...] = ()
    """Reports that the export menu offers, the first one first."""
    about: tuple[str, ...] = ()
    """Reports whose blind spots and definitions the end of the page tells; else those exported."""
    has_bar: bool = True
    """Whether range and filters mean something here."""
    span: str = ""
    """A template that stands in the bar in place of the range, where that means nothing here."""

    @property
    def entry(self) -> str:
        """The entry of the rail that is marked."""
        return self.rail or self.name
