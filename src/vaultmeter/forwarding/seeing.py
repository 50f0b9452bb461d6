"""Which forwarders somebody may see and change, and what they are told of them."""

from fnmatch import fnmatchcase

from sqlalchemy import Connection

from vaultmeter.access.levels import FORWARDERS
from vaultmeter.app import App
from vaultmeter.forwarders import Ending, Envelope, kind_named, kinds
from vaultmeter.forwarding.attempt import sent, settings_of
from vaultmeter.forwarding.means import means_of
from vaultmeter.forwarding.telling import plain
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Forbidden, NotFound, did_you_mean
from vaultmeter.model.message import Message, Notice
from vaultmeter.outbox.posting import message_id_of
from vaultmeter.state.outbox import Forwarder, forwarder_called, forwarders

_MAY = Permission.FORWARDERS


def listed(app: App, who: Principal) -> Object:
    """The forwarders that somebody may see, by name, as JSON has them."""
    who.require(_MAY)
    now = app.clock()
    with app.state.reading() as connection:
        rows = [plain(connection, each, now) for each in seen(connection, who)]
    return {"rows": rows, "next": None}


def show(app: App, who: Principal, name: str) -> Object:
    """One of them; raises `NotFound`."""
    with app.state.reading() as connection:
        return plain(connection, one_seen(connection, who, name), app.clock())


def kinds_told(app: App, who: Principal) -> Object:  # noqa: ARG001  the same for every folder
    """The kinds of forwarders there are, each with its settings."""
    who.require(_MAY)
    rows = [
        {
            "kind": name,
            "title": kind.title,
            "settings": [
                {
                    "name": each.name,
                    "help": each.help,
                    "secret": each.secret,
                    "required": each.required,
                    "choices": list(each.choices),
                    "default": each.default,
                }
                for each in kind.settings
                if not each.is_own
            ],
        }
        for name, kind in kinds().items()
    ]
    return {"rows": rows, "next": None}


def test(app: App, who: Principal, name: str) -> Object:
    """Send a message to a forwarder now, beside its queue; answers what came of it.

    Raises `NotFound`, `Forbidden` and `Invalid`.
    """
    with app.state.reading() as connection:
        forwarder = one_seen(connection, who, name)
    require_for(who, forwarder.name, forwarder.accounts)
    now = app.clock()
    key = f"test:{now.isoformat()}"
    text = f"A test by {who.name}: the forwarder {forwarder.name!r} of vaultmeter works."
    notice = Notice(0, "test", "", "", now, text, {})
    message = Message(key, f"vaultmeter: test of {forwarder.name}", text, (notice,))
    envelope = Envelope(message_id_of(key, f"forwarder:{forwarder.id}"), message, now)
    outcome = sent(means_of(app), forwarder.kind, settings_of(app, forwarder), envelope)
    is_delivered = outcome.ending is Ending.DELIVERED
    app.access.note(
        who, "forwarder.test", name, "ok" if is_delivered else "failed", why=outcome.detail
    )
    return {"name": name, "is_delivered": is_delivered, "detail": outcome.detail}


def seen(connection: Connection, who: Principal) -> list[Forwarder]:
    """The forwarders that somebody may see: those of their accounts and names."""
    return [each for each in forwarders(connection) if is_seen(who, each)]


def usable(connection: Connection, who: Principal) -> list[Forwarder]:
    """The forwarders that somebody may have reports sent to, by name.

    Whoever reads reports of everything may use all of them; others those they may see, and those
    of accounts which they read as a whole.
    """
    is_reader = Permission.REPORTS in who.permissions
    viewer = who.viewer(Permission.REPORTS) if is_reader else None
    if viewer is not None and viewer.grants is None:
        return forwarders(connection)
    return [
        each
        for each in forwarders(connection)
        if is_seen(who, each)
        or (viewer and each.accounts is not None and all(map(viewer.covers, each.accounts)))
    ]


def one_seen(connection: Connection, who: Principal, name: str) -> Forwarder:
    """The forwarder of that name; raises `NotFound` where there is none that they may see."""
    who.require(_MAY)
    found = forwarder_called(connection, name)
    if found is None or not is_seen(who, found):
        known = [each.name for each in seen(connection, who)]
        raise NotFound(f"There is no forwarder {name[:256]!r}.", did_you_mean(name, known))
    return found


def is_seen(who: Principal, forwarder: Forwarder) -> bool:
    """Whether somebody may see a forwarder."""
    try:
        require_for(who, forwarder.name, forwarder.accounts)
    except Forbidden:
        return False
    return True


def sees_all(who: Principal) -> bool:
    """Whether somebody may see everything that leaves, whoever gets it."""
    return who.viewer(_MAY).grants is None and _is_of_names(who, "")


def require_for(who: Principal, name: str, accounts: tuple[str, ...] | None) -> None:
    """Raise `Forbidden` unless they may say where notices of these accounts go, by that name."""
    if accounts is None:
        who.require_everywhere(_MAY)
    else:
        who.require(_MAY)
        for account in accounts:
            who.require_for(_MAY, account)
    if not _is_of_names(who, name):
        raise Forbidden(
            f"{who.name} may not use a forwarder named {name!r}.",
            f"Their role gives forwarders of certain names alone ({FORWARDERS}).",
        )


def kind_of(forwarder: Forwarder) -> str:
    """The title of the kind of a forwarder."""
    return kind_named(forwarder.kind).title


def _is_of_names(who: Principal, name: str) -> bool:
    """Whether a role gives forwarders of that name: some give those of certain names alone."""
    for role in who.roles:
        if _MAY not in role.permissions:
            continue
        names = [part.strip() for part in role.levels.get(FORWARDERS, "").split(",")]
        patterns = [each.replace("{{username}}", who.name) for each in names if each]
        if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns):
            return True
    return False
