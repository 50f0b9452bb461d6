"""Which limit holds in a month."""

from datetime import date

import pytest

from vaultmeter.model.terms import ALWAYS, ORGANISATION, Limit, Terms

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
TERMS = Terms(
    limits=(
        Limit("sm", ORGANISATION, ALWAYS, 500),
        Limit("sm", ORGANISATION, MAY, 600),
        Limit("sm", "acme", APRIL, 0),
        Limit("sm", "acme", JUNE, None),
    )
)


@pytest.mark.parametrize(
    ("account", "month", "clients"),
    [
        (ORGANISATION, ALWAYS, 500),
        (ORGANISATION, APRIL, 500),
        (ORGANISATION, MAY, 600),
        (ORGANISATION, JUNE, 600),
        ("acme", MARCH, None),
        ("acme", APRIL, 0),
        ("acme", MAY, 0),
        ("acme", JUNE, None),
        ("acme/eu", MAY, None),
    ],
)
def test_the_limit_that_began_last_holds(account: str, month: date, clients: int | None) -> None:
    """A limit holds from its first month to that of the next, for its very account."""
    assert TERMS.limit_of("sm", account, month) == clients
    assert TERMS.limit_of("pm", account, month) is None


def test_the_limits_of_months_are_listed_month_by_month() -> None:
    """Each limit that holds in a month is there once, as one of that month; ended ones are not."""
    assert TERMS.limits_in([MAY, JUNE]) == [
        Limit("sm", ORGANISATION, MAY, 600),
        Limit("sm", "acme", MAY, 0),
        Limit("sm", ORGANISATION, JUNE, 600),
    ]
    assert Terms().limits_in([MAY]) == []
