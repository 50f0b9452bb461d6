"""Settings, what holds for everybody: each preview held against reports and the command line."""

from typing import Any

import pytest
from tests.console.asked import Console

PROPOSED = "/settings/definitions?proposed=1&intent-use=1&minimum=3&dormancy=60&grace=7"


def _status_rows(console: Console, path: str) -> dict[str, list[str]]:
    shown = console.swap(path, "effect")
    return {row[0]: row[1:] for row in shown.rows("#effect table")}


def test_a_definition_is_counted_while_it_is_typed(own_console: Console) -> None:
    """The effect has the same people by status as the command line's preview, and names them."""
    told = own_console.ask(
        "definitions", "preview", "--intent", "use", "--minimum", "3", "--dormancy", "60", "--json"
    )
    rows = _status_rows(own_console, PROPOSED)
    for status, word in (("active", "Active"), ("passive", "Passive"), ("inactive", "Inactive")):
        assert rows[word][:2] == [str(told["old"][status]), str(told["new"][status])], status
    shown = own_console.swap(PROPOSED, "effect")
    active = told["old"]["active"], told["new"]["active"]
    assert f"Active {active[0]} → {active[1]} people" in shown.text("#effect .effect")
    moved = [text.split()[0] for text in shown.texts("#effect .moved li")]
    assert moved == [row["user"] for row in told["rows"][:20]]


def test_what_is_no_number_is_told_in_the_effect(own_console: Console) -> None:
    """A setting that cannot be read stops nothing but its own preview."""
    shown = own_console.swap(f"{PROPOSED}&window=soon", "effect")
    assert "Window is 'soon'." in shown.text("#effect [role=alert]")


def test_a_reader_reads_definitions_and_saves_none(own_console: Console) -> None:
    """Whoever may not set them sees the effect, is offered no button, and is refused by address."""
    reader = own_console.as_("reader")
    shown = reader.get(PROPOSED)
    assert shown.soup.select("#effect .effect")
    assert not shown.soup.select("form[action='/settings/definitions/save']")
    refused = reader.post("/settings/definitions/save", {"held": "1", "reason": "Mine"})
    assert refused.status == 403
    assert "definitions" in refused.text(".notice")


def test_a_definition_is_saved_as_a_version_with_a_reason(own_console: Console) -> None:
    """Reports follow the new version; the trail has the reason; an old page saves nothing."""
    held = own_console.ask("definitions", "show", "--json")["status"]["version"]
    given = {"proposed": "1", "intent-use": "1", "minimum": "2", "dormancy": "90", "grace": "7"}
    unexplained = own_console.post("/settings/definitions/save", {**given, "held": held})
    assert "needs a reason" in unexplained.text("#effect .wrong")
    wanted = {**given, "held": held, "reason": "Twice, as agreed"}
    own_console.post("/settings/definitions/save", wanted)
    made = own_console.ask("definitions", "show", "--json")["status"]
    assert (made["version"], made["minimum"], made["intents"]) == (held + 1, 2, ["use"])
    assert "Twice, as agreed" in own_console.get("/settings/definitions").text("#versions")
    noted = own_console.ask("trail", "list", "--act", "definition.set", "--json")["rows"][0]
    assert noted["details"]["reason"] == "Twice, as agreed"
    stale = own_console.post("/settings/definitions/save", {**wanted, "minimum": "5"})
    assert "saved by somebody meanwhile" in stale.text("#effect .wrong")


@pytest.mark.parametrize("clients", [5, 20, 40])
def test_a_limit_shows_the_months_it_would_exceed(own_console: Console, clients: int) -> None:
    """Each month's excess is its clients less the limit, as the report counts clients."""
    told = own_console.report("clients", "--range", "last-12-months", "--product", "sm")
    totals = [row["total"] for row in told["rows"] if row["account"] == "*"][::-1]
    shown = own_console.swap(f"/settings/limits?product=sm&clients={clients}", "limit-effect")
    rows = shown.rows("#limit-effect table")
    assert [int(row[1]) for row in rows] == totals
    assert [int(row[3]) for row in rows] == [max(0, total - clients) for total in totals]
    over = sum(total > clients for total in totals)
    assert shown.text("#limit-effect .effect").startswith(str(over) if over else "None")


def test_a_limit_is_set_ended_and_forgotten(own_console: Console) -> None:
    """Each form leaves the limits that the command line lists."""

    def listed() -> list[tuple[Any, ...]]:
        found = own_console.ask("limits", "list", "--json")
        rows = found["rows"] if isinstance(found, dict) else found
        return [(row["product"], row["account"], row["from"], row["clients"]) for row in rows]

    own_console.post("/settings/limits/set", {"product": "pm", "clients": "30"})
    pair = {"product": "pm", "account": "*"}
    assert listed() == [("pm", "*", None, 30)]
    own_console.post("/settings/limits/end", {**pair, "from": "2026-11"})
    assert listed() == [("pm", "*", None, 30), ("pm", "*", "2026-11", None)]
    own_console.post("/settings/limits/remove", {**pair, "from": "2026-11"})
    assert listed() == [("pm", "*", None, 30)]
    own_console.post("/settings/limits/remove", {**pair, "from": "0001-01"})
    assert listed() == []
    wrong = own_console.post("/settings/limits/set", {"product": "pm", "clients": "-4"})
    assert "no number of clients" in wrong.text("#limit-effect .wrong")


def test_a_group_of_accounts_is_made_and_forgotten(own_console: Console) -> None:
    """The form makes the group that the command line lists, and says what it covers."""
    given = {"name": "eu", "members": "acme/finance\nacme/pl*"}
    shown = own_console.post("/settings/account-groups/set", given)
    groups = own_console.ask("accounts", "list", "--json")["groups"]
    assert groups == [
        {"name": "eu", "members": ["acme/finance", "acme/pl*"], "accounts": groups[0]["accounts"]}
    ]
    assert f"@eu covers {len(groups[0]['accounts'])} account" in shown.text("#live")
    own_console.post("/settings/account-groups/remove", {"name": "eu"})
    assert own_console.ask("accounts", "list", "--json")["groups"] == []


def test_the_trail_is_listed_narrowed_and_verified(own_console: Console) -> None:
    """Entries, pages and the verdict are those of the command line."""
    reader = own_console.as_("reader")
    for _ in range(22):
        reader.get("/settings/trail")
    told = own_console.ask("trail", "list", "--act", "access.*", "--by", "reader", "--json")["rows"]
    first = own_console.get("/settings/trail?act=access.*&by=reader")
    rows = first.rows("#trail")
    assert len(rows) == 20
    assert [row[0].split()[-1] for row in rows] == [str(each["seq"]) for each in told[:20]]
    older = own_console.get(str(first.one("#trail-older")["href"]))
    assert older.rows("#trail")[0][0].split()[-1] == str(told[20]["seq"])
    verdict = own_console.post("/settings/trail/verify")
    anchor = verdict.text("#anchor-now")
    count = anchor.partition(":")[0]
    assert f"Whole: {int(count):,} entries" in verdict.text("#verdict .fine")
    again = own_console.post("/settings/trail/verify", {"anchor": anchor})
    assert again.soup.select("#verdict .fine")
    other = own_console.post("/settings/trail/verify", {"anchor": f"{count}:{'0' * 64}"})
    assert "the anchor tells of" in other.text("#verdict .broken")


def test_retention_shows_what_goes_and_deletes_it_once_typed(own_console: Console) -> None:
    """What would go is what the command line counts; it goes when the word is typed, not before."""
    own_console.post("/settings/retention/set", {"product": "sm", "months": "1"})
    due = {row["product"]: row for row in _retention(own_console)["products"]}["sm"]["events"]
    shown = own_console.get("/settings/retention")
    assert due > 0
    assert shown.text("#due .effect").startswith(f"{due:,} events")
    refused = own_console.post("/settings/retention/apply", {"typed": "yes"})
    assert refused.status == 422
    assert not _retention(own_console)["runs"]
    done = own_console.post("/settings/retention/apply", {"typed": "delete"})
    (run,) = _retention(own_console)["runs"]
    assert (run["product"], run["events"]) == ("sm", due)
    assert f"{due:,}" in done.text("#runs table")
    assert done.text("#due .effect") == "Nothing"


def _retention(console: Console) -> dict[str, Any]:
    found: dict[str, Any] = console.ask("retention", "show", "--json")
    return found
