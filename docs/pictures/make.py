"""Makes the terminal pictures of the documentation from real reports on the demo data."""  # noqa: INP001  a script

import os
import re
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

_HERE = Path(__file__).parent
_SAMPLE = Path("src/vaultmeter/demo/sample/audit.log.gz")
_FILL = (
    f"vaultmeter ingest openbao {_SAMPLE} --account acme",
    "vaultmeter simulate --events 200000 --items 1500 --months 12 --seed 7 --until 2026-11-21",
)
_SHOWN = (
    "vaultmeter report overview --from 2026-10-23 --to 2026-11-21",
    "vaultmeter report items --from 2026-10-23 --to 2026-11-21 --limit 8",
)
_THEME = TerminalTheme(
    background=(24, 26, 31),
    foreground=(208, 212, 220),
    normal=[
        (58, 63, 75),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (208, 212, 220),
    ],
)
_FONT = re.compile(r"@font-face \{.*?\}\s*|<!-- Generated .*?-->\s*", re.DOTALL)
"""Rich makes a picture that has a font fetched from elsewhere; this one fetches nothing."""


def main() -> None:
    """Fill a data folder, ask the reports, and draw what a terminal shows."""
    with tempfile.TemporaryDirectory() as data:
        for command in _FILL:
            _output(command, data)
        lines = [line for command in _SHOWN for line in _scene(command, data)]
    width = max(line.cell_len for line in lines)
    console = Console(record=True, width=width, file=Path(os.devnull).open("w"))  # noqa: SIM115  for the length of a script
    for line in lines:
        console.print(line, soft_wrap=True)
    picture = console.export_svg(title="vaultmeter", theme=_THEME, unique_id="vaultmeter")
    (_HERE / "report.svg").write_text(_FONT.sub("", picture), "utf-8")


def _scene(command: str, data: str) -> list[Text]:
    shown = Text.assemble(("$ ", "dim"), (command, "bold green"))
    answer = [Text.from_ansi(line.rstrip()) for line in _output(command, data).splitlines()]
    for line in answer:
        line.rstrip()
    return [shown, *answer, Text()]


def _output(command: str, data: str) -> str:
    environment = os.environ | {"VAULTMETER_DATA": data, "FORCE_COLOR": "1"}
    return subprocess.run(  # noqa: S603  our own commands
        command.split(), env=environment, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
