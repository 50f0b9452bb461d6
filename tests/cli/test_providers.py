"""`vaultmeter providers`: the same alone and beside a server."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.cli.serving import serving

ISSUER = "https://acme.okta.com"


@pytest.mark.parametrize("is_served", [False, True])
def test_from_the_first_to_the_last(ask: Ask, tmp_path: Path, *, is_served: bool) -> None:
    """A provider is added, listed, linked, unlinked and removed, and its secret told by none."""
    data, secret = tmp_path / "data", tmp_path / "secret"
    secret.write_text("canary-s3cret\n")
    assert ask("--data", data, "users", "add", "ada", "--role", "reader").code == 0
    with serving(data) if is_served else nullcontext():
        words = ("--issuer", ISSUER, "--client-id", "0oa", "--client-secret-file", secret)
        roles = ("--role", "reader", "--group-role", "CN=vm,DC=acme=admin", "--domain", "acme.com")
        said = []

        def tell(*more: Path | str) -> str:
            answer = ask("--data", data, "providers", *more)
            assert answer.code == 0, answer.err
            said.append(answer.out + answer.err)
            return answer.out

        assert "/api/v1/sign-in/okta" in tell("add", "okta", *words, *roles)
        assert tell("list").startswith(f"okta ({ISSUER}): new people: reader; CN=vm,DC=acme: admin")
        (listed,) = json.loads(tell("list", "--json"))
        assert listed["has_secret"] is True
        assert listed["group_roles"] == [{"group": "CN=vm,DC=acme", "role": "admin"}]
        assert "Nobody came" in tell("links", "okta")
        tell("link", "okta", "00u/1?a=b", "ada")
        assert tell("links", "okta") == "00u/1?a=b is ada.\n"
        tell("unlink", "okta", "00u/1?a=b")
        tell("remove", "okta")
        assert "no provider" in tell("list")
        assert "canary" not in "".join(said)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("remove", "okta"), 3, "There is no provider 'okta'"),
        (("links", "okta"), 3, "There is no provider 'okta'"),
        (("add", "Okta", "--issuer", ISSUER, "--client-id", "c"), 2, "no name for a provider"),
        (("add", "x", "--issuer", "acme", "--client-id", "c"), 2, "no address"),
        (("add", "x", "--issuer", ISSUER, "--client-id", "c", "--role", "reder"), 3, "'reader'"),
        (
            ("add", "x", "--issuer", ISSUER, "--client-id", "c", "--group-role", "a"),
            2,
            "GROUP=ROLE",
        ),
        (
            ("add", "x", "--issuer", ISSUER, "--client-id", "c", "--client-secret-file", "nothing"),
            3,
            "There is no file nothing",
        ),
    ],
)
def test_what_is_wrong_is_told(
    ask: Ask, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Each mistake has its sentence and its exit code, and nothing is added."""
    answer = ask("--data", tmp_path / "data", "providers", *words)
    assert (answer.code, said in answer.err) == (code, True), answer.err
    assert "no provider" in ask("--data", tmp_path / "data", "providers", "list").out
