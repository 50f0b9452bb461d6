"""Options that say what a role gives, and roles in words."""

from typing import Annotated, Any

import typer

from vaultmeter.model.access import LEVEL_GIVES
from vaultmeter.model.errors import Invalid

_ALL = "*"
"""The word that takes a narrowing back."""
_NONE = "none"
_KEPT = "Kept and told back; it gives nothing here."

Name = Annotated[str, typer.Option("--name", "-n", help="The role.", show_default=False)]
UsageReports = Annotated[
    str | None,
    typer.Option(
        "--usage-reports-access",
        help="Ask reports: none or all.",
        metavar="none|all",
        show_default=False,
    ),
]
Analytics = Annotated[
    str | None,
    typer.Option(
        "--analytics-access",
        help="Ask for the tables of get-analytics-data: none, own use alone, or all.",
        metavar="none|own|all",
        show_default=False,
    ),
]
Accounts = Annotated[
    str | None,
    typer.Option(
        help="Narrow everything to these accounts, with commas, and those below; '*' for all.",
        metavar="A,B",
        show_default=False,
    ),
]
Products = Annotated[
    str | None,
    typer.Option(
        help="Narrow everything to these products: sm, pm, sra; '*' for all.",
        metavar="P,Q",
        show_default=False,
    ),
]
Manages = Annotated[
    str | None,
    typer.Option(
        help="What may be managed: sources, records, limits, definitions, retention, schedules, "
        "notices, forwarders, roles, trail; none for nothing.",
        metavar="WORD,WORD",
        show_default=False,
    ),
]
Description = Annotated[str | None, typer.Option(help="What it is for.", show_default=False)]
Protection = Annotated[
    str | None,
    typer.Option(
        "--delete-protection",
        "--delete_protection",
        help="Whether it cannot be deleted.",
        metavar="true|false",
        show_default=False,
    ),
]
Audit = Annotated[str | None, typer.Option("--audit-access", help=_KEPT, show_default=False)]
GwAnalytics = Annotated[
    str | None, typer.Option("--gw-analytics-access", help=_KEPT, show_default=False)
]
SraReports = Annotated[
    str | None, typer.Option("--sra-reports-access", help=_KEPT, show_default=False)
]
EventCenter = Annotated[
    str | None, typer.Option("--event-center-access", help=_KEPT, show_default=False)
]
EventForwarders = Annotated[
    str | None,
    typer.Option(
        "--event-forwarders-access", "--event-forwarder-access", help=_KEPT, show_default=False
    ),
]


def asked_fields(
    *,
    usage_reports: str | None,
    analytics: str | None,
    accounts: str | None,
    products: str | None,
    manages: str | None,
    description: str | None,
    protection: str | None,
    audit: str | None,
    gw_analytics: str | None,
    sra_reports: str | None,
    event_center: str | None,
    event_forwarders: str | None,
) -> dict[str, Any]:
    """The fields of a role that options set, as the API takes them; raises `Invalid`."""
    levels = {
        "audit-access": audit,
        "gw-analytics-access": gw_analytics,
        "sra-reports-access": sra_reports,
        "event-center-access": event_center,
        "event-forwarders-access": event_forwarders,
    }
    fields: dict[str, Any] = {
        "usage_reports_access": usage_reports,
        "analytics_access": analytics,
        "description": description,
        "manages": None if manages is None else _words(manages, _NONE),
        "delete_protection": None if protection is None else _switch(protection),
        "levels": {area: level for area, level in levels.items() if level is not None} or None,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    for name, words in (("accounts", accounts), ("products", products)):
        if words is not None:
            given[name] = None if words == _ALL else _words(words)
    return given


def role_in_words(role: dict[str, Any]) -> list[str]:
    """What a role gives and who has it, in lines."""
    narrowed = [
        f"{name}: {', '.join(role[name]) if role[name] is not None else 'all'}"
        for name in ("accounts", "products")
    ]
    members = [f"{each['kind']} {each['name']} ({each['id']})" for each in role["members"]]
    return [
        role["name"] + (f": {role['description']}" if role["description"] else ""),
        f"  usage-reports-access: {role['usage_reports_access']}",
        f"  analytics-access: {role['analytics_access']}",
        *(
            f"  {area}: {level}{'' if area in LEVEL_GIVES else ' (kept)'}"
            for area, level in role["levels"].items()
        ),
        f"  manages: {', '.join(role['manages']) or 'nothing'}",
        *(f"  {line}" for line in narrowed),
        f"  members: {', '.join(members) or 'none'}",
    ]


def _words(text: str, nothing: str | None = None) -> list[str]:
    return [] if text == nothing else [word.strip() for word in text.split(",") if word.strip()]


def _switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Invalid(f"--delete-protection is {text!r}.", "Write true or false.")
    return text == "true"
