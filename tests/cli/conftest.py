"""What the tests of commands share: a folder with data, and commands asked in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vaultmeter.cli import run

Ask = Callable[..., "Answer"]


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Give a function that runs a command line in this process, to its end."""

    def asked(*words: Path | str) -> Answer:
        capsys.readouterr()
        code: int | str | None = 0
        try:
            run([str(word) for word in words])
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        assert isinstance(code, int)
        return Answer(code, printed.out, printed.err)

    return asked


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the data folder of a small invented organisation."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    options = "--events 4000 --identities 40 --items 90 --months 6 --seed 3 --until 2026-07-01"
    with pytest.raises(SystemExit) as end:
        run(["--data", str(folder), "simulate", *options.split()])
    assert not end.value.code
    return folder
