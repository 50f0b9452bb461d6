"""What the tests of people share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.people import People
from tests.conftest import SetClock


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """Give the people of a new folder, and a clock that stands still."""
    (tmp_path / "people").mkdir()
    made = People.of(tmp_path / "people", SetClock())
    yield made
    made.access.state.close()
