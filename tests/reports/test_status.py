"""The report of users, narrowed by how active they are."""

from dataclasses import replace
from typing import Any

import pytest
from tests.reports.conftest import Organisation
from tests.reports.questions import span

from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters
from vaultmeter.model.status import REASONS, STATUSES
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

OF_USERS = (*STATUSES, *REASONS, "low_usage", "new")
ASKS = {
    "the spring, all": Ask(
        Viewer.operator(), span("2026-02-10", "2026-05-20"), who="everyone", compare="none"
    ),
    "a week, people of one product": Ask(
        Viewer.operator(), span("2026-05-04", "2026-05-11"), Filters.of({"product": ["pm"]})
    ),
}


def rows_of(organisation: Organisation, name: str, ask: Ask) -> list[dict[str, Any]]:
    """The rows of a report."""
    return answer(organisation.app.store, report_named(name), ask).dicts()


def is_of(row: dict[str, Any], status: str) -> bool:
    """Whether a row is of a status, by what it tells itself."""
    if status in STATUSES:
        return bool(row["status"] == status)
    if status in REASONS:
        return bool(row["reason"] == status.replace("_", " "))
    return bool(row[{"low_usage": "is_low", "new": "is_new"}[status]])


@pytest.mark.parametrize("asked", ASKS)
def test_a_status_leaves_its_users_and_all_of_them(organisation: Organisation, asked: str) -> None:
    """Each choice leaves the rows that are of it, and the report of adoption counts as many."""
    ask = ASKS[asked]
    everybody = rows_of(organisation, "users", ask)
    whole = rows_of(organisation, "adoption", ask)[0]
    assert whole["users"] == len(everybody)
    for status in OF_USERS:
        wanted = [row for row in everybody if is_of(row, status)]
        assert rows_of(organisation, "users", replace(ask, status=status)) == wanted, status
        assert whole[status] == len(wanted), status
    assert whole["active"]
    assert whole["inactive"]


def test_pages_of_a_status_say_how_many_there_are(organisation: Organisation) -> None:
    """A page of few rows tells how many the status has in all."""
    ask = replace(ASKS["the spring, all"], status="active")
    every = rows_of(organisation, "users", ask)
    table = answer(organisation.app.store, report_named("users"), replace(ask, limit=3, offset=2))
    assert table.dicts() == every[2:5]
    assert table.total == len(every)


def test_who_stopped_using_a_product_is_listed_for_it(organisation: Organisation) -> None:
    """Narrowed to a product or source, reports list whoever ever was there, not today's alone."""
    ask = ASKS["a week, people of one product"]
    stopped = rows_of(organisation, "users", replace(ask, status="inactive"))
    assert stopped
    assert not any(row["requests"] for row in stopped)
    assert all(row["last_active"] or row["first_seen"] for row in stopped)


def test_a_status_there_is_not_is_refused(organisation: Organisation) -> None:
    """A mistyped status is an error with the nearest one."""
    with pytest.raises(Invalid, match="Unknown status 'activ'") as raised:
        rows_of(organisation, "users", replace(ASKS["the spring, all"], status="activ"))
    assert raised.value.hint == "Did you mean 'active'?"
