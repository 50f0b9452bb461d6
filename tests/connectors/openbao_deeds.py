"""Does things at a server and keeps count of what was done, by what the server answered alone."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from tests.connectors.openbao_server import ROOT_TOKEN, Client

_OUTCOMES = {403: "denied", 404: "not_found"}
_MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts, under the name that reports should show."""

    name: str
    account: str = ""
    kind: str = "person"
    method: str | None = "userpass"
    token: str | None = None

    def holding(self, token: str) -> "Actor":
        """Give the same one a token."""
        return replace(self, token=token)


ROOT = Actor("root", kind="system", method=None, token=ROOT_TOKEN)
NOBODY = Actor("unknown", kind="unknown", method=None)


@dataclass
class Deeds:
    """What was done, as reports should count it.

    `requests` are counted by account and name of who acted, kind, detail and outcome; `objects`
    the same without the outcome; `of_items` by account, name of the item, kind and outcome.
    """

    client: Client
    requests: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    objects: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    of_items: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    actors: set[Actor] = field(default_factory=set)
    created: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[tuple[str, str]] = field(default_factory=set)

    def act(  # noqa: PLR0913  one for each thing a request has
        self,
        who: Actor,
        request: str,
        means: str,
        item: str | None = None,
        body: Any = None,  # noqa: ANN401
        *,
        at: str | None = None,
        status: int = 200,
        outcome: str | None = None,
        weight: int = 1,
        headers: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401
        """Send `GET kv/data/x`, which means `kind` or `kind/detail`; answers the body.

        `at` is the namespace, the one of who acts unless given. The outcome follows from the
        status, but for statuses that several outcomes share.
        """
        method, path = request.split(" ", 1)
        namespace = who.account if at is None else at
        sent = {} if who.token is None else {"X-Vault-Token": who.token}
        sent |= {"X-Vault-Namespace": namespace} if namespace else {}
        sent |= _MERGE_PATCH if method == "PATCH" else {}
        got, answer = self.client.call(method, path, body, sent | (headers or {}))
        expected = 204 if status == 200 and got == 204 else status
        assert got == expected, (request, got, answer)
        ended = outcome or _OUTCOMES.get(got, "ok" if got < 400 else "error")
        actor = replace(who, account=namespace) if who in (ROOT, NOBODY) else who
        self.note(actor, means, ended, weight)
        if item is not None:
            self.note_item(namespace, item, means.partition("/")[0], ended, by_root=who == ROOT)
        return answer

    def note(
        self, who: Actor, means: str, outcome: str, weight: int = 1, requests: int = 1
    ) -> None:
        """Count something that was done, so many times."""
        kind, _, detail = means.partition("/")
        if who.name == "root":
            kind, detail = "admin" if kind == "admin" else "system", kind
        self.requests[who.account, who.name, kind, detail, outcome] += requests
        self.objects[who.account, who.name, kind, detail] += weight * requests
        self.actors.add(replace(who, token=None))

    def note_item(
        self,
        account: str,
        item: str,
        kind: str,
        outcome: str,
        *,
        by_root: bool = False,
        requests: int = 1,
    ) -> None:
        """Count what was done to an item, so many times."""
        self.of_items[account, item, "system" if by_root else kind, outcome] += requests
        if outcome != "ok":
            return
        if kind == "item_added":
            self.created.add((account, item))
        if kind in ("item_added", "item_updated"):
            self.deleted.discard((account, item))
        if kind == "item_deleted":
            self.deleted.add((account, item))

    def sign_in(self, who: Actor, path: str, body: Any, **options: Any) -> Actor:  # noqa: ANN401
        """Sign somebody in; answers them with their token."""
        nobody = replace(who, token=None)
        answer = self.act(nobody, f"POST {path}", "login", body=body, **options)
        return who.holding(answer["auth"]["client_token"])

    def set_up(self, request: str, body: Any = None, **options: Any) -> Any:  # noqa: ANN401
        """Do something as root that administers the server."""
        return self.act(ROOT, request, "admin", body=body, **options)

    def set_up_secret_id(self, role_path: str, account: str = "") -> str:
        """Make a secret id of an AppRole as root."""
        answer = self.act(
            ROOT, f"POST {role_path}/secret-id", "credential_issued", body={}, at=account
        )
        secret: str = answer["data"]["secret_id"]
        return secret
