"""Asks a server for an answer of every operation: the examples of the description are these.

`python -m tests.api.examples` writes them anew.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyotp
from tests.api.browser import Browser, Place, Reply, place_of
from tests.api.served import make
from tests.server.serving import until

from vaultmeter.api.v1.examples import FILE

Examples = dict[str, dict[str, Any]]
_MOST = 2
"""Rows, and entries of other lists, that an example shows."""
_LONGEST = 300
"""Characters of a text that an example shows."""
_SECRETS = {
    "access_key": "vm_key_EXAMPLE",
    "csrf": "EXAMPLE",
    "key": "vm_ingest_EXAMPLE",
    "password": "EXAMPLE-EXAMPLE",
    "seed": "EXAMPLE",
    "signing_secret": "whsec_EXAMPLE",
    "recovery_codes": "EXAMPLE",
    "token": "t-EXAMPLE",
    "uri": "otpauth://totp/vaultmeter:ada?secret=EXAMPLE&issuer=vaultmeter",
}
"""What stands for a secret, by the name of its field."""
_PASSWORD = "stapled batteries of 9 horses"  # noqa: S105  of a user that nobody else ever sees
_EVENT = (
    b'{"id": "1", "time": "2026-11-01T08:00:00Z", "user": "ada", "action": "secret_read",'
    b' "item": "db/main", "item_type": "static_secret", "account": "acme"}\nno record\n'
)
_PROVIDER = {"name": "okta", "issuer": "https://acme.okta.com", "client_id": "0oa1b2c3"}
_BUSY = {"report": "overview", "column": "value", "aggregate": "max", "value": 100_000}
_ADDRESS = "ada@acme.example"
_INVENTORY = {
    "vault": "openbao",
    "taken": "2026-11-01T08:00:00Z",
    "items": [{"item": "kv/db", "type": "static_secret"}],
}


class Asking:
    """A browser whose answers are kept as examples."""

    def __init__(self, place: Place) -> None:
        """Ask as the administrator."""
        self.examples: Examples = {}
        self._port = place.serving.port
        self._browser = place.admin()

    def ask(
        self,
        operation: str,
        given: Any = None,  # noqa: ANN401  whatever JSON can hold
        query: str = "",
        browser: Browser | None = None,
        **names: str,
    ) -> Any:  # noqa: ANN401  the same
        """Ask an operation by its method and path; `names` are the parts in braces."""
        method, _, path = operation.partition(" ")
        address = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
        asks = browser or self._browser
        return self._kept(operation, given, asks.ask(method, address + query, given))

    def send(self, operation: str, content: bytes, query: str, **names: str) -> None:
        """The same with content that is no JSON."""
        method, _, path = operation.partition(" ")
        address = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path) + query
        headers = {"Content-Type": "application/octet-stream"}
        self._kept(operation, None, self._browser.send(method, address, content, headers))

    def looked(self, path: str, given: Any = None) -> Any:  # noqa: ANN401  as above
        """Ask, or change, what is no example."""
        return self._browser.ask("GET" if given is None else "PATCH", path, given).json()

    def fresh(self) -> Browser:
        """A browser that was never here."""
        return Browser(self._port)

    def _kept(self, operation: str, given: Any, reply: Reply) -> Any:  # noqa: ANN401  as above
        assert reply.status < 300, (operation, reply.status, reply.body)
        is_json = reply.headers["content-type"] == "application/json"
        answer = reply.json() if is_json else reply.body.decode()
        sent = {} if given is None else {"given": shortened(given)}
        self.examples[operation] = {**sent, "answer": shortened(answer)}
        return answer


def examples(place: Place) -> Examples:
    """An answer of every operation that answers with something."""
    asking = Asking(place)
    for part in (
        _reports,
        _decided,
        _collected,
        _people,
        _own,
        _vouched,
        _kept,
        _forwarded,
        _noticed,
        _written,
    ):
        part(asking)
    return asking.examples


def _reports(asking: Asking) -> None:
    asking.ask("GET reports")
    asking.ask("GET reports/{name}/columns", name="users")
    asking.ask("GET reports/{name}/sql", name="overview")
    asking.ask("GET reports/{name}", name="users", query="?range=last-30-days&limit=2")
    asking.ask("GET reports/{name}/evidence", name="overview", query="?cell=active_clients&size=1")
    for name in ("analytics", "accounts", "identities", "items"):
        asking.ask(f"GET {name}")


def _decided(asking: Asking) -> None:
    asking.ask("PUT account-groups/{name}", {"members": ["acme/finance"]}, name="eu")
    asking.ask("GET account-groups")
    asking.ask("GET account-groups/{name}", name="eu")
    asking.ask("DELETE account-groups/{name}", name="eu")
    asking.ask("GET definitions")
    asking.ask("POST definitions/preview", {"window": 60})
    asking.ask("PUT definitions", {"window": 60})
    asking.ask("GET definitions/history")
    asking.ask("PUT limits", {"product": "sm", "clients": 500})
    asking.ask("GET limits")
    asking.ask("DELETE limits", query="?product=sm")


def _collected(asking: Asking) -> None:
    asking.ask("POST sources", {"name": "vault", "connector": "events", "account": "acme"})
    asking.ask("POST sources/{name}/key", name="vault")
    asking.send("POST sources/{name}/records", _EVENT, "?connector=events", name="vault")
    made = {"name": "bao", "connector": "openbao", "account": "acme"}
    asking.ask("POST sources", made)
    asking.ask("POST sources/{name}/inventory", _INVENTORY, name="bao")
    asking.ask("GET sources/{name}", name="vault")
    asking.ask("GET sources")
    asking.ask("GET rejects")
    asking.ask("POST rejects/replay", {})
    asking.ask("GET ledger")
    asking.ask("DELETE sources/{name}", name="vault")


def _people(asking: Asking) -> None:
    asking.ask("POST roles", {"name": "finance", "usage_reports_access": "all"})
    asking.ask("PATCH roles/{role}", {"accounts": ["acme/finance"]}, role="finance")
    asking.ask("POST users", {"name": "ada", "email": "ada@example.org", "password": _PASSWORD})
    member = {"kind": "user", "name": "ada"}
    asking.ask("POST roles/{role}/members", member, role="finance")
    asking.ask("GET roles/{role}", role="finance")
    asking.ask("GET roles")
    asking.ask("PATCH users/{name}", {"email": "ada@acme.example"}, name="ada")
    asking.ask("GET users/{name}", name="ada")
    asking.ask("GET users")
    asking.ask("POST groups", {"name": "auditors"})
    asking.ask("POST groups/{name}/members", {"user": "ada"}, name="auditors")
    asking.ask("GET groups")
    asking.ask("DELETE groups/{name}/members", query="?user=ada", name="auditors")
    asking.ask("DELETE groups/{name}", name="auditors")
    made = asking.ask("POST keys", {"name": "billing", "roles": ["finance"]})
    signing = {name: made[name] for name in ("access_id", "access_key")}
    asking.ask("POST auth", signing, browser=asking.fresh())
    asking.ask("GET keys")
    asking.ask("DELETE keys/{name}", name="billing")


def _own(asking: Asking) -> None:
    ada, other = asking.fresh(), asking.fresh()
    signing = {"name": "ada", "password": _PASSWORD}
    other.sign_in("ada", _PASSWORD)
    asking.ask("POST sign-in", signing, browser=ada)
    asking.ask("GET me", browser=ada)
    begun = asking.ask("POST me/totp", {"password": _PASSWORD}, browser=ada)
    code = pyotp.TOTP(begun["seed"]).now()
    asking.ask("POST me/totp/confirm", {"code": code}, browser=ada)
    asking.ask("DELETE me/totp", {"password": _PASSWORD}, browser=ada)
    new = {"old": _PASSWORD, "new": f"{_PASSWORD} more"}
    asking.ask("POST me/password", new, browser=ada)
    other.sign_in("ada", new["new"])
    sessions = asking.ask("GET me/sessions", browser=ada)["rows"]
    elsewhere = next(each["id"] for each in sessions if not each["is_this"])
    asking.ask("DELETE me/sessions/{id}", id=elsewhere, browser=ada)
    asking.ask("DELETE me/sessions", browser=ada)
    ada.sign_in("ada", new["new"])
    asking.ask("POST sign-out", browser=ada)
    asking.ask("POST users/{name}/password", {}, name="ada")
    member = "?kind=user&name=ada"
    asking.ask("DELETE roles/{role}/members", query=member, role="finance")
    asking.ask("DELETE roles/{role}", role="finance")


def _vouched(asking: Asking) -> None:
    asking.ask("POST users", {"name": "grace", "password": _PASSWORD})
    asking.ask("POST providers", _PROVIDER)
    asking.ask("GET sign-in/providers", browser=asking.fresh())
    asking.ask("GET providers")
    link = {"subject": "00u1a2b3", "user": "grace"}
    asking.ask("POST providers/{name}/links", link, name="okta")
    asking.ask("GET providers/{name}/links", name="okta")
    asking.ask("DELETE providers/{name}/links", query="?subject=00u1a2b3", name="okta")
    asking.ask("DELETE providers/{name}", name="okta")


def _kept(asking: Asking) -> None:
    asking.ask("PUT retention", {"product": "sm", "months": 24})
    asking.ask("POST retention/apply")
    asking.ask("GET retention")
    asking.ask("POST rebuild")
    asking.ask("POST secrets/rotate")
    asking.ask("POST secrets/forget")
    asking.ask("GET trail")
    asking.ask("GET trail/verify")


def _forwarded(asking: Asking) -> None:
    asking.ask("GET forwarder-kinds")
    mail = {"name": "ops", "kind": "email", "settings": {"to": "ops@acme.example"}}
    asking.ask("POST forwarders", mail | {"types": ["usage-report"]})
    hook = {"name": "siem", "kind": "webhook", "settings": {"url": "https://hooks.acme.example/"}}
    asking.ask("POST forwarders", hook)
    asking.ask("POST forwarders/{name}/secret", name="siem")
    asking.ask("PATCH forwarders/{name}", {"every_hours": 4}, name="siem")
    asking.ask("GET forwarders/{name}", name="siem")
    asking.ask("POST forwarders/{name}/test", name="ops")
    asking.ask("GET forwarders")
    asking.ask("GET deliveries")
    asking.ask("GET forwarders/{name}/deliveries", name="archive")
    asking.ask("GET deliveries/{id}", id="1")
    asking.ask("POST deliveries/{id}/cancel", id="1")
    asking.ask("POST deliveries/{id}/send-again", id="1")
    asking.ask("DELETE forwarders/{name}", name="siem")


def _noticed(asking: Asking) -> None:
    asking.ask("GET notices")
    asking.ask("GET notices/{id}", id="1")
    asking.ask("POST acknowledged-notices", {"ids": [1]})
    asking.ask("GET rules")
    asking.ask("GET rule-types")
    made = asking.ask("POST rules", {"name": "Busy days", "type": "rule", "settings": _BUSY})
    number = str(made["id"])
    asking.ask("POST rule-preview", {"id": made["id"]})
    asking.ask("GET rules/{id}", id=number)
    asking.ask("PATCH rules/{id}", {"enabled": False}, id=number)
    asking.ask("DELETE rules/{id}", id=number)


def _written(asking: Asking) -> None:
    view = {"name": "Last month", "address": "/product-usage?range=last-month&tz=UTC&compare=none"}
    made = asking.ask("POST views", view)
    asking.ask("GET views")
    named = f"v{made['id']}"
    asking.ask("GET views/{view}", view=named)
    asking.ask("PATCH views/{view}", {"shared": True}, view=named)
    _exported(asking)
    _scheduled(asking, made["id"])
    asking.ask("DELETE views/{view}", view=named)


def _exported(asking: Asking) -> None:
    number = str(asking.ask("POST exports", {"format": "csv", "report": {"name": "users"}})["id"])
    until(lambda: asking.looked(f"exports/{number}")["state"] == "made", "the file is made")
    asking.ask("GET exports/{number}", number=number)
    asking.ask("GET exports/{number}/manifest", number=number)
    asking.ask("GET exports")
    asking.ask("GET export-key")
    asking.ask("DELETE exports/{number}", number=number)


def _scheduled(asking: Asking, view: int) -> None:
    timed = {"every": "monthly", "on": "1", "at": "07:00", "time_zone": "Europe/Berlin"}
    asking.ask("POST next-runs", timed)
    asked = {"name": "People", "view": view, "formats": ["xlsx"], "recipients": [_ADDRESS]}
    asking.ask("POST schedules", timed | asked)
    asking.ask("GET schedules")
    asking.ask("GET schedules/{schedule}", schedule="People")
    asking.ask("PATCH schedules/{schedule}", {"formats": ["pdf"]}, schedule="People")
    asking.ask("POST schedules/{schedule}/pause", schedule="People")
    asking.ask("POST schedules/{schedule}/resume", schedule="People")
    asking.looked("users/admin", {"email": _ADDRESS})
    asking.ask("POST schedules/{schedule}/test", schedule="People")
    asking.ask("POST schedules/{schedule}/run", schedule="People")
    asking.ask("GET schedules/{schedule}/runs", schedule="People")
    asking.ask("DELETE schedules/{schedule}", schedule="People")


def shortened(answer: Any, name: str = "") -> Any:  # noqa: ANN401  whatever JSON can hold
    """An answer with few rows, and without the secrets in it."""
    if isinstance(answer, dict):
        return {key: shortened(value, key) for key, value in answer.items()}
    if isinstance(answer, list):
        return [shortened(value, name) for value in answer[:_MOST]]
    if isinstance(answer, str):
        told = _SECRETS.get(name, answer)
        return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."
    return answer


def shape(answer: Any, depth: int = 2) -> Any:  # noqa: ANN401  as above
    """The names of an answer's fields, and of those within; deeper ones are words of the data."""
    if isinstance(answer, dict) and depth:
        return {name: shape(value, depth - 1) for name, value in answer.items()}
    if isinstance(answer, list) and answer:
        return [shape(answer[0], depth)]
    return None


def main() -> None:
    """Write the examples anew."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        make(data)
        with place_of(Path(folder)) as place:
            found: Mapping[str, Any] = examples(place)
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{len(found)} examples in {FILE}\n")


if __name__ == "__main__":
    main()
