"""What people do with secrets: key-value stores of both versions, cubbyholes, wrapped answers."""

from tests.connectors.openbao_deeds import NOBODY, Actor, Deeds
from tests.connectors.openbao_setting import Setting


def work_with_secrets(setting: Setting) -> None:
    """Do each thing there is to do, as somebody of the root namespace."""
    deeds, ada, bob = setting.deeds, setting.sign_in("ada"), setting.sign_in("bob")
    _versions(deeds, ada)
    _metadata(deeds, ada)
    _refusals(deeds, ada)
    _version_one(deeds, ada, bob)
    _cubbyhole(deeds, ada)
    _wrapping(deeds, ada, bob)
    for _ in range(3):
        deeds.act(bob, "GET kv/data/app/db", "secret_read", "kv/app/db")
        deeds.act(bob, "GET team/kv/data/plan", "secret_read", "team/kv/plan")


def _versions(deeds: Deeds, ada: Actor) -> None:
    item, body = "kv/app/db", {"data": {"password": "x"}}
    deeds.act(ada, "POST kv/data/app/db", "item_added", item, body)
    deeds.act(ada, "POST kv/data/app/db", "item_updated", item, body)
    deeds.act(ada, "PATCH kv/data/app/db", "item_updated", item, {"data": {"user": "y"}})
    deeds.act(ada, "GET kv/data/app/db", "secret_read", item)
    deeds.act(ada, "GET kv/data/app/db?version=1", "secret_read", item)
    deeds.act(ada, "GET kv/subkeys/app/db", "list", item)
    deeds.act(ada, "DELETE kv/data/app/db", "item_deleted/data", item)
    deeds.act(ada, "GET kv/data/app/db", "secret_read", item, status=404)
    deeds.act(ada, "POST kv/undelete/app/db", "item_updated/undelete", item, {"versions": [3]})
    deeds.act(ada, "POST kv/delete/app/db", "item_updated/delete", item, {"versions": [1]})
    deeds.act(ada, "PUT kv/destroy/app/db", "item_updated/destroy", item, {"versions": [1]})
    deeds.act(ada, "GET kv/data/app/db?version=1", "secret_read", item, status=404)
    cas = body | {"options": {"cas": 9}}
    deeds.act(ada, "POST kv/data/app/db", "item_updated", item, cas, status=400)
    first = body | {"options": {"cas": 0}}
    deeds.act(ada, "POST kv/data/app/first", "item_added", "kv/app/first", first)
    deeds.act(ada, "POST team/kv/data/plan", "item_added", "team/kv/plan", body)
    # A value may be null, or have the names of what surrounds a value.
    deeds.act(ada, "POST kv/data/null", "item_added", "kv/null", {"data": None})
    deeds.act(ada, "GET kv/data/null", "secret_read", "kv/null")
    names = {"data": {"data": None, "error": "x", "version": "y"}}
    deeds.act(ada, "POST kv/data/names", "item_added", "kv/names", names)
    deeds.act(ada, "GET kv/data/names", "secret_read", "kv/names")


def _metadata(deeds: Deeds, ada: Actor) -> None:
    body = {"data": {"password": "x"}}
    deeds.act(ada, "POST kv/data/app/gone", "item_added", "kv/app/gone", body)
    deeds.act(ada, "GET kv/data/app/gone", "secret_read", "kv/app/gone")
    deeds.act(ada, "GET kv/metadata/app/gone", "list", "kv/app/gone")
    limit = {"max_versions": 5}
    deeds.act(ada, "POST kv/metadata/app/gone", "item_updated/metadata", "kv/app/gone", limit)
    deeds.act(ada, "PATCH kv/metadata/app/gone", "item_updated/metadata", "kv/app/gone", limit)
    deeds.act(ada, "DELETE kv/metadata/app/gone", "item_deleted/metadata", "kv/app/gone")
    # A place without a value yet.
    deeds.act(ada, "POST kv/metadata/app/bare", "item_updated/metadata", "kv/app/bare", limit)
    deeds.act(ada, "GET kv/data/app/gone", "secret_read", "kv/app/gone", status=404)
    deeds.act(ada, "LIST kv/metadata/app", "list")
    deeds.act(ada, "GET kv/metadata/app?list=true", "list")
    deeds.act(ada, "SCAN kv/metadata/", "list")
    deeds.act(ada, "LIST kv/metadata/empty", "list", status=404)
    deeds.act(ada, "GET kv/config", "admin")


def _refusals(deeds: Deeds, ada: Actor) -> None:
    body = {"data": {"password": "x"}}
    deeds.act(ada, "GET kv/data/nothing", "secret_read", "kv/nothing", status=404)
    deeds.act(ada, "PATCH kv/data/nothing", "item_updated", "kv/nothing", body, status=404)
    deeds.act(ada, "POST kv/data/wrong", "item_added", "kv/wrong", {"x": 1}, status=400)
    deeds.act(ada, "GET kv/data/forbidden/x", "secret_read", "kv/forbidden/x", status=403)
    deeds.act(ada, "POST kv/data/forbidden/x", "item_added", "kv/forbidden/x", body, status=403)
    deeds.act(ada, "LIST kv/data/app", "list", status=405)
    deeds.act(ada, "GET nowhere/x", "secret_read", "nowhere/x", status=404)
    deeds.act(NOBODY, "GET kv/data/app/db", "secret_read", "kv/app/db", status=403)
    stranger = NOBODY.holding("s.invented")
    deeds.act(stranger, "GET kv/data/app/db", "secret_read", "kv/app/db", status=403)


def _version_one(deeds: Deeds, ada: Actor, bob: Actor) -> None:
    deeds.act(ada, "POST old/plain", "item_added", "old/plain", {"password": "x"})
    deeds.act(ada, "PUT old/plain", "item_updated", "old/plain", {"password": "y"})
    deeds.act(bob, "GET old/plain", "secret_read", "old/plain")
    # Paths that look like those of version 2.
    for path in ("data/x", "config/db", "delete/x"):
        deeds.act(ada, f"POST old/{path}", "item_added", f"old/{path}", {"password": "x"})
        deeds.act(ada, f"GET old/{path}", "secret_read", f"old/{path}")
    # Names that an answer uses itself, in a value and with other types.
    names = {"error": "e", "version": "v", "metadata": "m", "keys": "k", "batch_input": [1, 2, 3]}
    deeds.act(ada, "POST old/names", "item_added", "old/names", names)
    deeds.act(ada, "GET old/names", "secret_read", "old/names")
    deeds.act(ada, "LIST old/", "list")
    deeds.act(ada, "DELETE old/plain", "item_deleted", "old/plain")
    deeds.act(ada, "GET old/plain", "secret_read", "old/plain", status=404)


def _cubbyhole(deeds: Deeds, ada: Actor) -> None:
    deeds.act(ada, "POST cubbyhole/x", "item_updated", body={"error": "x"})
    deeds.act(ada, "POST cubbyhole/y", "item_updated", body={"note": "x"})
    deeds.act(ada, "GET cubbyhole/y", "secret_read")
    deeds.act(ada, "LIST cubbyhole/", "list")
    deeds.act(ada, "DELETE cubbyhole/y", "item_deleted")
    deeds.act(ada, "GET cubbyhole/y", "secret_read", status=404)


def _wrapping(deeds: Deeds, ada: Actor, bob: Actor) -> None:
    wrap, unwrap = {"X-Vault-Wrap-TTL": "60s"}, "POST sys/wrapping/unwrap"
    request = "GET kv/data/app/db"
    read = deeds.act(ada, request, "secret_read/wrapped", "kv/app/db", headers=wrap)
    body = {"data": {"password": "z"}}
    deeds.act(ada, "POST kv/data/app/db", "item_updated", "kv/app/db", body, headers=wrap)
    token = {"token": read["wrap_info"]["token"]}
    deeds.act(ada, "POST sys/wrapping/lookup", "list", body=token)
    again = deeds.act(ada, "POST sys/wrapping/rewrap", "credential_issued/rewrap", body=token)
    token = {"token": again["wrap_info"]["token"]}
    deeds.act(bob, unwrap, "secret_read/unwrap", body=token)
    # The server does not look who asks before it knows the wrapping token.
    stranger = NOBODY.holding(str(bob.token))
    deeds.act(stranger, unwrap, "secret_read/unwrap", body=token, status=400)
    note = deeds.act(
        ada, "POST sys/wrapping/wrap", "credential_issued/wrap", body={"a": 1}, headers=wrap
    )
    # Whoever holds the wrapping token itself stays unknown.
    deeds.act(NOBODY.holding(note["wrap_info"]["token"]), unwrap, "secret_read/unwrap")
