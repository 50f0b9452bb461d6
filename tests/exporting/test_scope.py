"""Checks that a kept file is seen only by who may see its rows."""

from collections.abc import Callable

import pytest
from tests.exporting.conftest import OPERATOR, Place

from vaultmeter import exporting
from vaultmeter.access.roles import add_member, remove_member, role_named
from vaultmeter.access.trail_acts import list_trail
from vaultmeter.exporting import keeping
from vaultmeter.exporting.documents import Reading
from vaultmeter.exporting.keeping import manifest_text
from vaultmeter.exporting.making import make_waiting
from vaultmeter.exporting.writing import Progress
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Invalid, NotFound

MAKERS = ("ada", "scoped", "only-sm")
SEES = {
    "ada": {"ada", "bob", "boss"},
    "scoped": {"ada", "bob", "boss", "scoped"},
    "only-sm": {"ada", "bob", "boss", "only-sm"},
}
"""By who made a file, the users who see it."""
ACTS: tuple[Callable[..., object], ...] = (
    exporting.show,
    exporting.open_file,
    exporting.cancel,
    exporting.remove,
    manifest_text,
)


@pytest.fixture(scope="module")
def made(place: Place) -> dict[str, int]:
    """Give a file of each maker."""
    return {name: place.make("/product-usage", name).id for name in MAKERS}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("reader", ["ada", "bob", "scoped", "only-sm", "boss"])
def test_who_sees_whose_file(place: Place, made: dict[str, int], maker: str, reader: str) -> None:
    """Whoever covers the rights a file was made with finds, opens and reads it; nobody else."""
    who, number = place.who(reader), made[maker]
    listed = {row["id"] for row in exporting.listed(place.app, who)["rows"]}
    assert (number in listed) == (reader in SEES[maker])
    if reader in SEES[maker]:
        assert exporting.open_file(place.app, who, number).path.is_file()
        assert exporting.show(place.app, who, number)["made_by"] == maker
        return
    for act in ACTS:
        told = []
        for asked in (number, 9_999_999):
            with pytest.raises(NotFound) as refused:
                act(place.app, who, asked)
            told.append((refused.value.message, refused.value.hint))
        assert told[0] == told[1], "a hidden file looks as one that is not there"


def test_without_the_right_to_reports_every_file_is_refused_alike(
    place: Place, made: dict[str, int]
) -> None:
    """Whoever may not ask reports is told so, whether or not there is such a file."""
    for act in (*ACTS, lambda app, who, _: exporting.listed(app, who)):
        for number in (made["ada"], 9_999_999):
            with pytest.raises(Forbidden):
                act(place.app, place.who("keeper"), number)


def test_an_owner_whose_rights_shrank_sees_it_no_longer(place: Place) -> None:
    """The file of a reader who is now a reader of one account is closed to them, too."""
    number = place.make("/items", "bob").id
    assert exporting.show(place.app, place.who("bob"), number)
    with place.app.access.noting(OPERATOR, "test") as connection:
        remove_member(connection, OPERATOR, place.members["bob"])
        add_member(
            connection, OPERATOR, role_named(connection, "platform"), "user", place.ids["bob"]
        )
    with pytest.raises(NotFound):
        exporting.open_file(place.app, place.who("bob"), number)
    with place.app.access.noting(OPERATOR, "test") as connection:
        add_member(connection, OPERATOR, role_named(connection, "reader"), "user", place.ids["bob"])


def test_only_its_maker_and_who_manages_schedules_ends_or_removes_one(place: Place) -> None:
    """Another reader may read a file, and not take it away."""
    number = place.make("/items", "ada").id
    with pytest.raises(Forbidden):
        exporting.remove(place.app, place.who("bob"), number)
    assert exporting.remove(place.app, place.who("boss"), number) == {"removed": number}
    assert not any(name.startswith(f"{number}.") for name in place.stored())


def test_each_act_stands_in_the_trail(place: Place) -> None:
    """Making, downloading and removing are told, with who did it and what it was of."""
    number = place.make("/items", "ada").id
    exporting.open_file(place.app, place.who("ada"), number)
    exporting.remove(place.app, place.who("ada"), number)
    rows = list_trail(place.app, OPERATOR, act="export.*", limit=3)["rows"]
    assert [row["act"] for row in rows] == ["export.remove", "export.download", "export.make"]
    assert {row["who"] for row in rows} == {"ada"}
    assert {row["object"] for row in rows} == {"Secrets and keys"}


def test_a_waiting_file_of_somebody_who_is_gone_is_not_made(place: Place) -> None:
    """The rights are those at the time it is made: nobody's rights make nothing."""
    gone = Principal("user", 9_999, "gone", place.who("ada").roles)
    wanted = exporting.Wanted("csv", "/items")
    file = keeping.begin(place.app, gone, wanted)
    with pytest.raises(Invalid):
        make_waiting(place.app, file, Progress(), Reading())
    told = exporting.show(place.app, OPERATOR, file.id)
    assert (told["state"], "gone or disabled" in told["error"]) == ("failed", True)
