"""What the tests of connectors share: one run of a real OpenBao server, with what was done there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.connectors.openbao_deeds import Deeds
from tests.connectors.openbao_server import running
from tests.connectors.openbao_setting import set_up
from tests.connectors.openbao_work_with_keys import work_with_keys
from tests.connectors.openbao_work_with_secrets import work_with_secrets
from tests.connectors.openbao_work_with_tokens import work_with_tokens
from tests.connectors.postgresql_server import postgresql


@dataclass(frozen=True)
class Day:
    """A server's life: what was done, and the logs of both devices, one of them rotated."""

    deeds: Deeds
    log: Path
    rotated_log: Path
    log_after_rotation: Path


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Run a server, work with it, rotate a log in the middle, and stop it."""
    with postgresql() as database_port, running(tmp_path_factory.mktemp("openbao")) as server:
        deeds = Deeds(server)
        setting = set_up(deeds, database_port)
        work_with_secrets(setting)
        work_with_keys(setting)
        rotated = server.rotate(server.other_log)
        work_with_tokens(setting)
        yield Day(deeds, server.log, rotated, server.other_log)
