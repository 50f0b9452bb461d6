"""An open folder beside two providers, which may be asked though they are near."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.access.issuer import Issuer, issuing
from tests.conftest import SetClock

from vaultmeter.access import openid_providers as acts
from vaultmeter.access.access import Access
from vaultmeter.access.egress import Egress
from vaultmeter.access.egress_rules import Allowed
from vaultmeter.access.openid import Back, OpenId
from vaultmeter.access.openid_tokens import NotVouched
from vaultmeter.access.trail import entries
from vaultmeter.model.access import Object, Principal
from vaultmeter.state.database import State

OPERATOR = Principal.operator()
NOBODY = Principal("nobody", 0, "nobody", (), "192.0.2.7")
PUBLIC_URL = "https://usage.acme.com"
SECRET = "canary-s3cret"  # noqa: S105  of a provider that lives for a test


@dataclass
class Folder:
    """An open folder, two providers, and signing in with them."""

    access: Access
    clock: SetClock
    issuer: Issuer
    other: Issuer
    openid: OpenId

    def add(self, name: str = "idp", **wanted: Any) -> Object:  # noqa: ANN401  a provider's parts
        """Add a provider, whose new people are readers unless it is said otherwise."""
        issuer = self.other if name == "other" else self.issuer
        secret = wanted.pop("client_secret", SECRET)
        settings = {"roles": ["reader"], **wanted}
        return acts.add_provider(self, OPERATOR, name, issuer.url, "vaultmeter", secret, **settings)

    def sign_in(self, name: str = "idp") -> Back:
        """Sign in, from the beginning to the end."""
        away = self.openid.begin(name, "/next")
        issuer = self.other if name == "other" else self.issuer
        return self.openid.finish(name, issuer.code(away.url), away.cookie, NOBODY)

    def refused(self, reason: str, name: str = "idp") -> NotVouched:
        """Sign in, which is refused for a reason that the trail has."""
        with pytest.raises(NotVouched) as refused:
            self.sign_in(name)
        assert refused.value.reason == reason
        self.check_refusal(reason)
        return refused.value

    def check_refusal(self, reason: str) -> None:
        """Check that the trail's last entry tells of a refused sign-in."""
        last = self.trail()[0]
        assert (last.act, last.result, last.address) == ("sign_in", "refused", NOBODY.address)
        assert last.details["wrong"] == reason

    def trail(self) -> list[Any]:
        """What was done, the last first."""
        with self.access.state.reading() as connection:
            return list(entries(connection))


@contextmanager
def with_providers(path: Path) -> Iterator[Folder]:
    """Give them within a block."""
    clock = SetClock(datetime(2026, 11, 22, 12, tzinfo=UTC))

    def now() -> float:
        return clock().timestamp()

    with ExitStack() as stack:
        issuer, other = (stack.enter_context(issuing(now)) for _ in range(2))
        state = State(path)
        stack.callback(state.close)
        access = Access(state, clock, path)
        allowed = Allowed.read([f"127.0.0.1:{each.port}" for each in (issuer, other)])
        openid = OpenId(access, Egress(allowed), PUBLIC_URL)
        yield Folder(access, clock, issuer, other, openid)
