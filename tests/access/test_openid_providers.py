"""Providers: added, linked and removed, by whom and how."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.access.providing import OPERATOR, SECRET, Folder, with_providers

from vaultmeter.access import openid_providers as acts
from vaultmeter.access.sessions import sessions_of
from vaultmeter.access.user_acts import add_user
from vaultmeter.model.access import Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound


@pytest.fixture
def folder(nobody_there: Path) -> Iterator[Folder]:
    """Give an empty folder beside two providers."""
    with with_providers(nobody_there) as made:
        yield made


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Okta"},
        {"name": "providers"},
        {"name": "a/b"},
        {"name": ""},
        {"issuer": "acme.okta.com"},
        {"issuer": "https://user@acme.okta.com"},
        {"issuer": "https://acme.okta.com/?a=b"},
        {"client_id": ""},
        {"client_secret": ""},
        {"scopes": ["a b"]},
        {"name_claim": "ä"},
        {"domains": ["acme"]},
    ],
)
def test_what_is_no_provider_is_refused(folder: Folder, change: dict[str, Any]) -> None:
    """Each part is looked at before the provider is kept."""
    given = {"name": "x", "issuer": "https://a.example", "client_id": "c"} | change
    with pytest.raises(Invalid):
        acts.add_provider(folder, OPERATOR, **given)
    assert acts.list_providers(folder, OPERATOR)["rows"] == []


def test_the_secret_is_nowhere(folder: Folder, tmp_path: Path) -> None:
    """It is in no answer, in no file of the folder, and not in the trail."""
    folder.add()
    told = json.dumps(acts.list_providers(folder, OPERATOR))
    assert '"has_secret": true' in told
    assert SECRET not in told + json.dumps([each.details for each in folder.trail()])
    assert all(
        SECRET.encode() not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file()
    )


def test_names_and_issuers_are_there_once(folder: Folder) -> None:
    """Neither can be added a second time, and a removed one can."""
    folder.add()
    with pytest.raises(Exists):
        folder.add()
    with pytest.raises(Exists):
        acts.add_provider(folder, OPERATOR, "second", folder.issuer.url, "vaultmeter")
    first = folder.sign_in().signed_in
    assert acts.remove_provider(folder, OPERATOR, "idp")["name"] == "idp"
    with folder.access.state.reading() as connection:
        assert sessions_of(connection, ("user", first.who.id)) == []
    with pytest.raises(NotFound):
        folder.openid.begin("idp")
    folder.add()
    assert folder.sign_in().signed_in.who.id == first.who.id


def test_nobody_gives_more_than_they_have(folder: Folder) -> None:
    """Whoever manages a part adds no provider, and links nobody to who may more."""
    part = Principal("user", 9, "part", (Role("p", manages=OPERATOR.permissions, accounts=("a",)),))
    with pytest.raises(Forbidden):
        acts.add_provider(folder, part, "x", "https://a.example", "c")
    with pytest.raises(Forbidden):
        acts.list_providers(folder, part)
    with pytest.raises(Forbidden):
        acts.remove_provider(folder, part, "x")
    folder.add()
    add_user(folder, OPERATOR, "root", None, ["admin"])
    roles_only = Role("r", manages=frozenset({Permission.ROLES}))
    manager = Principal("user", 9, "manager", (roles_only,))
    with pytest.raises(Forbidden):
        acts.link_user(folder, manager, "idp", "s-9", "root")
    with pytest.raises(Forbidden):
        acts.add_provider(folder, manager, "x", "https://a.example", "c", roles=["admin"])
