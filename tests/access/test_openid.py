"""Signing in with a provider: who comes in, who does not, and who somebody is afterwards."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.access.providing import NOBODY, OPERATOR, PUBLIC_URL, Folder, with_providers

from vaultmeter.access import openid_providers as acts
from vaultmeter.access.openid_places import local_path, public_origin
from vaultmeter.access.openid_tokens import NotVouched
from vaultmeter.access.role_acts import give_role, make_role
from vaultmeter.access.user_acts import add_user, disable_user
from vaultmeter.model.errors import Exists, Invalid, NotFound, Unauthenticated


@pytest.fixture
def folder(nobody_there: Path) -> Iterator[Folder]:
    """Give an empty folder beside two providers."""
    with with_providers(nobody_there) as made:
        yield made


def test_somebody_signs_in(folder: Folder) -> None:
    """They are sent away with everything that is needed, come back, and have a session."""
    folder.add()
    away = folder.openid.begin("idp", "/reports?range=all")
    sent = dict(parse_qsl(urlsplit(away.url).query))
    assert away.url.startswith(f"{folder.issuer.url}/authorize?")
    assert sent["redirect_uri"] == f"{PUBLIC_URL}/api/v1/sign-in/idp/callback"
    assert (sent["response_type"], sent["client_id"]) == ("code", "vaultmeter")
    assert sent["scope"] == "openid profile email"
    assert sent["code_challenge_method"] == "S256"
    assert all(len(sent[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert not set(away.cookie.split(".")) & set(sent.values())
    back = folder.openid.finish("idp", folder.issuer.code(away.url), away.cookie, NOBODY, "Browser")
    assert back.next == "/reports?range=all"
    who, session = folder.access.cookie(back.signed_in.cookie)
    assert (who.name, [role.name for role in who.roles]) == ("idp:ada", ["reader"])
    assert (session.address, session.agent) == (NOBODY.address, "Browser")
    path, headers, form = folder.issuer.asked[1]
    assert path == "/token"
    assert headers["Authorization"].startswith("Basic ")
    assert form["redirect_uri"] == sent["redirect_uri"]
    assert form["code_verifier"] != sent["code_challenge"]
    assert [(each.act, each.result) for each in folder.trail()[:3]] == [
        ("sign_in", "ok"),
        ("role.give", "ok"),
        ("user.add", "ok"),
    ]


def test_the_same_subject_is_the_same_user(folder: Folder) -> None:
    """Whoever comes again is who they were, whatever they are called by now."""
    folder.add()
    first = folder.sign_in().signed_in.who
    folder.issuer.claims = lambda claims: claims.update(preferred_username="eve", email="e@x.org")
    assert folder.sign_in().signed_in.who.id == first.id


def test_the_same_address_elsewhere_is_somebody_else(folder: Folder) -> None:
    """Issuer and subject tell people apart: neither e-mail, name nor subject alone does."""
    add_user(folder, OPERATOR, "ada", "ada@acme.com", ["admin"])
    add_user(folder, OPERATOR, "idp:ada", "ada@acme.com", ["admin"])
    folder.add()
    folder.add("other")
    here, there = (folder.sign_in(name).signed_in.who for name in ("idp", "other"))
    assert here.id != there.id
    assert [here.name, there.name] == ["idp:ada 2", "other:ada"]
    assert all([role.name for role in who.roles] == ["reader"] for who in (here, there))


def test_an_unknown_subject_is_linked_by_an_administrator(folder: Folder) -> None:
    """Where no role follows from who somebody is, they come in once they are somebody here."""
    folder.add(roles=[])
    folder.refused("unknown")
    assert folder.trail()[0].details["subject"] == "s-1"
    add_user(folder, OPERATOR, "ada", None, ["admin"])
    acts.link_user(folder, OPERATOR, "idp", "s-1", "ada")
    assert folder.sign_in().signed_in.who.name == "ada"
    assert acts.list_links(folder, OPERATOR, "idp")["rows"] == [{"subject": "s-1", "user": "ada"}]
    with pytest.raises(Exists):
        acts.link_user(folder, OPERATOR, "idp", "s-1", "ada")
    acts.unlink_user(folder, OPERATOR, "idp", "s-1")
    folder.refused("unknown")
    with pytest.raises(NotFound):
        acts.unlink_user(folder, OPERATOR, "idp", "s-1")


def test_roles_follow_groups(folder: Folder) -> None:
    """A group gives its role at each sign-in, and its end takes it, but no role of other hands."""
    for name in ("finance", "extra"):
        make_role(folder, OPERATOR, name=name, usage_reports_access="all")
    groups = [("vm-finance", "finance"), ("vm-admins", "admin"), ("gone", "finance")]
    wanted = [{"group": group, "role": role} for group, role in groups]
    folder.add(roles=[], groups_claim="roles", group_roles=wanted)
    folder.refused("unknown")

    def come(*names: str) -> list[str]:
        folder.issuer.claims = lambda claims: claims.update(roles=list(names))
        return [role.name for role in folder.sign_in().signed_in.who.roles]

    assert come("vm-finance", "others") == ["finance"]
    give_role(folder, OPERATOR, "extra", "user", "idp:ada")
    assert come("vm-finance", "vm-admins") == ["admin", "extra", "finance"]
    assert come("vm-admins") == ["admin", "extra"]
    give_role(folder, OPERATOR, "finance", "user", "idp:ada")
    assert come() == ["extra", "finance"]
    taken = [each for each in folder.trail() if each.act == "role.take"]
    assert {each.who_kind for each in taken} == {"provider"}


def test_only_some_addresses_come_in(folder: Folder) -> None:
    """Where domains are named, an address of them, which the provider vouches for, is needed."""
    folder.add(domains=["Acme.com"])
    folder.sign_in()
    changes: list[dict[str, object]] = [
        {"email": "ada@evil.com"},
        {"email": "ada@acme.com.evil.com"},
        {"email": "ada@evil@acme.com", "email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["ada@acme.com"]},
    ]
    folder.issuer.claims = lambda claims: claims.update(changes[0])
    while changes:
        folder.refused("domain")
        del changes[0]


def test_who_is_disabled_stays_out(folder: Folder) -> None:
    """A provider vouches for somebody in vain who is disabled here; sessions are over at once."""
    folder.add()
    signed_in = folder.sign_in().signed_in
    disable_user(folder, OPERATOR, signed_in.who.name)
    with pytest.raises(Unauthenticated):
        folder.access.cookie(signed_in.cookie)
    folder.refused("disabled")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("state", {}),
        ("state", {"state": ""}),
        ("state", {"state": "x" * 43}),
        ("access_denied", {"error": "access_denied"}),
        ("error", {"error": "<script>alert(1)</script>\x1b[2J"}),
        ("code", {"code": ""}),
        ("code", {"code": "x" * 5000}),
        ("iss", {"iss": "https://other.example"}),
    ],
)
def test_a_wrong_answer_is_refused(folder: Folder, reason: str, told: dict[str, str]) -> None:
    """Nobody comes in without the state they left with, with an error, or from another issuer."""
    folder.add()
    away = folder.openid.begin("idp")
    right = folder.issuer.code(away.url)
    answer = {"code": "a-code"} if told == {} else right | told
    with pytest.raises(NotVouched) as refused:
        folder.openid.finish("idp", answer, away.cookie, NOBODY)
    folder.check_refusal(reason)
    assert "script" not in refused.value.message
    assert "/token" not in folder.issuer.paths()


def test_an_answer_belongs_to_its_browser(folder: Folder) -> None:
    """A cookie that is missing, changed, of another sign-in, provider or time finishes nothing."""
    folder.add()
    folder.add("other")
    away, elsewhere = folder.openid.begin("idp"), folder.openid.begin("idp")
    told = folder.issuer.code(away.url)
    body, _, signature = away.cookie.partition(".")
    for cookie in (None, "", ".", body, f"{body}.", f"{body}.{signature[:-1]}x", f"x{away.cookie}"):
        with pytest.raises(NotVouched):
            folder.openid.finish("idp", told, cookie, NOBODY)
        folder.check_refusal("cookie")
    with pytest.raises(NotVouched):
        folder.openid.finish("idp", told, elsewhere.cookie, NOBODY)
    folder.check_refusal("state")
    with pytest.raises(NotVouched):
        folder.openid.finish("other", told, away.cookie, NOBODY)
    folder.check_refusal("cookie")
    folder.clock.advance(minutes=10)
    with pytest.raises(NotVouched):
        folder.openid.finish("idp", told, away.cookie, NOBODY)
    folder.check_refusal("cookie")


def test_a_sign_in_is_finished_once(folder: Folder) -> None:
    """The same answer with the same cookie is of no use a second time."""
    folder.add()
    away = folder.openid.begin("idp")
    told = folder.issuer.code(away.url)
    folder.openid.finish("idp", told, away.cookie, NOBODY)
    with pytest.raises(NotVouched):
        folder.openid.finish("idp", told, away.cookie, NOBODY)
    folder.check_refusal("used")
    assert folder.issuer.paths().count("/token") == 1


@pytest.mark.parametrize(
    "path",
    [
        "",
        "reports",
        "//evil.com",
        "///evil.com",
        "/\\evil.com",
        "\\\\evil.com",
        "https://evil.com",
        "https:/evil.com",
        "javascript:alert(1)",
        "/\t/evil.com",
        "\t//evil.com",
        "/\n/evil.com",
        "/a\r\nSet-Cookie: x=1",
        "/a b",
        "/ä",
        "/\x00",
        "/" + "a" * 2000,
    ],
)
def test_one_comes_back_to_this_server(folder: Folder, path: str) -> None:
    """No text leads to another server after the sign-in."""
    folder.add()
    with pytest.raises(Invalid):
        folder.openid.begin("idp", path)


def test_paths_of_this_server_are_kept() -> None:
    """What is a path stays as it is."""
    for path in ("/", "/reports?range=all&x=%2F%2Fa", "/a/b-c_d~e!$&'()*+,;=:@"):
        assert local_path(path) == path


@pytest.mark.parametrize(
    "url", ["", "http://usage.acme.com", "https://acme.com/usage", "ftp://a", "usage.acme.com"]
)
def test_an_unset_or_odd_public_url_is_told(url: str) -> None:
    """Where people come back to is never guessed."""
    with pytest.raises(Invalid, match=r"reach|public_url|address"):
        public_origin(url)
    assert public_origin("http://localhost:8080/") == "http://localhost:8080"
