"""`vaultmeter views`: pages under a name."""

from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say

app = typer.Typer(add_completion=False, no_args_is_help=True)
View = Annotated[
    str, typer.Argument(help="Its number, or its name.", metavar="VIEW", show_default=False)
]
Shared = Annotated[
    bool | None,
    typer.Option("--shared/--private", help="Whether everybody can open it.", show_default=False),
]
_LIST = Question("GET /views", "vaultmeter.views.saved:listed")
_SHOW = Question("GET /views/{view}", "vaultmeter.views.saved:show")
_ADD = Question("POST /views", "vaultmeter.views.saved:make")
_CHANGE = Question("PATCH /views/{view}", "vaultmeter.views.saved:change")
_REMOVE = Question("DELETE /views/{view}", "vaultmeter.views.saved:remove")


@app.callback()
def command() -> None:
    """Keep pages of the console under a name, with their range, filters and tables.

    Examples: vaultmeter views list; vaultmeter views add 'Finance, last month'
    '/product-usage?range=last-month&tz=UTC' --user ada
    """


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the saved views.

    Example: vaultmeter views list --json | jq '.[] | select(.shared)'
    """
    with reached(context) as there:
        known = there.rows(_LIST)
    if as_json:
        print_json(known)
        return
    for view in known:
        typer.echo(_text(view))
    if not known:
        typer.echo("No view is saved: vaultmeter views add NAME ADDRESS --user USER saves one.")


@app.command("show")
def show_command(context: typer.Context, view: View, *, as_json: Json = False) -> None:
    """Tell the address of a view, and whose it is.

    Example: vaultmeter views show v12
    """
    told = asked(context, _SHOW, view=view)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("add")
def add_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.", show_default=False)],
    address: Annotated[
        str, typer.Argument(help="The address of a page, from its path on.", show_default=False)
    ],
    shared: Shared = None,
    user: Annotated[
        str | None,
        typer.Option(help="Whose it is to be, on a folder of this machine.", show_default=False),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Keep the address of a page under a name.

    Example: vaultmeter views add 'Idle keys' '/items?range=last-month&tz=UTC&status=unused'
    --user ada --shared
    """
    told = asked(context, _ADD, name=name, address=address, shared=bool(shared), user=user)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("change")
def change_command(
    context: typer.Context,
    view: View,
    name: Annotated[str | None, typer.Option(help="Its new name.", show_default=False)] = None,
    address: Annotated[
        str | None, typer.Option(help="Its new address.", show_default=False)
    ] = None,
    shared: Shared = None,
    *,
    as_json: Json = False,
) -> None:
    """Change the name, the address or the sharing of a view.

    Example: vaultmeter views change v12 --name 'Idle keys of acme' --private
    """
    told = asked(context, _CHANGE, view=view, name=name, address=address, shared=shared)
    print_json(told) if as_json else typer.echo(_text(told))


@app.command("remove")
def remove_command(context: typer.Context, view: View, *, as_json: Json = False) -> None:
    """Delete a view; schedules of it fail from then on.

    Example: vaultmeter views remove v12
    """
    told = asked(context, _REMOVE, view=view)
    print_json(told) if as_json else say(f"View “{told['name']}” is deleted.")


def _text(view: dict[str, Any]) -> str:
    shared = ", shared" if view["shared"] else ""
    return f"v{view['id']}  {view['name']}  ({view['owner']}{shared})  {view['address']}"
