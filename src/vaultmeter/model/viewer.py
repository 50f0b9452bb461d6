"""Who asks, and which rows they may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from vaultmeter.model.terms import ORGANISATION


@dataclass(frozen=True)
class Grant:
    """Rows that may be seen: of these accounts and, at the same time, of these products.

    `accounts` are names, each with the accounts below it (`acme` covers `acme/finance`); `None`
    means all of them.
    """

    accounts: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.accounts is None and self.products is None

    def holds(self, other: "Grant") -> bool:
        """Whether everything that the other lets through is let through here."""
        return _within(other.accounts, self.accounts, _is_below) and _within(
            other.products, self.products, str.__eq__
        )


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks for reports: sees what one grant or another lets through.

    Without grants (`()`) it sees nothing; `None` means everything.
    """

    name: str
    grants: tuple[Grant, ...] | None = None

    @classmethod
    def operator(cls) -> "Viewer":
        """The person at the machine that holds the data: sees everything."""
        return cls("operator")

    @classmethod
    def of(cls, name: str, grants: Iterable[Grant]) -> "Viewer":
        """The viewer of several grants; one of everything is enough for all."""
        held = tuple(dict.fromkeys(grants))
        return cls(name, None if any(grant.is_everything for grant in held) else held)

    @classmethod
    def of_accounts(cls, name: str, accounts: Iterable[str] | None) -> "Viewer":
        """The viewer of all products in some accounts."""
        return cls.of(name, (Grant(None if accounts is None else tuple(accounts)),))

    @property
    def accounts(self) -> tuple[str, ...] | None:
        """The accounts of which anything may be seen; `None` means all of them."""
        if self.grants is None or any(grant.accounts is None for grant in self.grants):
            return None
        names = (name for grant in self.grants for name in grant.accounts or ())
        return tuple(dict.fromkeys(names))

    @property
    def is_limited(self) -> bool:
        """Whether there are accounts of which some products may be seen and others not."""
        return any(grant.products is not None for grant in self.grants or ())

    def pairs(self) -> tuple[tuple[str | None, str | None], ...]:
        """What may be seen as pairs of an account, which covers those below, and a product.

        `None` is all of them.
        """
        grants = (Grant(),) if self.grants is None else self.grants
        return tuple(
            dict.fromkeys(
                (account, product)
                for grant in grants
                for account in (grant.accounts if grant.accounts is not None else (None,))
                for product in (grant.products if grant.products is not None else (None,))
            )
        )

    def sees(self, account: str, product: str) -> bool:
        """Whether a product of an account, and of those below it, may be seen; `*` is of all."""
        return any(
            (own is None or (account != ORGANISATION and _is_below(account, own)))
            and (of is None or of == product)
            for own, of in self.pairs()
        )

    def covers(self, account: str) -> bool:
        """Whether everything of an account, and of those below it, may be seen."""
        if self.grants is None:
            return True
        whole = (grant.accounts for grant in self.grants if grant.products is None)
        return any(
            names is None or any(_is_below(account, name) for name in names) for names in whole
        )


def _is_below(account: str, name: str) -> bool:
    """Whether an account is that one, or below it."""
    return account == name or account.startswith(f"{name}/")


def _within(
    inner: tuple[str, ...] | None,
    outer: tuple[str, ...] | None,
    is_in: Callable[[str, str], bool],
) -> bool:
    if outer is None:
        return True
    return inner is not None and all(any(is_in(each, own) for own in outer) for each in inner)
