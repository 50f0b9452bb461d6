"""A disk that loses power: what a process wrote, as strace saw it, and what may be left of it.

What was synced is there. Of everything else each page of 4 KiB is there as it was at some moment
since the last sync, and a file that was made, renamed or deleted is there, or not, under a name in
a folder that was not synced since (POSIX promises no more).
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from random import Random

PAGE = 4096
CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,"
    "mkdir,mkdirat,rmdir,close,lseek,fallocate,writev,pwritev,pwritev2,dup,dup2,dup3,truncate,link"
)
_MODELLED = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "close", "lseek")
_CALL = re.compile(rb"^(\d+) +(\w+)\((.*)\) += (-?\d+)")
_BEGUN = re.compile(rb"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_ENDED = re.compile(rb"^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)")
_TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Call:
    """A system call that succeeded: its texts decoded, its other arguments as they were written."""

    name: str
    texts: tuple[bytes, ...]
    words: tuple[str, ...]
    answer: int

    @property
    def handle(self) -> int:
        """The descriptor that it is about."""
        return int(self.words[0])


def traced(words: list[str], trace: Path, **options: object) -> list[Call]:
    """Run a process to its end; answers its calls in order."""
    strace = ["strace", "-f", "-o", str(trace), "-e", f"trace={CALLS}", "-xx", "-s", "100000000"]
    done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  our own program
        [*strace, "-e", "signal=none", "--", *words], check=False, capture_output=True, **options
    )
    assert done.returncode == 0, done.stderr.decode()
    with trace.open("rb") as lines:
        return list(_calls(lines))


def _calls(lines: Iterable[bytes]) -> Iterator[Call]:
    begun: dict[bytes, bytes] = {}
    for line in lines:
        if found := _BEGUN.match(line):
            begun[found[1]] = found[3]
            continue
        if found := _ENDED.match(line):
            rest = begun.pop(found[1]) + found[3]
        elif found := _CALL.match(line):
            rest = found[3]
        else:
            continue
        if int(found[4]) >= 0:
            texts = tuple(
                bytes.fromhex(text.replace(b"\\x", b"").decode()) for text in _TEXT.findall(rest)
            )
            words = tuple(_TEXT.sub(b'""', rest).decode().split(", "))
            yield Call(found[2].decode(), texts, words, int(found[4]))


@dataclass
class File:
    """A file: what is on disk for certain, and what was done to it since, in order."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    size: int = 0

    def write(self, place: int, content: bytes) -> None:
        """Write."""
        self.since.append((place, content))
        self.size = max(self.size, place + len(content))

    def truncate(self, size: int) -> None:
        """Make it shorter, or longer."""
        self.since.append((size, None))
        self.size = size

    def sync(self) -> None:
        """Let everything be on disk."""
        for place, content in self.since:
            _do(self.synced, place, content)
        self.since = []

    @property
    def content(self) -> bytes:
        """What it holds while there is power."""
        whole = bytearray(self.synced)
        for place, content in self.since:
            _do(whole, place, content)
        return bytes(whole)

    @property
    def is_overwritten(self) -> bool:
        """Whether something that was synced has been written over since."""
        return any(content and place < len(self.synced) for place, content in self.since)

    def left(self, random: Random) -> bytes:
        """What may be left of it."""
        kept = bytearray(self.synced)
        how = random.choice(("nothing", "everything", "pages", "pages"))
        if how == "nothing":
            return bytes(kept)
        until: dict[int, int] = {}
        whole = random.randint(0, len(self.since))
        for number, (place, content) in enumerate(self.since):
            if content is None:
                if how == "everything" or number < whole:
                    _do(kept, place, None)
                continue
            for start, piece in _pieces(place, content):
                moment = until.setdefault(start // PAGE, random.randint(0, len(self.since)))
                if how == "everything" or number < moment:
                    _do(kept, start, piece)
        return bytes(kept)


def _pieces(place: int, content: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut what is written where pages end."""
    end = place + len(content)
    start = place
    while start < end:
        stop = min(end, (start // PAGE + 1) * PAGE)
        yield start, content[start - place : stop - place]
        start = stop


def _do(content: bytearray, place: int, written: bytes | None) -> None:
    if written is None:
        del content[place:]
        content.extend(bytes(place - len(content)))
        return
    content.extend(bytes(max(0, place - len(content))))
    content[place : place + len(written)] = written


@dataclass
class Folder:
    """A folder: its names now, those that are on disk for certain, and what changed since."""

    names: dict[str, "File | Folder"] = field(default_factory=dict)
    synced: dict[str, "File | Folder"] = field(default_factory=dict)
    since: list[dict[str, "File | Folder | None"]] = field(default_factory=list)

    def change(self, change: dict[str, "File | Folder | None"]) -> None:
        """Give or take names, all at once; `None` takes one."""
        self.since.append(change)
        _rename(self.names, change)

    def sync(self) -> None:
        """Let every name be on disk."""
        self.synced, self.since = dict(self.names), []

    def left(self, random: Random) -> dict[str, "File | Folder"]:
        """What names may be left: the changes up to some moment, or any of them."""
        kept = dict(self.synced)
        moment = random.choice((0, len(self.since), random.randint(0, len(self.since))))
        any_of_them = random.random() < 0.5
        for number, change in enumerate(self.since):
            if random.random() < 0.5 if any_of_them else number < moment:
                _rename(kept, change)
        return kept


def _rename(names: dict[str, File | Folder], change: dict[str, File | Folder | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


@dataclass
class _Handle:
    node: File | Folder
    place: int = 0


@dataclass
class Disk:
    """Everything below a folder, which is there and synced before anything happens.

    `said` are the lines that the process has written to its standard output.
    """

    root: Path
    top: Folder = field(default_factory=Folder)
    said: list[str] = field(default_factory=list)
    handles: dict[int, _Handle] = field(default_factory=dict)

    def do(self, call: Call) -> bool:
        """Let a call happen; answers whether it changed anything that power loss can show."""
        if call.name in ("openat", "mkdir", "unlink", "rmdir", "rename"):
            return self._by_name(call)
        if call.name == "write" and call.handle == 1:
            self.said += call.texts[0].decode().splitlines()
            return True
        handle = self.handles.get(call.handle)
        if handle is None:
            return False
        assert call.name in _MODELLED, f"A disk cannot do {call.name} yet."
        return self._by_handle(call, handle)

    def _by_handle(self, call: Call, handle: _Handle) -> bool:
        node = handle.node
        if call.name == "close":
            del self.handles[call.handle]
        elif call.name == "lseek":
            handle.place = call.answer
        elif call.name in ("fsync", "fdatasync"):
            node.sync()
        elif isinstance(node, File) and call.name == "ftruncate":
            node.truncate(int(call.words[1]))
        elif isinstance(node, File) and call.name == "pwrite64":
            node.write(int(call.words[-1]), call.texts[0][: call.answer])
        elif isinstance(node, File) and call.name == "write":
            node.write(handle.place, call.texts[0][: call.answer])
            handle.place += call.answer
        return call.name not in ("close", "lseek")

    def _by_name(self, call: Call) -> bool:
        paths = [Path(text.decode()) for text in call.texts]
        if not all(path.is_relative_to(self.root) for path in paths):
            return False
        if call.name == "openat":
            return self._open(paths[0], call)
        folder, name = self._find(paths[0].parent), paths[0].name
        if call.name == "mkdir":
            folder.change({name: Folder()})
        elif call.name in ("unlink", "rmdir"):
            folder.change({name: None})
        else:
            assert paths[1].parent == paths[0].parent, "A disk cannot move between folders yet."
            folder.change({paths[1].name: folder.names[name], name: None})
        return True

    def _open(self, path: Path, call: Call) -> bool:
        flags = call.words[2]
        if path == self.root:
            self.handles[call.answer] = _Handle(self.top)
            return False
        folder = self._find(path.parent)
        is_new = path.name not in folder.names
        if is_new:
            assert "O_CREAT" in flags, path
            folder.change({path.name: File()})
        node = folder.names[path.name]
        handle = self.handles[call.answer] = _Handle(node)
        if isinstance(node, File) and "O_TRUNC" in flags and node.size:
            node.truncate(0)
        if isinstance(node, File) and "O_APPEND" in flags:
            handle.place = node.size
        return is_new

    def _find(self, path: Path) -> Folder:
        folder = self.top
        for part in path.relative_to(self.root).parts:
            node = folder.names[part]
            assert isinstance(node, Folder)
            folder = node
        return folder

    def found(self, pattern: str) -> Iterator[File | Folder]:
        """What is called like that, wherever it is now."""
        folders = [self.top]
        for folder in folders:
            for name, node in folder.names.items():
                if isinstance(node, Folder):
                    folders.append(node)
                if fnmatch(name, pattern):
                    yield node

    def lose_power(self, random: Random, target: Path) -> int:
        """Write into a new folder what may be left; answers how many files lack something."""
        return _lay(self.top, random, target)


def _lay(folder: Folder, random: Random, target: Path) -> int:
    target.mkdir()
    lacking = 0
    for name, node in folder.left(random).items():
        if isinstance(node, Folder):
            lacking += _lay(node, random, target / name)
        elif not name.endswith("-shm"):
            # The index of a log of SQLite is memory: it is made anew.
            content = node.left(random)
            (target / name).write_bytes(content)
            lacking += content != node.content
    return lacking
