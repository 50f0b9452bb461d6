"""`vaultmeter create-role`: make a role."""

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

app = typer.Typer(add_completion=False)
_CREATE = Question("POST /roles", "vaultmeter.access.role_acts:make_role")


@app.command()
def command(
    context: typer.Context,
    name: Name,
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
    """Make a role: what it gives, and for which accounts and products.

    What is left out it does not give. Give it with assoc-role-am.
    Examples: vaultmeter create-role --name reports --usage-reports-access all;
    vaultmeter create-role --name finance --usage-reports-access all --accounts acme/finance
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
    made = asked(context, _CREATE, name=name, **fields)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"A new role named {made['name']} was successfully created")
