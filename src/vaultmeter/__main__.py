"""`vaultmeter` and `python -m vaultmeter`."""

import sys

from vaultmeter import __version__


def main() -> None:
    """Run the command line; the version is answered without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        print(f"vaultmeter {__version__}")
        return
    from vaultmeter.cli import run  # noqa: PLC0415  --version answers without this import

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
