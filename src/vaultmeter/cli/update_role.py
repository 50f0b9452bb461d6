"""`vaultmeter update-role`: change what a role gives."""

from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.cli._role_options import (
    Accounts,
    Analytics,
    Audit,
    Description,
    EventCenter,
    EventForwarders,
    GwAnalytics,
    Manages,
    Name,
    Products,
    Protection,
    SraReports,
    UsageReports,
    asked_fields,
)
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False)
_UPDATE = Question("PATCH /roles/{role}", "vaultmeter.access.role_acts:change_role")


@app.command()
def command(
    context: typer.Context,
    name: Name,
    new_name: Annotated[
        str | None, typer.Option(help="What it is called from now on.", show_default=False)
    ] = None,
    usage_reports: UsageReports = None,
    analytics: Analytics = None,
    accounts: Accounts = None,
    products: Products = None,
    manages: Manages = None,
    description: Description = None,
    protection: Protection = None,
    audit: Audit = None,
    gw_analytics: GwAnalytics = None,
    sra_reports: SraReports = None,
    event_center: EventCenter = None,
    event_forwarders: EventForwarders = None,
    *,
    as_json: Json = False,
) -> None:
    """Change what is given of a role; the rest stays. It holds for its members at once.

    Examples: vaultmeter update-role --name reports --usage-reports-access none;
    vaultmeter update-role --name finance --accounts '*' --manages limits,sources
    """
    fields = asked_fields(
        usage_reports=usage_reports,
        analytics=analytics,
        accounts=accounts,
        products=products,
        manages=manages,
        description=description,
        protection=protection,
        audit=audit,
        gw_analytics=gw_analytics,
        sra_reports=sra_reports,
        event_center=event_center,
        event_forwarders=event_forwarders,
    )
    if new_name is not None:
        fields["name"] = new_name
    if not fields:
        raise Invalid("Nothing is to be changed.", "Give --usage-reports-access all, for example.")
    changed = asked(context, _UPDATE, role=name, **fields)
    if as_json:
        print_json(changed)
    else:
        typer.echo(f"Role {name} was successfully updated")
