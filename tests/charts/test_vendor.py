"""Third-party browser code: what is in the repository is what the lock file says."""

import json
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_VENDOR = _ROOT / "src" / "vaultmeter" / "console" / "static" / "vendor"
_BROWSER = _ROOT / "browser"


def _versions() -> dict[str, tuple[str, str]]:
    lines = (_VENDOR / "VERSIONS.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.split(" ") for line in lines]
    return {name: (version, licence) for name, version, licence in parts}


def _locked() -> dict[str, dict[str, str]]:
    lock = json.loads((_BROWSER / "package-lock.json").read_text(encoding="utf-8"))
    packages: dict[str, dict[str, str]] = lock["packages"]
    return {path.removeprefix("node_modules/"): each for path, each in packages.items() if path}


def test_versions_are_those_of_the_lock_file() -> None:
    """A version that was built is the version that is locked."""
    locked = _locked()
    for name, (version, licence) in _versions().items():
        assert locked[name]["version"] == version
        assert locked[name]["license"] == licence


def test_every_bundled_package_has_its_licence_beside_it() -> None:
    """Each package is named with its licence's text; all licences let us pass the code on."""
    texts = (_VENDOR / "LICENCES.txt").read_text(encoding="utf-8").split("-" * 80)
    heads = [text.strip().partition("\n")[0] for text in texts]
    assert heads == [f"{name} {version}" for name, (version, _) in _versions().items()]
    assert all(len(text) > 300 for text in texts)
    assert {licence for _, licence in _versions().values()} <= {"ISC", "BSD-3-Clause", "0BSD"}


def test_what_pages_load_is_bundled() -> None:
    """Vega's parser, its interpreter without eval, and htmx are all there."""
    assert {"vega-parser", "vega-interpreter", "vega-view", "htmx.org"} <= _versions().keys()


def test_the_built_htmx_is_the_locked_one() -> None:
    """The file names its own version."""
    built = (_VENDOR / "htmx.js").read_text(encoding="utf-8")
    assert f'version:"{_versions()["htmx.org"][0]}"' in built


def test_versions_that_we_ask_for_are_exact() -> None:
    """package.json has no ranges, so that a new install brings nothing new."""
    package = json.loads((_BROWSER / "package.json").read_text(encoding="utf-8"))
    asked = {**package["dependencies"], **package["devDependencies"]}
    assert {name: _locked()[name]["version"] for name in asked} == asked


@pytest.mark.parametrize("name", ["package-lock.json", "package.json", ".npmrc"])
def test_no_registry_is_written_down(name: str) -> None:
    """Where packages come from is the business of the machine that builds."""
    text = (_BROWSER / name).read_text(encoding="utf-8")
    assert not re.search(
        r'"resolved"|registry\s*=|://(?!opencollective|github|[\w.]*funding)', text
    )
