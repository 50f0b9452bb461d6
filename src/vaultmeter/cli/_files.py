"""How commands bring a file of reports to where it is wanted, with its manifest beside it."""

import shutil
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from vaultmeter.cli._asking import Here, Question, There, operator
from vaultmeter.cli._options import write_out
from vaultmeter.model.errors import Invalid, Unavailable

SUFFIX = ".manifest.json"
SHOW = Question("GET /exports/{number}", "vaultmeter.exporting.keeping:show")


def first_line(path: Path) -> str:
    """The password in a file: its first line. Raises `Unavailable` and `Invalid`."""
    try:
        line = path.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be read: {error}.", "Check the file.") from error
    if not line:
        raise Invalid(f"{path} has no password in its first line.", "Write one there.")
    return line


def place_of(output: Path | None, name: str) -> Path:
    """Where a file of that name goes; raises `Invalid` where another one would be overwritten."""
    if output is not None:
        return output / name if output.is_dir() else output
    if Path(name).exists():
        raise Invalid(f"There is a file {name} already.", "Say where to: --output FILE.")
    return Path(name)


def download(there: Here | There, told: dict[str, Any], output: Path | None) -> Path:
    """Bring a file that is made, and its manifest; answers where it is.

    Raises `Unavailable` where what came is not what was made.
    """
    place, number = place_of(output, told["name"]), told["id"]
    if isinstance(there, Here):
        # What a server is asked needs none of what a folder does.
        from vaultmeter.exporting import keeping  # noqa: PLC0415

        known = there.app.recovering(lambda: keeping.open_file(there.app, operator(), number))
        write_out(place, lambda out: _copied(known.path, out))
        write_out(_beside(place), lambda out: _copied(known.manifest_path, out))
    else:
        write_out(place, lambda out: _fetched(there, told, out))
        manifest = ("exports", str(number), "manifest")
        write_out(_beside(place), lambda out: there.server.fetch(*manifest, out=out))
    return place


def _beside(place: Path) -> Path:
    return place.with_name(place.name + SUFFIX)


def _copied(path: Path, out: IO[bytes]) -> None:
    with path.open("rb") as file:
        shutil.copyfileobj(file, out)


class _Hashed:
    """A file that remembers the SHA-256 of what is written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.digest = out, sha256()

    def write(self, part: bytes) -> int:
        """Write a part."""
        self.digest.update(part)
        return self._out.write(part)


def _fetched(there: There, told: dict[str, Any], out: IO[bytes]) -> None:
    hashed = _Hashed(out)
    there.server.fetch("exports", str(told["id"]), "file", out=hashed)
    if hashed.digest.hexdigest() != told["sha256"]:
        raise Unavailable("The file did not come whole.", "Download it again: exports download.")
