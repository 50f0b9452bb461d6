"""What the tests of the server share: servers as processes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.server.serving import Serving, end_with_process

NewServing = Callable[..., Serving]


@pytest.fixture
def new_serving(tmp_path: Path) -> Iterator[NewServing]:
    """Give servers of data folders, each of which is gone at the end."""
    made: list[Serving] = []

    def make(data: Path | None = None, **settings: str) -> Serving:
        made.append(Serving(data or tmp_path / "data", settings))
        return made[-1]

    yield make
    for serving in made:
        end_with_process(serving)
