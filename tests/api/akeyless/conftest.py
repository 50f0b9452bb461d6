"""Servers for the calls of Akeyless: one that holds the real sample, and one that holds nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.api.akeyless.sdk import VERSIONS, Sdk, Served, admin_key, sdk_of
from tests.conftest import run_json
from tests.server.serving import Serving, end_with_process, until

from vaultmeter.demo.sample import audit_log


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that holds the real sample."""
    data = tmp_path_factory.mktemp("akeyless") / "data"
    run_json("--data", data, "ingest", "openbao", audit_log(), "--account", "acme", "--json")
    with _serving(data) as made:
        yield made


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that holds nothing."""
    with _serving(tmp_path_factory.mktemp("empty") / "data") as made:
        yield made


@pytest.fixture(scope="session", params=VERSIONS)
def sdk(request: pytest.FixtureRequest, served: Served) -> Iterator[Sdk]:
    """Give the SDK, in each version, at the server with the sample."""
    with sdk_of(request.param, served.host) as made:
        yield made


@pytest.fixture(scope="session")
def token(sdk: Sdk, served: Served) -> str:
    """Give a token that may do everything."""
    return sdk.token(served.admin)


@contextmanager
def _serving(data: Path) -> Iterator[Served]:
    key = admin_key(data)
    serving = Serving(data, {"VAULTMETER_API_RATE": "0"})
    serving.start()
    try:
        until(lambda: serving.components().get("store", (False, ""))[0], "the store is open")
        yield Served(serving, key)
        assert serving.stop() == 0, serving.log.read_text()
    finally:
        end_with_process(serving)
