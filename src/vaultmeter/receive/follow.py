"""Follows files while they are written and rotated, as `tail -F` does, and remembers where it is.

What is new in a file is accepted together with the position after it, so that a restart goes on
right there. Which file is which is told by content when it is opened, and by its descriptor from
then on:

- *Rename*: the file goes on being read until its successor has content and it has been quiet for
  a while, since a vault that was not signalled writes on into the renamed file. Then its last line
  is taken even without a newline.
- *Rotated while nobody watched*: the files beside the live name are looked through at the start,
  oldest first, and every two seconds.
- *Compressed*: gzip and zstd are known again by their content, and are read on behind it.
- *Copied and truncated*: is noticed, and noted as a gap, since nobody can know what was written
  between the copy and the truncation. The copy is read on, the file is read from its start.

Only files in the folders of the configured paths are read: see `Fence`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Gap, Source, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life
from vaultmeter.model.errors import Invalid, NotFound, Unavailable
from vaultmeter.receive.condition import Condition, Conditions, Say
from vaultmeter.receive.content import Pulse, is_packed
from vaultmeter.receive.fence import Fence
from vaultmeter.receive.files import FileReader
from vaultmeter.receive.packed import is_settled, not_unpacked, take_packed
from vaultmeter.receive.rotation import live_names, rotated_names
from vaultmeter.receive.tail import Cut, Key, Mark, Tail, key_of, mark_of
from vaultmeter.settings import Settings

CHUNK_BYTES = 4 << 20
"""The most that is taken of a followed file at once: many files are followed with little memory."""
POLL = 0.25
"""Seconds between two looks at the files."""
_SURVEY = 2.0
"""Seconds between two looks at what lies beside them."""
_GRACE = 30.0
"""Seconds for which a rotated file must be quiet before it counts as finished."""
_RESTING = 3600.0
"""Seconds after which a quiet file is closed; it is opened again when it changes."""
_TROUBLED = 2.0
"""Seconds to wait when the inbox does not take anything."""


class _Ending(Exception):
    """The server ends while a long file is read."""


class Follower:
    """Follows the files of one source; a worker."""

    def __init__(  # noqa: PLR0913  each is a part of its own
        self,
        inbox: Inbox,
        source: Source,
        patterns: Sequence[str],
        settings: Settings,
        *,
        is_header: Callable[[bytes], bool],
        clock: Clock,
        say: Say,
        full: Callable[[], str] = lambda: "",
        folders: Iterable[Path] = (),
        grace: float = _GRACE,
    ) -> None:
        """Follow absolute paths and patterns; links may lead to their folders and to `folders`.

        `is_header` says whether a first line names columns, and `full` why nothing more may be
        accepted. A rotated file is finished `grace` seconds after its last line.
        """
        self.name = f"follow {source.name}"
        self._inbox, self._source, self._patterns = inbox, source, patterns
        self._clock, self._say, self._full, self._grace = clock, say, full, grace
        chunk_bytes = min(settings.chunk_bytes, CHUNK_BYTES)
        self._reader = FileReader(inbox, source, chunk_bytes, settings.max_line_bytes, is_header)
        self._fence = Fence(patterns, folders)
        self._conditions = Conditions(self.name, clock, say, "Nothing was looked at yet.")
        self._live: dict[Path, os.stat_result] = {}
        self._tails: dict[Key, Tail] = {}
        self._done: dict[Key, Mark] = {}
        self._damaged: dict[Key, str] = {}
        self._copies: dict[Key, tuple[Mark, int]] = {}
        self._settling: dict[Key, Mark] = {}
        self._troubles: dict[Path, str] = {}
        self._unpacked: set[int] = set()
        self._sought: dict[Path, TakenFile] | None = None
        self._places: dict[str, tuple[int, int, int]] = {}
        self._left_places: dict[str, tuple[int, int, int]] = {}
        self._next_survey = 0.0

    @property
    def condition(self) -> Condition:
        """How it is doing."""
        return self._conditions.present

    def run(self, life: Life) -> None:
        """Follow until the server ends. What was taken is on disk; the rest is read next time."""

        def pulse() -> None:
            life.beat()
            if life.stopping:
                raise _Ending

        try:
            while not life.wait(self.poll(pulse)):
                pass
        except _Ending:
            return
        finally:
            self.close()

    def close(self) -> None:
        """Let go of every file."""
        while self._tails:
            self._tails.popitem()[1].close()

    def poll(self, pulse: Pulse = lambda: None) -> float:
        """Look at everything once and take what is new; answers for how many seconds to rest."""
        reach("follower-turn")
        if reason := self._full():
            self._conditions.trouble(f"Nothing is taken in: {reason}")
            return _TROUBLED
        try:
            self._poll(pulse)
        except Unavailable as error:
            self._conditions.trouble(f"{error.message} {error.hint}".strip())
            return _TROUBLED
        if self._troubles:
            self._conditions.trouble(" ".join(dict.fromkeys(self._troubles.values())))
        else:
            names = ", ".join(map(str, self._live))
            self._conditions.well(f"Following {names}." if names else "No file matches yet.")
        return POLL

    def _poll(self, pulse: Pulse) -> None:
        """Raises `Unavailable`."""
        now = monotonic()
        names = live_names(self._patterns)
        is_switched = self._meet(names, pulse)
        if is_switched or now >= self._next_survey:
            self._next_survey = now + _SURVEY
            self._survey(names, pulse)
        if self._sought is None:
            self._sought = self._left_off(names)
        for tail in list(self._tails.values()):
            self._look(tail, now, pulse)
        self._seek(self._sought)
        self._settle_places()
        for tail in list(self._tails.values()):
            self._part(tail, now, pulse)

    def _meet(self, names: Sequence[Path], pulse: Pulse) -> bool:
        """See what the live names stand for now; whether one of them stands for another file."""
        before = {name: key_of(status) for name, status in self._live.items()}
        self._live = {}
        for name in names:
            self._troubles.pop(name, None)
            with self._troubled(name):
                status = self._live[name] = name.stat()
                if tail := self._tails.get(key_of(status)):
                    tail.live = tail.path = name
                self._open_if_new(name, name, status, pulse)
        return any(before.get(name) != key_of(status) for name, status in self._live.items())

    def _survey(self, names: Sequence[Path], pulse: Pulse) -> None:
        """Look through the files beside the live names, oldest first."""
        self._troubles = {path: self._troubles[path] for path in names if path in self._troubles}
        live = {key_of(status) for status in self._live.values()}
        met = set(live)
        for name in names:
            for path in rotated_names(name, names):
                with self._troubled(path):
                    status = path.stat()
                    met.add(key_of(status))
                    if (tail := self._tails.get(key_of(status))) and tail.key not in live:
                        tail.path = path
                    self._open_if_new(name, path, status, pulse)
        for known in (self._done, self._damaged, self._copies, self._settling):
            for key in known.keys() - met:
                known.pop(key)

    @contextmanager
    def _troubled(self, path: Path) -> Iterator[None]:
        """Whatever keeps a file from being read is told, and looked at again later."""
        try:
            yield
        except (FileNotFoundError, NotFound):
            # What lies beside a live name may be rotated on while we look.
            if path in self._live or str(path) in self._patterns:
                self._troubles[path] = f"There is no file {path} yet."
        except OSError as error:
            self._troubles[path] = f"{path} cannot be read: {error.strerror}."
        except Invalid as error:
            self._troubles[path] = f"{error.message} {error.hint}".strip()

    def _open_if_new(self, live: Path, path: Path, status: os.stat_result, pulse: Pulse) -> None:
        """Open a file that is neither open nor known to be read already."""
        key, mark = key_of(status), mark_of(status)
        copied, of = self._copies.get(key, (None, 0))
        if key in self._tails or (copied == mark and self._is_owned(of)):
            return
        if self._done.get(key) != mark:
            self._open(live, path, pulse)
        elif key in self._damaged:
            raise Invalid(self._damaged[key])

    def _open(self, live: Path, path: Path, pulse: Pulse) -> None:
        with ExitStack() as stack:
            descriptor = self._fence.open(path)
            stack.callback(os.close, descriptor)
            status = os.fstat(descriptor)
            key, mark = key_of(status), mark_of(status)
            if kind := not_unpacked(descriptor):
                self._done[key] = mark
                self._pass_over(path, kind)
            elif not is_packed(descriptor):
                stack.pop_all()
                self._tails[key] = Tail(self._reader, live, path, descriptor)
            elif is_settled(status) or self._settling.get(key) == mark:
                self._unpack(path, descriptor, pulse)
            else:
                self._settling[key] = mark

    def _pass_over(self, path: Path, kind: str) -> None:
        self._say(
            f"{self.name}: {path} is compressed with {kind}, which is not read. If some of it was"
            " not taken in before, unpack it beside the file."
        )

    def _unpack(self, path: Path, descriptor: int, pulse: Pulse) -> None:
        """Take what is new in a compressed file."""
        status = os.fstat(descriptor)
        key, mark = key_of(status), mark_of(status)
        self._settling.pop(key, None)
        self._damaged.pop(key, None)
        try:
            number = take_packed(self._reader, path, descriptor, self._is_owned, pulse)
        except Invalid as error:
            self._done[key], self._damaged[key] = mark, f"{error.message} {error.hint}"
            raise
        if number is not None:
            self._done[key] = mark
            self._unpacked.add(number)

    def _is_owned(self, number: int) -> bool:
        """Whether an open file is being read as the one of that number in the inbox."""
        return any(tail.id == number for tail in self._tails.values())

    def _look(self, tail: Tail, now: float, pulse: Pulse) -> None:
        pulse()
        try:
            tail.look(now, self._is_owned, pulse)
        except Cut:
            self._cut(tail)
        except OSError as error:
            self._troubles[tail.path] = f"{tail.path} cannot be read: {error.strerror}."
            self._drop(tail)
        if tail.copy_of:
            self._copies[tail.key] = tail.mark(), tail.copy_of
            self._drop(tail)

    def _cut(self, tail: Tail) -> None:
        """Note what may be missing, and begin the file anew; its copy is found by a survey."""
        self._note_truncated(tail.path, tail.waiting)
        tail.restart()
        self._next_survey = 0.0

    def _note_truncated(self, path: Path, lost: int | None) -> None:
        """A file was truncated, with so many bytes that had been seen and not been taken."""
        when = (
            "while nobody watched it" if lost is None else f"when {lost} bytes were not taken yet"
        )
        self._note(
            "truncated",
            f"{path} was truncated, or written anew in place, {when}. A copy beside it is read on."
            " What was written between the copy and the truncation may be missing: let rotation"
            " rename the file instead.",
            lost,
        )

    def _note_vanished(self, name: Path, file: TakenFile) -> None:
        self._note(
            "vanished",
            f"{name} was read up to byte {file.position}. Neither it nor a file beside it goes on"
            " from there: what was written to it afterwards may be missing.",
            None,
        )

    def _note(self, kind: str, words: str, lost: int | None) -> None:
        self._inbox.note_gap(Gap(self._source.id, kind, self._clock(), None, lost, words))
        self._say(f"{self.name}: {words}")

    def _left_off(self, names: Sequence[Path]) -> dict[Path, TakenFile]:
        """Which file was taken from last under each live name, when we were here before."""
        self._left_places = self._inbox.files.followed(self._source)
        self._places = dict(self._left_places)
        latest = {name: self._inbox.files.latest_at(self._source, str(name)) for name in names}
        return {name: file for name, file in latest.items() if file}

    def _seek(self, sought: dict[Path, TakenFile]) -> None:
        """Note a gap where the file that was read before is not what it was, and not elsewhere."""
        if self._settling:
            return
        there = {tail.id for tail in self._tails.values()} | self._unpacked
        for name, file in list(sought.items()):
            live = self._live.get(name)
            tail = self._tails.get(key_of(live)) if live else None
            if tail and tail.id != file.id and tail.place == self._left_places.get(str(name)):
                self._note_truncated(name, None)
            elif file.id not in there and tail and tail.id:
                self._note_vanished(name, file)
            elif file.id not in there:
                continue
            del sought[name]

    def _settle_places(self) -> None:
        """Keep which file each live name stands for, once something was taken of it."""
        for name, status in self._live.items():
            tail = self._tails.get(key_of(status))
            if tail and tail.id and (place := tail.place) != self._places.get(str(name)):
                self._inbox.files.note_followed(self._source, str(name), place)
                self._places[str(name)] = place

    def _part(self, tail: Tail, now: float, pulse: Pulse) -> None:
        """Close a file that is quiet: for good after its rotation, else until it changes."""
        live = self._live.get(tail.live)
        quiet = now - tail.grown
        if live and key_of(live) == tail.key:
            is_over = quiet >= _RESTING and not tail.waiting
        elif live and live.st_size:
            is_over = quiet >= self._grace
        else:
            # Nobody knows whether the vault has begun another file.
            is_over = quiet >= _RESTING and str(tail.live) not in self._patterns
        if not is_over or tail.key not in self._tails:
            return
        with self._troubled(tail.path):
            try:
                tail.finish(self._is_owned, pulse)
            except Cut:
                self._cut(tail)
                return
            if tail.looked:
                self._done[tail.key] = tail.looked
            self._drop(tail)

    def _drop(self, tail: Tail) -> None:
        if self._tails.pop(tail.key, None):
            tail.close()
