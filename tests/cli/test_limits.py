"""`vaultmeter limits`: what is set is listed, holds for reports, and goes again."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ask


def held(ask: Ask, data: Path) -> list[Any]:
    """The limits of a folder, as JSON."""
    found: list[Any] = json.loads(ask("--data", data, "limits", "list", "--json").out)
    return found


def test_set_list_and_remove(ask: Ask, tmp_path: Path) -> None:
    """A limit takes the place of the one of its product, account and month, and no other's."""
    data = tmp_path / "data"
    assert "There is no limit" in ask("--data", data, "limits", "list").out
    for words in ("sm 400", "sm 500", "sm 600 --from 2026-11", "sm none --from 2027-01"):
        assert ask("--data", data, "limits", "set", *words.split()).code == 0
    answer = ask("--data", data, "limits", "set", "pm", "40", "--account", "acme/finance/")
    assert answer.out == "pm, acme/finance: 40 clients a month.\n"
    assert "There is no account 'acme/finance' so far." in answer.err
    assert [tuple(limit.values()) for limit in held(ask, data)] == [
        ("pm", "acme/finance", None, 40),
        ("sm", "*", None, 500),
        ("sm", "*", "2026-11", 600),
        ("sm", "*", "2027-01", None),
    ]
    listed = ask("--data", data, "limits", "list").out
    assert "sm, the whole organisation: any number of clients a month from 2027-01 on." in listed
    assert ask("--data", data, "limits", "remove", "sm", "--from", "2026-11").code == 0
    assert [limit["clients"] for limit in held(ask, data)] == [40, 500, None]
    assert ask("--data", data, "limits", "remove", "sm").code == 0
    assert [limit["product"] for limit in held(ask, data)] == ["pm"]


def test_a_limit_holds_for_reports_and_the_document(ask: Ask, simulated: Path) -> None:
    """What is set shows in the reports and in the jq line that asks who exceeded."""
    spring = ("--from", "2026-03-01", "--to", "2026-03-31")
    asked = ("report", "clients", "--product", "sm", "--format", "json", *spring)
    before = json.loads(ask("--data", simulated, *asked).out)["rows"][0]
    limit = before["total"] - 2
    ask("--data", simulated, "limits", "set", "sm", str(limit))
    try:
        after = json.loads(ask("--data", simulated, *asked).out)["rows"][0]
        document = ask(
            "--data", simulated, "get-analytics-data", *spring, "--jq-expression",
            "[.clients_usage_reports.sm.clients[] | select(.exceeded_clients > 0)] | length",
        )  # fmt: skip
    finally:
        ask("--data", simulated, "limits", "remove", "sm")
    assert (after["actual"], after["exceeded"], after["limit"]) == (limit, 2, limit)
    assert before["exceeded"] == 0
    assert document.out == "2\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("set sn 5", 2, "Unknown product 'sn'."),
        ("set sm many", 2, "'many' is no number of clients. Write 500, or none"),
        ("set sm 99999999999", 2, "'99999999999' is no number of clients."),
        ("set sm 5 --from 2026-13", 2, "--from '2026-13' is no month. Write 2026-11."),
        ("set sm 5 --from 2026-11-01", 2, "is no month. Write 2026-11."),
        ("set sm 5 --account acme/*", 2, "'acme/*' is not one account."),
        ("set sm 5 --account /", 2, "'/' is not one account."),
        ("set sm none", 2, "A limit that never held needs no end."),
        ("remove sm", 3, "sm has no limit for the whole organisation."),
        ("remove sm --account acme --from 2026-11", 3, "sm has no limit for acme from 2026-11 on."),
    ],
)
def test_what_is_wrong_is_said(ask: Ask, tmp_path: Path, words: str, code: int, said: str) -> None:
    """A mistake changes nothing and says what to write instead."""
    answer = ask("--data", tmp_path / "data", "limits", *words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said in " ".join(answer.err.split())
    assert held(ask, tmp_path / "data") == []
