"""Who manages which sources, and what of the server's machine they may name."""

from pathlib import Path

import pytest
from tests.conftest import Folder

from vaultmeter.access.trail import entries
from vaultmeter.model.access import ADMIN, Permission, Principal, Role
from vaultmeter.model.collecting import Poll
from vaultmeter.model.errors import Exists, Forbidden, NotFound
from vaultmeter.sources import Sources, Wanted

OPERATOR = Principal.operator()
ADMINISTRATOR = Principal("user", 1, "ada", (ADMIN,))
KEEPER = Principal(
    "key",
    2,
    "keeper",
    (Role("keeper", manages=frozenset({Permission.SOURCES}), accounts=("acme",)),),
)
READER = Principal("user", 3, "reader", (Role("reader", usage_reports="all"),))


@pytest.fixture
def sources(folder: Folder) -> Sources:
    """Give the sources of a folder: one of acme, one below it, and one of globex."""
    app, allowed = folder.app, folder.path.parent / "logs"
    allowed.mkdir()
    made = Sources(app.inbox, app.access, lambda: app.store, folders=[allowed])
    for name, account in (("own", "acme"), ("below", "acme/eu"), ("other", "globex")):
        made.add(OPERATOR, Wanted(name, "events", account))
    return made


def test_everybody_sees_the_sources_of_their_accounts(sources: Sources) -> None:
    """Others are as if they were not there, also in what may have been meant."""
    assert [each["name"] for each in sources.list(KEEPER)] == ["below", "own"]
    assert [each["name"] for each in sources.list(ADMINISTRATOR)] == ["below", "other", "own"]
    with pytest.raises(Forbidden):
        sources.list(READER)
    for act in (sources.show, sources.key, sources.remove):
        with pytest.raises(NotFound, match="no source 'other'") as hidden:
            act(KEEPER, "other")
        with pytest.raises(NotFound) as missing:
            act(KEEPER, "othex")
        assert "other" not in hidden.value.hint + missing.value.hint
        assert act(KEEPER, "own")


def test_sources_are_added_to_own_accounts(sources: Sources) -> None:
    """A source of another account is refused, and one that is there says nothing of whose it is."""
    assert sources.add(KEEPER, Wanted("new", "events", "acme/us"))["account"] == "acme/us"
    for account in ("globex", None, "acmeco"):
        with pytest.raises(Forbidden):
            sources.add(KEEPER, Wanted("new2", "events", account))
    for account in ("acme", "globex"):
        with pytest.raises(Exists) as refused:
            sources.add(KEEPER, Wanted("other", "events", account))
        assert "globex" not in refused.value.message + refused.value.hint


def test_files_of_the_machine_are_named_within_folders(sources: Sources, folder: Folder) -> None:
    """Over the network nobody has the server read files that its operator did not open to it."""
    allowed, outside = folder.path.parent / "logs", folder.path.parent / "secret"
    outside.write_text("token")
    (allowed / "link").symlink_to(outside)
    wrong = (outside, allowed / "link", allowed / ".." / "secret", folder.path / "secret.key")
    for path in wrong:
        with pytest.raises(Forbidden, match="not in a folder"):
            sources.add(ADMINISTRATOR, Wanted("log", "events", paths=(path,)))
        poll = Poll("https://bao.example.org", str(path), 3600)
        with pytest.raises(Forbidden, match="not in a folder"):
            sources.add(ADMINISTRATOR, Wanted("log", "openbao", poll=poll))
    within = Wanted("log", "events", paths=(allowed / "audit.log",))
    with pytest.raises(Forbidden, match="all of them"):
        sources.add(KEEPER, Wanted("log", "events", "acme", (allowed / "audit.log",)))
    assert sources.add(ADMINISTRATOR, within)["files"] == [str(allowed / "audit.log")]
    assert sources.add(OPERATOR, Wanted("at", "events", paths=(Path("/var/log/at"),)))["files"]


def test_what_was_done_is_in_the_trail(sources: Sources, folder: Folder) -> None:
    """Adding, keys and removal, by whom, and nothing that opens a source."""
    sources.add(KEEPER, Wanted("new", "events", "acme"))
    key = sources.key(KEEPER, "new")["key"]
    sources.remove(KEEPER, "new")
    app = folder.app
    with app.state.reading() as connection:
        found = [each for each in entries(connection) if each.object == "new"]
    assert [(each.act, each.who) for each in reversed(found)] == [
        ("source.add", "keeper"),
        ("source.key", "keeper"),
        ("source.remove", "keeper"),
    ]
    assert key not in str(found)
