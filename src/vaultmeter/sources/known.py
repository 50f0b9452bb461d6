"""The sources of a folder, with the settings of those whose records arrive by themselves.

One process has a data folder, and everything that changes settings of sources goes through one
`Sources` in it: what is read often is held in memory, and is right without a look at the disk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from threading import RLock

from vaultmeter.access.access import Access
from vaultmeter.inbox.batches import Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.collecting import KeyMark, SourceSettings, source_name
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound, did_you_mean
from vaultmeter.model.ingest_key import end_of, hash_of, new_key
from vaultmeter.model.instants import text_of
from vaultmeter.receive.condition import Condition
from vaultmeter.receive.door import SourceDoor
from vaultmeter.sources.telling import arrived, as_told, condition_told
from vaultmeter.sources.wanted import Wanted, check_same
from vaultmeter.state.sources import (
    add_source_settings,
    remove_source_settings,
    set_key,
    source_settings,
)
from vaultmeter.store import Store

NO_ACCOUNT = "default"
"""The account of a source that names none."""
_NOTED = ("connector", "account", "files", "socket", "poll")
"""What the trail keeps of a source that is added."""
Conditions = Callable[[str], Mapping[str, Condition]]
"""Answers how each receiver of a source is doing, by its name."""


class Sources:
    """The sources of a data folder. Several threads may use it."""

    def __init__(
        self,
        inbox: Inbox,
        access: Access,
        store: Callable[[], Store],
        conditions: Conditions | None = None,
        changed: Callable[[], None] = lambda: None,
        folders: Iterable[Path | str] = (),
    ) -> None:
        """Work on an open folder.

        `store` raises `Unavailable` while it is being made; `conditions` is of a server that
        receives; `changed` is called after every change, in the thread that made it. Whoever is
        not at the machine names files within `folders` alone.
        """
        self._inbox, self._access, self._store = inbox, access, store
        self._folders = tuple(map(Path, folders))
        self._conditions, self.changed = conditions, changed
        self._alone = RLock()
        self._known: dict[str, SourceSettings] | None = None
        self._doors: dict[str, SourceDoor] | None = None

    def settings(self) -> dict[str, SourceSettings]:
        """The settings of every source that has some, by name."""
        with self._alone:
            if self._known is None:
                self._read()
            return dict(self._known or {})

    def door(self, name: str) -> SourceDoor | None:
        """Where pushed records of that source go; `None` for one that has no key."""
        if self._doors is None:
            self.settings()
        # Without the lock: a push must not wait for a change that waits for the disk.
        return (self._doors or {}).get(name)

    def add(self, who: Principal, wanted: Wanted) -> Object:
        """Add a source, or settings to one that `ingest` has made.

        Raises `Invalid`, `NotFound`, and `Forbidden` for what is not theirs.
        """
        wanted = wanted.checked()
        self._check_own(who, wanted)
        self._check_reach(who, wanted)
        with self._alone:
            self._check_new(wanted)
            source = self._inbox.source(wanted.name, wanted.connector, wanted.account)
            settings = SourceSettings(
                source.name,
                source.connector,
                source.account,
                self._access.clock().astimezone(UTC),
                wanted.paths,
                wanted.socket,
                wanted.poll,
            )
            made = as_told(source, settings)
            details = {name: made[name] for name in _NOTED if made[name]}
            with self._access.noting(who, "source.add", source.name, **details) as connection:
                add_source_settings(connection, settings)
            self._read()
        self.changed()
        return made

    def list(self, who: Principal) -> list[Object]:
        """Every source that somebody manages, with its settings, in order of their names."""
        settings = self.settings()  # first: it may add a source
        known = sorted(self._own(who), key=lambda source: source.name)
        return [as_told(source, settings.get(source.name)) for source in known]

    def show(self, who: Principal, name: str) -> Object:
        """A source with its settings and what has become of it; raises `NotFound`."""
        source = self._named(who, name)
        shown = as_told(source, self.settings().get(name)) | arrived(
            self._inbox, self._store, source
        )
        if self._conditions is None:
            return shown | {"receivers": None}
        told = self._conditions(name).items()
        return shown | {"receivers": [condition_told(each, present) for each, present in told]}

    def receiving(self, name: str) -> Mapping[str, Condition]:
        """How each receiver of a source is doing, by its name; none without a server."""
        return {} if self._conditions is None else self._conditions(name)

    def key(self, who: Principal, name: str) -> Object:
        """Give a source a new key, which is answered this once; the one before opens no more.

        Raises `NotFound` and `Invalid`.
        """
        with self._alone:
            source = self._named(who, name)
            source_name(name)
            key, now = new_key(name), self._access.clock().astimezone(UTC)
            mark = KeyMark(hash_of(key), end_of(key), now)
            with self._access.noting(who, "source.key", name, end=mark.end) as connection:
                if not set_key(connection, name, mark):
                    made = SourceSettings(name, source.connector, source.account, now, key=mark)
                    add_source_settings(connection, made)
            self._read()
        self.changed()
        return {"source": name, "key": key, "made": text_of(now)}

    def remove(self, who: Principal, name: str) -> Object:
        """Stop collecting a source and forget its settings and its key; its records stay.

        Raises `NotFound` when there is no such source, or nothing is collected of it.
        """
        with self._alone:
            source = self._named(who, name)
            settings = self.settings().get(name)
            if settings is None:
                raise NotFound(
                    f"Nothing is collected of source {name!r}.", "It was taken in by hand."
                )
            with self._access.noting(who, "source.remove", name) as connection:
                remove_source_settings(connection, name)
            self._read()
        self.changed()
        return as_told(source, settings)

    def _read(self) -> None:
        with self._access.state.reading() as connection:
            known = source_settings(connection)
        # A source may be missing after a restore: its settings were copied after the inbox.
        sources = [
            self._inbox.source(name, settings.connector, settings.account)
            for name, settings in known.items()
        ]
        self._doors = {
            source.name: SourceDoor(source, key.hash)
            for source in sources
            if (key := known[source.name].key)
        }
        self._known = known

    def _own(self, who: Principal) -> Iterator[Source]:
        """The sources of accounts that somebody manages as a whole; raises `Forbidden`."""
        viewer = who.viewer(Permission.SOURCES)
        return (source for source in self._inbox.sources() if viewer.covers(source.account))

    def _named(self, who: Principal, name: str) -> Source:
        """A source that somebody manages; raises `NotFound` for one of others, as for none."""
        self.settings()
        own = {source.name: source for source in self._own(who)}
        if name not in own:
            raise NotFound(f"There is no source {name!r}.", did_you_mean(name, own))
        return own[name]

    def _check_own(self, who: Principal, wanted: Wanted) -> None:
        """Refuse a source of an account that somebody does not manage."""
        there = next((each for each in self._inbox.sources() if each.name == wanted.name), None)
        if there is None:
            who.require_for(Permission.SOURCES, wanted.account or NO_ACCOUNT)
        elif not who.viewer(Permission.SOURCES).covers(there.account):
            # Its account is not told, nor anything else of it.
            raise Exists(f"There is a source {wanted.name!r} already.", "Choose another name.")

    def _check_reach(self, who: Principal, wanted: Wanted) -> None:
        """Refuse files, addresses and vaults that are not for somebody to name."""
        if who.kind == "operator" or not (wanted.paths or wanted.socket or wanted.poll):
            return
        who.require_everywhere(Permission.SOURCES)
        named = [*wanted.paths]
        if wanted.poll is not None:
            named += [Path(file) for file in (wanted.poll.token_file, wanted.poll.ca_cert) if file]
        for path in named:
            # A link out of the folder is one to what it leads to.
            if not any(path.resolve().is_relative_to(each.resolve()) for each in self._folders):
                raise Forbidden(
                    f"{path} is not in a folder whose files may be named from elsewhere.",
                    "Add the source on the machine itself, or set follow_folders there.",
                )

    def _check_new(self, wanted: Wanted) -> None:
        """Refuse what is there already; raises `Invalid`."""
        settings = self.settings()
        if wanted.name in settings:
            raise Exists(
                f"There is a source {wanted.name!r} already.",
                f"Choose another name, or first: vaultmeter sources remove {wanted.name}",
            )
        for source in self._inbox.sources():
            if source.name == wanted.name:
                check_same(source, wanted)
        for other in settings.values():
            for path in set(wanted.paths) & set(other.paths):
                raise Invalid(f"Source {other.name!r} follows {path} already.", "Give it once.")
            if wanted.socket is not None and wanted.socket == other.socket:
                raise Invalid(
                    f"Source {other.name!r} listens on {other.socket} already.",
                    "Choose another port.",
                )
