"""What the tests of people share."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from tests.access.people import People
from tests.conftest import SetClock


@pytest.fixture
def nobody_there(tmp_path: Path, untouched: Path) -> Path:
    """Give a folder with the state of one in which nobody is yet: its tables are not made anew."""
    folder = tmp_path / "people"
    folder.mkdir()
    copyfile(untouched / "state.sqlite", folder / "state.sqlite")
    return folder


@pytest.fixture
def people(nobody_there: Path) -> Iterator[People]:
    """Give the people of a new folder, and a clock that stands still."""
    made = People.of(nobody_there, SetClock())
    yield made
    made.access.state.close()
