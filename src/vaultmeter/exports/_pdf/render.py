"""Sets one document in a process of its own: JSON comes in, the PDF goes out.

The process has limits of memory and time, an empty folder for its root, and no network where the
system lets it give that up. It runs without anything else of this program: whatever it is made to
do by what it sets, there is nothing here to take.
"""

import contextlib
import ctypes
import json
import resource
import sys
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).parent
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def main() -> None:
    """Set what comes in."""
    _limit(*map(int, sys.argv[1:3]))
    import typst  # noqa: PLC0415  after the limits are set

    fonts = typst.Fonts(include_system_fonts=True, font_paths=[str(_HERE / "fonts")])
    template = (_HERE / "template.typ").read_bytes()
    # From here on nothing is read but what comes in.
    leave_network()
    told = sys.stdin.buffer.read()
    with TemporaryDirectory(prefix="vaultmeter-") as root:
        try:
            sys.stdout.buffer.write(_set(told, template, fonts, root))
        except typst.TypstError as error:
            sys.exit(error.message)


def _limit(memory: int, seconds: int) -> None:
    """Take no more than this; and leave no image of what was in memory."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_network() -> bool:
    """Move to a network with nobody in it; answers whether the system lets a process do so."""
    # Not every system does; the template asks for nothing from a network either way.
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0)
    return False


def _set(told: bytes, template: bytes, fonts: "typst.Fonts", root: str) -> bytes:
    """The PDF, by the accessibility standard where every sign has a glyph."""
    import typst  # noqa: PLC0415  after the limits are set

    made = int(datetime.fromisoformat(json.loads(told)["made_at"]).timestamp())
    compiler = typst.Compiler(
        template,
        root=root,
        font_paths=fonts,
        sys_inputs={"document": told.decode()},
        package_path=str(Path(root) / "packages"),
        package_cache_path=str(Path(root) / "cache"),
    )
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=made))
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        # A sign that no font here has stands as a box; the standard allows none.
        return _bytes(compiler.compile(template, format="pdf", timestamp=made))


def _bytes(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("one PDF is one string of bytes")
    return made


if __name__ == "__main__":
    main()
