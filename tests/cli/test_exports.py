"""Checks files by command: the same bytes whoever makes them, downloaded, listed and verified."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Ask
from tests.cli.ways import way_to

SPRING = ("--from", "2026-02-01", "--to", "2026-06-30")


@pytest.mark.parametrize("way_name", ["folder", "url"])
def test_a_file_is_made_and_verified(
    ask: Ask, simulated: Path, tmp_path: Path, way_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are those of the report; a changed byte is found, without folder or server."""
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "place" / "data"
    shutil.copytree(simulated, data)
    with way_to(way_name, ask, data) as way:
        options = ("--report", "users", *SPRING, "--format", "csv", "--bare")
        made = way("export", *options, "--output", "users.csv")
        assert made.code == 0, made.err
        assert "Its manifest is beside it" in made.err
        report = ask(*way.words, "report", "users", *SPRING, "--format", "csv")
        assert Path("users.csv").read_text("utf-8").replace("\r", "") == report.out.replace(
            "\r", ""
        )
        (row,) = json.loads(ask(*way.words, "exports", "list", "--json").out)
        assert (row["state"], row["title"]) == ("made", "Users")
        assert way("exports", "download", str(row["id"])).code == 0
        assert Path(row["name"]).read_bytes() == Path("users.csv").read_bytes()
        again = way("exports", "download", str(row["id"]))
        assert (again.code, "already" in again.err) == (2, True)
        assert way("verify", "users.csv").code == 0
        (key,) = json.loads(ask(*way.words, "verify", "--own-key", "--json").out)
        assert way("exports", "remove", str(row["id"])).code == 0
        assert way("exports", "show", str(row["id"])).code == 3
    trusted = ("--fingerprint", key["fingerprint"], "--json")
    whole = ask("verify", "users.csv", *trusted)
    assert (whole.code, json.loads(whole.out)["right"]) == (0, True)
    content = bytearray(Path("users.csv").read_bytes())
    content[-5] ^= 1
    Path("users.csv").write_bytes(content)
    changed = ask("verify", "users.csv", *trusted)
    assert (changed.code, json.loads(changed.out)["right"]) == (1, False)


def test_what_cannot_be_exported_or_verified(ask: Ask, simulated: Path, tmp_path: Path) -> None:
    """Each mistake has its exit code and says what to do."""
    there = ("--data", simulated)
    for words, code in (
        (("export",), 2),
        (("export", "--report", "users", "--view", "v1"), 2),
        (("export", "--report", "users", "--background"), 2),
        (("export", "--report", "users", "--format", "exe"), 3),
        (("export", "--report", "users", "--password-file", tmp_path / "none"), 5),
        (("verify",), 2),
        (("verify", tmp_path / "none"), 3),
    ):
        answer = ask(*there, *words)
        assert answer.code == code, answer
        assert answer.err.startswith("vaultmeter: ")
    assert ask("--data", tmp_path / "nowhere", "verify", __file__).code == 3
    assert not (tmp_path / "nowhere").exists()
