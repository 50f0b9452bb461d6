"""Who somebody is, by what a request brings: a token, an access id with its key, or a cookie.

One process has the state, and everything that changes who may do what goes through `changing`:
what was found is remembered until then, and no longer than it holds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Protocol

from sqlalchemy import Connection, select

from vaultmeter.access import keys, sessions
from vaultmeter.access.passwords import Passwords
from vaultmeter.access.roles import roles_of
from vaultmeter.access.sealing import Sealer, sealed_values
from vaultmeter.access.secret_key import SecretKey, key_path, secret_key
from vaultmeter.access.sessions import NOTED_EVERY, Session
from vaultmeter.access.throttle import Throttle
from vaultmeter.access.tokens import hash_of
from vaultmeter.access.trail import Trail, is_empty
from vaultmeter.clock import Clock
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Unauthenticated
from vaultmeter.state.database import State
from vaultmeter.state.tables import ACCESS_KEY, GROUP_MEMBER, USER_LOGIN

_MOST = 10_000
"""How many of those who came are remembered."""


@dataclass
class _Known:
    who: Principal
    session: Session | None
    expires: datetime | None
    noted: datetime


class Access:
    """Users, keys, roles, sessions and the trail of an open folder. Several threads may use it."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        data: Path,
        key_text: str = "",
        key_file: Path | None = None,
    ) -> None:
        """Use a state; the secret key is read, or made, when it is first needed."""
        self.state, self.clock = state, clock
        self.passwords, self.throttle = Passwords(), Throttle(clock)
        self.throttle_of_keys = Throttle(clock)
        self._key_of = (data, key_text, key_file)
        self._secret_key: SecretKey | None = None
        self._trail: Trail | None = None
        self._known: dict[str, _Known] = {}
        self._alone = RLock()

    @property
    def secret_key(self) -> SecretKey:
        """The key that is outside every database; raises `Invalid`."""
        with self._alone:
            if self._secret_key is None:
                self._secret_key = secret_key(*self._key_of, self._needs_no_key)
            return self._secret_key

    @property
    def key_path(self) -> Path | None:
        """The file of the secret key; `None` where the settings have it."""
        return key_path(*self._key_of)

    def reread_key(self) -> None:
        """Read the secret key again, for it is another one now."""
        with self._alone:
            self._secret_key = self._trail = None

    @property
    def sealer(self) -> Sealer:
        """What encrypts secrets that must be read back; raises `Invalid` without the key."""
        return Sealer(self.secret_key)

    @property
    def trail(self) -> Trail:
        """The trail; raises `Invalid` without the secret key."""
        with self._alone:
            if self._trail is None:
                keys_ = [each.derived("trail") for each in self.secret_key.each]
                self._trail = Trail(keys_, self.clock)
            return self._trail

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Change who may do what: it holds together at the end, or not at all."""
        with self._alone:
            try:
                with self.state.changing() as connection:
                    yield connection
            finally:
                self._known.clear()

    @contextmanager
    def keeping(self) -> Iterator[Connection]:
        """Write what changes nobody's rights, such as a new session."""
        with self._alone, self.state.changing() as connection:
            yield connection

    @contextmanager
    def noting(
        self, who: Principal, act: str, object_: str = "", **details: object
    ) -> Iterator[Connection]:
        """Change something and write the act into the trail: both, or neither."""
        trail = self.trail
        with self.changing() as connection:
            yield connection
            trail.add(connection, who, act, object_, details=details)

    def note(
        self, who: Principal, act: str, object_: str = "", result: str = "ok", **details: object
    ) -> None:
        """Write an act into the trail that changes nothing here: an export, a refusal."""
        trail = self.trail
        with self._alone, self.state.changing() as connection:
            trail.add(connection, who, act, object_, result, details)

    def bearer(self, text: str) -> Principal:
        """Who brings a token, or `access_id:access_key`; raises `Unauthenticated`."""
        access_id, colon, key = text.partition(":")
        known = self._remembered(text) or (
            self._by_key(text, access_id, key) if colon else self._by_session(text, "token")
        )
        if known is None:
            raise Unauthenticated(
                "Nobody is known by this token or key, or it has expired.",
                "Sign in again: vaultmeter auth --access-id ID --access-key KEY.",
            )
        return known.who

    def cookie(self, text: str) -> tuple[Principal, Session]:
        """Who has a browser's session, and the session; raises `Unauthenticated`."""
        known = self._remembered(text) or self._by_session(text, "browser")
        if known is None or known.session is None or known.session.kind != "browser":
            raise Unauthenticated("The session is over.", "Sign in again.")
        return known.who, known.session

    def holder(
        self, connection: Connection, kind: str, id_: int, address: str | None = None
    ) -> Principal | None:
        """A user or a key with the roles it has now; `None` for one that is gone or disabled."""
        if kind == "key":
            name = connection.execute(
                select(ACCESS_KEY.c.name).where(ACCESS_KEY.c.id == id_)
            ).scalar()
            roles = roles_of(connection, [("key", id_)])
        else:
            name = connection.execute(
                select(USER_LOGIN.c.name).where(
                    USER_LOGIN.c.id == id_, USER_LOGIN.c.is_disabled.is_(False)
                )
            ).scalar()
            groups = connection.execute(
                select(GROUP_MEMBER.c.group).where(GROUP_MEMBER.c.user == id_)
            ).scalars()
            roles = roles_of(connection, [("user", id_), *(("group", group) for group in groups)])
        return None if name is None else Principal(kind, id_, name, roles, address)

    def _needs_no_key(self) -> bool:
        """Whether nothing was written or sealed with a secret key yet."""
        with self.state.reading() as connection:
            return is_empty(connection) and not any(sealed_values(connection))

    def remembered(self, text: str) -> Principal | None:
        """Who brought a token or key before, if that still holds; waits for nothing."""
        known = self._remembered(text)
        return None if known is None else known.who

    def _remembered(self, text: str) -> _Known | None:
        # Without the lock, which is held while the disk is waited for. Whatever is found held
        # until the change that is being made now.
        known = self._known.get(hash_of(text))
        now = self.clock()
        if known is None or (known.expires is not None and now >= known.expires):
            return None
        # What lies longer back is read again, and its use is kept.
        return known if now - known.noted < NOTED_EVERY else None

    def _by_key(self, text: str, access_id: str, key: str) -> _Known | None:
        now = self.clock()
        with self._alone, self.state.changing() as connection:
            found = keys.opened_by(connection, access_id, key, now)
            if found is None or (who := self.holder(connection, "key", found.id)) is None:
                return None
            keys.note_use(connection, found.id, now)
            return self._remember(text, _Known(who, None, found.expires, now))

    def _by_session(self, text: str, kind: str) -> _Known | None:
        now = self.clock()
        with self._alone, self.state.changing() as connection:
            session = sessions.session_of(connection, text)
            if session is None or session.kind != kind or session.is_over(now):
                return None
            who = self.holder(connection, session.holder_kind, session.holder)
            if who is None:
                return None
            sessions.note_use(connection, session, now)
            return self._remember(text, _Known(who, session, session.expires, now))

    def _remember(self, text: str, known: _Known) -> _Known:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[hash_of(text)] = known
        return known


class Opened(Protocol):
    """An open folder, as far as who may do what is concerned."""

    access: Access
