"""OpenBao as a provider of OpenID Connect, with people, groups and two clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.connectors.openbao_server import ROOT_TOKEN, Server, running

PASSWORD = "correct horse battery"  # noqa: S105  of people who live for a test
_TEMPLATES = {
    "profile": '{"preferred_username": {{identity.entity.name}}}',
    "groups": '{"groups": {{identity.entity.groups.names}}}',
}


@dataclass
class Provider:
    """The provider of a running server; `clients` are their ids and secrets by name."""

    server: Server
    clients: dict[str, tuple[str, str]]

    @property
    def issuer(self) -> str:
        """Its issuer."""
        return f"http://127.0.0.1:{self.server.port}/v1/identity/oidc/provider/default"

    def call(self, method: str, path: str, body: Any = None, token: str = ROOT_TOKEN) -> Any:  # noqa: ANN401  JSON
        """Ask for something that works."""
        status, told = self.server.client.call(method, path, body, {"X-Vault-Token": token})
        assert status < 300, (path, status, told)
        return told

    def authorized(self, person: str, query: str, **changed: str) -> dict[str, str]:
        """Sign a person in at the provider, as its page does; answers what they come back with."""
        token = self.call("POST", f"auth/userpass/login/{person}", {"password": PASSWORD})
        asked = dict(pair.split("=", 1) for pair in query.split("&"))
        text = "&".join(f"{name}={value}" for name, value in asked.items() if name not in changed)
        path = f"identity/oidc/provider/default/authorize?{text}&{urlencode(changed)}"
        told = self.call("GET", path, None, token["auth"]["client_token"])
        return {"code": told["code"], "state": told["state"]}

    def come(self, person: str, url: str, **changed: str) -> dict[str, str]:
        """The same for somebody who was sent to an address; `changed` are parts of it."""
        return self.authorized(person, urlsplit(url).query, **changed)

    def join(self, group: str, *people: str) -> None:
        """Say who is in a group."""
        ids = [self.call("GET", f"identity/entity/name/{name}")["data"]["id"] for name in people]
        self.call("POST", f"identity/group/name/{group}", {"member_entity_ids": ids})


@contextmanager
def providing(folder: Path, redirect_uri: str, *people: str) -> Iterator[Provider]:
    """Run a provider with these people within a block."""
    with running(folder) as server:
        provider = Provider(server, {})
        _set_up(provider, redirect_uri, people)
        yield provider


def _set_up(provider: Provider, redirect_uri: str, people: tuple[str, ...]) -> None:
    call = provider.call
    call("POST", "sys/auth/userpass", {"type": "userpass"})
    accessor = call("GET", "sys/auth")["data"]["userpass/"]["accessor"]
    for name in people:
        call("POST", f"auth/userpass/users/{name}", {"password": PASSWORD})
        entity = call("POST", "identity/entity", {"name": name})["data"]["id"]
        alias = {"name": name, "canonical_id": entity, "mount_accessor": accessor}
        call("POST", "identity/entity-alias", alias)
    call("POST", "identity/oidc/key/signing", {"allowed_client_ids": "*", "algorithm": "RS256"})
    for name, template in _TEMPLATES.items():
        call("POST", f"identity/oidc/scope/{name}", {"template": template})
    for name in ("vaultmeter", "another"):
        client = {"redirect_uris": redirect_uri, "assignments": "allow_all", "key": "signing"}
        call("POST", f"identity/oidc/client/{name}", client)
        made = call("GET", f"identity/oidc/client/{name}")["data"]
        provider.clients[name] = (made["client_id"], made["client_secret"])
    settings = {"allowed_client_ids": "*", "scopes_supported": ",".join(_TEMPLATES)}
    call("POST", "identity/oidc/provider/default", settings)
