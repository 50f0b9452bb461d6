"""`vaultmeter` and `python -m vaultmeter`."""

import gc
import sys

from vaultmeter import __version__

_YOUNG = 20_000
"""How many new objects are looked through for garbage at once: what modules make stays anyway."""


def main() -> None:
    """Run the command line; the version is answered without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        print(f"vaultmeter {__version__}")
        return
    gc.set_threshold(_YOUNG)
    from vaultmeter.cli import run  # noqa: PLC0415  --version answers without this import

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
