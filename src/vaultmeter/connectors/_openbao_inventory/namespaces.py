"""Walks through namespaces, and says what was refused, with the line that would allow it."""

from vaultmeter.connectors._openbao_inventory.client import Answer, Client
from vaultmeter.model.inventory import Listed, Snapshot, Unread


def list_namespaces(client: Client, snapshot: Snapshot, start: str) -> list[str]:
    """The start and all namespaces below it, such as `eng/web/`; the root is empty."""
    found, complete = [start.strip("/") + "/" if start.strip("/") else ""], True
    for namespace in found:
        answer = client.list(namespace, "sys/namespaces")
        found += [namespace + name for name in answer.keys]
        # A server without namespaces has no such path.
        if answer.data is None and not answer.unsupported:
            complete = False
            note(snapshot, namespace, "sys/namespaces", answer)
    snapshot.namespaces = len(found)
    if complete and not found[0]:
        snapshot.listed.append(Listed("items", "", complete=True, everywhere=True, limited=True))
    return found


def note(
    snapshot: Snapshot, namespace: str, path: str, answer: Answer, capability: str = "list"
) -> None:
    """Keep what could not be read."""
    glob = path + ("/*" if capability == "list" and path != "sys/namespaces" else "")
    line = f'path "{namespace}{glob}" {{ capabilities = ["{capability}"] }}'
    policy = line if answer.denied else None
    snapshot.unread.append(Unread(namespace.rstrip("/"), path, answer.why, policy))
