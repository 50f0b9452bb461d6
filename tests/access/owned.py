"""A small organisation in which every row bears a word that nothing else bears.

Each row says which account and product it is of, so that a folder can be made of the rows that a
viewer owns, and of nothing else.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product as product_of
from pathlib import Path
from random import Random
from typing import Any

from tests.conftest import SetClock, seeded
from tests.connectors.vault_records import VAULT_1_3, Act, Token, entries

from vaultmeter.app import App
from vaultmeter.intake import ingest
from vaultmeter.model.status import StatusDefinition
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.settings import Settings

START = datetime(2026, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PRODUCTS = ("sm", "pm", "sra")
SOURCES = {
    "vault": ("acme", ("acme", "acme/finance", "acme/finance/eu", "acme/hr")),
    "second": ("acme", ("acme/finance", "acme/labs")),
    "finance": ("acme/finance", ("acme/finance", "acme/finance/eu")),
    "lookalike": ("acmeco", ("acmeco", "acmeco/finance")),
    "globex": ("globex", ("globex", "globex/lab")),
}
"""By source: its own account, and those that it tells of."""
STOCK, OLD = "stock", "old"
"""A source of inventories, and one of an old Vault, on which its connector makes a remark."""
ACCOUNTS = tuple(dict.fromkeys(name for _, names in SOURCES.values() for name in names))
_KINDS = {
    "sm": ("secret_read", "key_operation", "item_added", "item_updated", "list", "login", "other"),
    "pm": ("password_accessed", "password_autofilled", "item_added", "login", "logout", "other"),
    "sra": ("remote_connection", "login", "login_failed", "credential_issued", "other"),
}
_TYPES = {"sm": "static_secret", "pm": "password", "sra": "target"}


def word(account: str | None, product: str | None) -> str:
    """The word of an account and product, which stands in every row of them."""
    first = "x" if account is None else chr(ord("a") + ACCOUNTS.index(account))
    last = "x" if product is None else chr(ord("a") + PRODUCTS.index(product))
    return f"zq{first}{last}qz"


@dataclass(frozen=True)
class Line:
    """A line of a source, and whose it is: without a product of whoever sees all of them.

    With `any_product` it is of whoever sees any product of the account.
    """

    source: str
    account: str
    product: str | None
    body: bytes
    any_product: bool = False

    def is_of(self, viewer: Viewer) -> bool:
        """Whether a viewer sees it."""
        if self.any_product:
            return any(viewer.sees(self.account, product) for product in PRODUCTS)
        if self.product is None:
            return viewer.covers(self.account)
        return viewer.sees(self.account, self.product)


TERMS = Terms(
    StatusDefinition(version=3),
    (
        Limit("pm", "*", ALWAYS, 5),
        Limit("sm", "*", ALWAYS, 4),
        *(
            Limit(product, account, date(2026, month, 1), limit)
            for product, account, month, limit in (
                ("pm", "acme/finance", 2, 1),
                ("pm", "globex", 1, 1),
                ("sm", "acme", 1, 2),
                ("sm", "acme/finance", 1, 2),
                ("sm", "acmeco", 3, 1),
                ("sm", "globex/lab", 1, 711),
            )
        ),
    ),
    {
        "everybody": ("*",),
        "money": ("acme/finance", "acmeco/*", "globex"),
        "zqglobexqz": ("globex",),
        "zqlooksqz": ("acmeco*",),
    },
)


def lines() -> list[Line]:
    """Every line there is, source by source, in the order of receipt."""
    rng = seeded(5)
    made: list[Line] = []
    for name, (root, accounts) in SOURCES.items():
        for account in accounts:
            for product in PRODUCTS:
                if rng.random() < (0.8 if account != root else 0.6):
                    made += _events(name, account, product, rng)
        made += [*_visits(name, accounts, rng), *_no_signs(name, accounts), *_refused(name, root)]
    made += _daily("vault", "acme/hr", "sm")
    made += _daily("finance", "acme/finance", "pm")
    made += _long_session("vault", "acme/hr", "pm")
    return [*made, *_stock(), *_old()]


def _daily(source: str, account: str, product: str) -> Iterator[Line]:
    """Something on every day, so that idleness is proof in the whole of the source."""
    rng, who = seeded(8), f"{word(account, product)}-daily@{source}"
    for day in range(120):
        at = START + timedelta(days=day, hours=7)
        yield _event(account, product, rng, at=at, who=who, number=1_000 + day)


def _long_session(source: str, account: str, product: str) -> Iterator[Line]:
    """One session of weeks, of somebody who is at work elsewhere, too."""
    rng, who = seeded(9), f"visitor-1@{source}"
    for day in (1, 50):
        at = START + timedelta(days=day)
        yield _event(account, product, rng, at=at, who=who, number=2_000 + 3 * day)


def _old() -> Iterator[Line]:
    own = word("globex", "sm")
    for number in range(2):
        act = Act(
            "read",
            f"secret/{own}/old",
            "secret/",
            "kv",
            Token(f"{own}-old"),
            answer={"password": "hmac-sha256:aa"},
            entry={"time": f"2026-02-{20 + number}T07:00:00Z"},
        )
        for entry in entries(VAULT_1_3, number, act):
            yield Line(OLD, "globex", "sm", entry)


def _events(source: str, account: str, product: str, rng: Random) -> Iterator[Line]:
    own = word(account, product)
    who = [f"{own}-{number}@{source}" for number in range(1, rng.randint(2, 3))]
    at = START + timedelta(days=rng.randint(0, 60), seconds=rng.randint(0, 80_000))
    for number in range(rng.randint(3, 8)):
        at += timedelta(days=rng.choice((0, 1, 1, 2, 6)), seconds=rng.randint(30, 9_000))
        yield _event(account, product, rng, at=at, who=rng.choice(who), number=number)


def _visits(source: str, accounts: tuple[str, ...], rng: Random) -> Iterator[Line]:
    """Two who are at work in all accounts of a source, and in all products."""
    at = START + timedelta(days=40, seconds=rng.randint(0, 9_000))
    for number in range(14):
        at += timedelta(days=rng.choice((0, 1, 3)), seconds=rng.randint(30, 9_000))
        account, product = rng.choice(accounts), rng.choice(PRODUCTS)
        who = f"visitor-{number % 2}@{source}"
        yield _event(account, product, rng, at=at, who=who, number=100 + number)


def _no_signs(source: str, accounts: tuple[str, ...]) -> Iterator[Line]:
    """What was done in the name of one who is at work everywhere, and is no sign of anybody."""
    rng, who = seeded(10), f"visitor-0@{source}"
    for day in (20, 40, 60):
        at, number = START + timedelta(days=day, seconds=7), 3_000 + 3 * day
        for account, product in product_of(accounts, PRODUCTS):
            at += timedelta(minutes=3)
            yield _event(account, product, rng, at=at, who=who, number=number, kind="system")


def _event(
    account: str,
    product: str,
    rng: Random,
    *,
    at: datetime,
    who: str,
    number: int,
    kind: str | None = None,
) -> Line:
    own, kind = word(account, product), kind or rng.choice(_KINDS[product])
    source = who.rpartition("@")[2]
    fields: dict[str, Any] = {
        "id": f"{source}-{own}-{number}",
        "time": at.isoformat(),
        "kind": kind,
        "account": account,
        "product": product,
        "identity": who,
        "identity_name": f"{who}.name",
        "identity_kind": "machine" if who.endswith("2@" + source) else "person",
        "auth_method": rng.choice((f"way-{own}", f"other-{own}")),
        "detail": f"detail-{own}",
        "agent": f"agent-{own}",
        "ip": f"ip-{own}",
        "session": f"session-{own}-{who}" if number % 3 else None,
        "source_event": f"code-{own}",
    }
    if kind not in ("login", "logout", "login_failed", "list"):
        fields["item"] = f"kv/{own}/{rng.randint(1, 2)}"
        fields["item_type"] = _TYPES[product]
    return Line(source, account, product, _json(fields))


def _refused(source: str, root: str) -> Iterator[Line]:
    """Lines that no connector can read: whose they are is not known, but for the source."""
    own = word(root, None)
    yield Line(source, root, None, b"refused-" + own.encode() + b"\n")
    yield Line(source, root, None, _json({"time": "never", "kind": "login", "identity": own}))


def _stock() -> Iterator[Line]:
    """An inventory of two accounts: items and identities that no event tells of."""
    taken = (START + timedelta(days=30)).isoformat()
    yield _fact("acme", fact="snapshot", taken=taken, vault="events", any_product=True)
    for account in ("acme/finance", "acme/hr"):
        below = account.removeprefix("acme/")
        for product in PRODUCTS:
            own = word(account, product)
            yield _fact(
                account,
                product,
                fact="item",
                taken=taken,
                account_=below,
                item=f"kv/{own}/stocked",
                type=_TYPES[product],
                created=(START - timedelta(days=100)).isoformat(),
            )
        yield _fact(
            account,
            fact="identity",
            taken=taken,
            account_=below,
            keys=[f"key:{word(account, None)}-stocked"],
            name=f"{word(account, None)}-stocked",
            kind="person",
            rank=6,
            disabled=account == "acme/hr",
            created=(START - timedelta(days=90)).isoformat(),
        )


def _fact(
    whose: str,
    product: str | None = None,
    *,
    any_product: bool = False,
    account_: str | None = None,
    **fields: Any,  # noqa: ANN401  fields are of any type
) -> Line:
    told = {**fields, "account": account_, "product": product}
    return Line(STOCK, whose, product, _json(told), any_product)


def _json(fields: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(kept).encode() + b"\n"


@contextmanager
def folder(at: Path, those: Iterable[Line]) -> Iterator[App]:
    """A data folder that holds these lines and nothing else, open for the length of a block."""
    by_source: dict[str, list[bytes]] = {}
    for line in those:
        by_source.setdefault(line.source, []).append(line.body)
    with App(Settings(data=at / "data", threads=1), SetClock(NOW), lambda _: None) as app:
        for source, bodies in by_source.items():
            path = at / f"{source}.log"
            path.write_bytes(b"".join(bodies))
            root = {STOCK: "acme", OLD: "globex"}.get(source) or SOURCES[source][0]
            connector = {STOCK: "inventory", OLD: "openbao"}.get(source, "events")
            ingest(app, connector, [str(path)], source, root)
        yield app


def foreign(viewer: Viewer) -> set[str]:
    """The words and the names of accounts that a viewer must never meet."""
    of_parts = {
        word(account, product)
        for account in ACCOUNTS
        for product in PRODUCTS
        if not viewer.sees(account, product)
    }
    of_accounts = {word(account, None) for account in ACCOUNTS if not viewer.covers(account)}
    hidden = {name for name in ACCOUNTS if not any(viewer.sees(name, p) for p in PRODUCTS)}
    groups = {"zqglobexqz": "globex", "zqlooksqz": "acmeco"}
    names = {group for group, root in groups.items() if _below(root) <= hidden}
    return of_parts | of_accounts | names


def hidden_names(viewer: Viewer) -> set[str]:
    """The accounts of which a viewer sees nothing, but for those above what it sees."""
    seen = {name for name in ACCOUNTS if any(viewer.sees(name, p) for p in PRODUCTS)}
    above = {name for name in ACCOUNTS if any(own.startswith(f"{name}/") for own in seen)}
    return set(ACCOUNTS) - seen - above


def _below(root: str) -> set[str]:
    return {name for name in ACCOUNTS if name == root or name.startswith(f"{root}/")}
