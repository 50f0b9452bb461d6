"""The password manager: every number is that of the report it comes from, of this product alone."""

from tests.console.asked import Console

from vaultmeter.console.titles import method_title, type_title

PATH = "/password-manager"
OWN = ("--product", "pm")
STATUSES = ("active", "passive", "inactive", "no_evidence")


def number(text: str) -> int:
    """A number as the page writes it."""
    return int(text.replace(",", ""))


def test_tiles_are_those_of_reports(console: Console) -> None:
    """The five numbers are the reports' own, also where the page is filtered by another product."""
    users = console.report("adoption", *OWN)["rows"][0]
    overview = {row["measure"]: row["value"] for row in console.report("overview", *OWN)["rows"]}
    months = console.report("password-manager")["rows"]
    stored = [row["stored_passwords"] for row in months if row["auth_method"] == "*"][-1]
    uses = console.report("password-uses", *OWN)["rows"]
    whole = sum(value for row in uses for name, value in row.items() if name != "start")
    for path in (PATH, f"{PATH}?f=product:is:sm"):
        assert console.get(path).texts("#tiles .value") == [
            f"{users['users']:,}",
            f"{stored:,}",
            f"{overview['passwords_accessed']:,}",
            f"{100 * overview['passwords_autofilled'] / whole:.1f}%",
            f"{users['no_evidence']:,}",
        ]


def test_people_by_sign_in_and_items_by_type(console: Console) -> None:
    """Bars hold the rows of their reports, the largest first, and a name filters the page."""
    shown = console.get(PATH)
    bars = {row[0]: number(row[2]) for row in shown.rows("#methods table")}
    rows = console.report("auth-methods", *OWN)["rows"]
    used = {row["auth_method"]: row["people"] for row in rows if row["people"]}
    assert bars == {method_title(method): people for method, people in used.items()}
    assert list(bars.values()) == sorted(bars.values(), reverse=True)
    url = str(shown.one("#methods tbody th a")["href"])
    assert url == f"{PATH}?f=auth_method:is:{max(used, key=lambda method: used[method])}"
    types = {row[0]: number(row[2]) for row in shown.rows("#types table")}
    kept = console.report("items-by-type", *OWN)["rows"]
    stored = [row for row in kept if row["product"] == "pm" and row["items"]]
    wanted = {type_title(row["type"]): row["items"] for row in stored}
    assert types == wanted


def test_adoption_adds_up_and_folds_small_accounts(console: Console) -> None:
    """Accounts of five or more stand alone; with the others as one they are the whole."""
    whole, *accounts = console.report("adoption", *OWN)["rows"]
    lines = console.get(PATH).rows("#adoption table")
    own = {row["account"]: row for row in accounts if row["users"] >= 5}
    shown = {line[0]: [number(cell.split(" ")[0]) for cell in line[2:]] for line in lines}
    for account, row in own.items():
        assert shown[account] == [*(row[status] for status in STATUSES), row["users"]]
    folded = set(shown) - set(own)
    assert len(folded) == (len(own) < len(accounts))
    sums = [sum(column) for column in zip(*shown.values(), strict=True)]
    assert sums == [*(whole[status] for status in STATUSES), whole["users"]]


def test_uses_are_those_of_the_report(console: Console) -> None:
    """Each week of the chart's table is a row of the report."""
    rows = console.report("password-uses", *OWN, "--per", "week")["rows"]
    shown = console.get(PATH).rows("#uses .as-table table")
    names = ("viewed", "revealed", "copied", "passwords_autofilled")
    assert [list(map(number, row[1:])) for row in shown] == [
        [row[name] for name in names] for row in rows
    ]


def test_numbers_lead_to_their_people(console: Console) -> None:
    """The active of an account are as many people as the page of product usage then shows."""
    link = console.get(PATH).one("#adoption tbody td.num a")
    people = console.get(str(link["href"]))
    assert people.text("#people .tabs [aria-current] span") == link.get_text()


def test_an_empty_installation_has_no_failed_block(empty_console: Console) -> None:
    """Where nothing was received yet, no block fails."""
    shown = empty_console.get(PATH)
    assert shown.status == 200
    assert "could not be counted" not in shown.text("main")
