"""What the tests of connectors share: one run of a real OpenBao server, and what was done there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from tests.connectors.openbao_deeds import Deeds
from tests.connectors.openbao_server import Client, running
from tests.connectors.openbao_setting import Setting, set_up
from tests.connectors.openbao_work_with_keys import work_with_keys
from tests.connectors.openbao_work_with_secrets import work_with_secrets
from tests.connectors.openbao_work_with_tokens import work_with_tokens
from tests.connectors.postgresql_server import postgresql

_RAW_DEVICE = """
audit "file" "raw" {{
  options {{
    file_path = "{path}"
    log_raw   = "true"
  }}
}}
"""


@dataclass(frozen=True)
class Day:
    """A server's life: what was done, and the logs of its devices.

    The log of one of them was rotated, and another one logs clear values.
    """

    deeds: Deeds
    log: Path
    rotated_log: Path
    log_after_rotation: Path
    raw_log: Path


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Run a server, work with it, rotate a log in the middle, and stop it."""
    folder = tmp_path_factory.mktemp("openbao")
    raw_log = folder / "raw.log"
    raw_device = _RAW_DEVICE.format(path=raw_log)
    with postgresql() as database_port, running(folder, raw_device) as server:
        deeds = Deeds(server.client)
        setting = set_up(deeds, database_port)
        work_with_secrets(setting)
        work_with_keys(setting)
        with busy(setting, Client(server.port)):
            rotated = server.rotate(server.other_log)
        work_with_tokens(setting)
    return Day(deeds, server.log, rotated, server.other_log, raw_log)


@contextmanager
def busy(setting: Setting, client: Client) -> Iterator[None]:
    """Have somebody read a secret again and again while the block runs."""
    eve, begun, over = setting.sign_in("eve"), Event(), Event()

    def read() -> int:
        count = 0
        while not over.is_set():
            sent = {"X-Vault-Token": str(eve.token)}
            assert client.call("GET", "kv/data/app/db", None, sent)[0] == 200
            count += 1
            begun.set()
        return count

    with ThreadPoolExecutor(1) as reader:
        counting = reader.submit(read)
        try:
            begun.wait()
            yield
        finally:
            over.set()
    client.close()
    count = counting.result()
    setting.deeds.note(eve, "secret_read", "ok", requests=count)
    setting.deeds.note_item("", "kv/app/db", "secret_read", "ok", requests=count)
