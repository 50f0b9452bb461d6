"""`vaultmeter event-forwarder`: forwarders with the words of Akeyless' command line."""

from base64 import b64encode
from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean

app = typer.Typer(add_completion=False, no_args_is_help=True)
KIND = Annotated[
    str,
    typer.Argument(
        help="email, slack, servicenow, webhook or teams.", metavar="KIND", show_default=False
    ),
]
Name = Annotated[str, typer.Option("--name", "-n", help="Name of it.", show_default=False)]
Types = Annotated[
    str | None,
    typer.Option(help="Types of notices, with commas; all unless given.", show_default=False),
]
Description = Annotated[str | None, typer.Option(help="What it is for.", show_default=False)]
Url = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        help="Slack, Teams, webhook: where it goes. --url is the server that is asked.",
        show_default=False,
    ),
]
EmailTo = Annotated[str | None, typer.Option(help="Addresses, with commas.", show_default=False)]
IncludeError = Annotated[
    str | None, typer.Option(help="E-mail: true or false.", show_default=False)
]
OverrideUrl = Annotated[
    str | None, typer.Option(help="E-mail: where its link leads.", show_default=False)
]
Host = Annotated[str | None, typer.Option(help="ServiceNow: https://HOST.", show_default=False)]
AuthType = Annotated[
    str | None,
    typer.Option(help="user-pass, bearer-token, certificate or jwt.", show_default=False),
]
AdminName = Annotated[str | None, typer.Option(help="ServiceNow: the user.", show_default=False)]
AdminPwd = Annotated[str | None, typer.Option(help="ServiceNow: password.", show_default=False)]
UserEmail = Annotated[
    str | None, typer.Option(help="ServiceNow, jwt: the user.", show_default=False)
]
ClientId = Annotated[
    str | None, typer.Option(help="ServiceNow, jwt: the client.", show_default=False)
]
ClientSecret = Annotated[
    str | None, typer.Option(help="ServiceNow, jwt: its secret.", show_default=False)
]
AppKey = Annotated[
    Path | None,
    typer.Option(
        "--app-private-key-file-path", help="ServiceNow, jwt: key (PEM).", show_default=False
    ),
]
Username = Annotated[str | None, typer.Option(help="Webhook: the user.", show_default=False)]
Password = Annotated[str | None, typer.Option(help="Webhook: password.", show_default=False)]
AuthToken = Annotated[
    str | None, typer.Option(help="Webhook: token, in base64.", show_default=False)
]
Certificate = Annotated[
    Path | None,
    typer.Option("--client-cert-file-name", help="Webhook: ours (PEM).", show_default=False),
]
PrivateKey = Annotated[
    Path | None,
    typer.Option("--private-key-file-name", help="Webhook: its key (PEM).", show_default=False),
]
ServerCertificates = Annotated[
    Path | None,
    typer.Option(
        "--server-certificates-file-name",
        help="Webhook: authorities the receiver is known by (PEM).",
        show_default=False,
    ),
]
_MODULE = "vaultmeter.forwarding"
_ADD = Question("POST /forwarders", f"{_MODULE}:add")
_CHANGE = Question("PATCH /forwarders/{name}", f"{_MODULE}:change")
_SHOW = Question("GET /forwarders/{name}", f"{_MODULE}:show")
_REMOVE = Question("DELETE /forwarders/{name}", f"{_MODULE}:remove")


@app.callback()
def command() -> None:
    """Make and change forwarders with the words of Akeyless' command line.

    Webhooks made so get the envelope Akeyless_Events. vaultmeter forwarders has the rest.
    Example: vaultmeter event-forwarder create webhook --name siem
    --endpoint https://hooks.acme.com/ --event-types usage-report
    """


@app.command("create")
def create_command(
    context: typer.Context,
    kind: KIND,
    name: Name,
    runner_type: Annotated[str, typer.Option(help="immediate or periodic.")] = "immediate",
    every: Annotated[
        str | None, typer.Option(help="Hours, for periodic: 1 to 24.", show_default=False)
    ] = None,
    event_types: Types = None,
    description: Description = None,
    url: Url = None,
    email_to: EmailTo = None,
    include_error: IncludeError = None,
    override_url: OverrideUrl = None,
    host: Host = None,
    auth_type: AuthType = None,
    admin_name: AdminName = None,
    admin_pwd: AdminPwd = None,
    user_email: UserEmail = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    app_private_key: AppKey = None,
    username: Username = None,
    password: Password = None,
    auth_token: AuthToken = None,
    client_cert: Certificate = None,
    private_key: PrivateKey = None,
    server_certificates: ServerCertificates = None,
    *,
    as_json: Json = False,
) -> None:
    """Add a forwarder.

    Example: vaultmeter event-forwarder create email --name ops --email-to ops@acme.com
    --event-types usage-report --runner-type periodic --every 4
    """
    given = {
        **_given(locals()),
        "runner-type": runner_type,
        "every": every,
    }
    # Everything else of the command line does without what the calls load.
    from vaultmeter.api.akeyless.forwarders import every_given, settings_given  # noqa: PLC0415
    from vaultmeter.api.akeyless.given import Given  # noqa: PLC0415  the same

    told = asked(
        context,
        _ADD,
        name=name,
        kind=kind,
        settings=settings_given(kind, Given(given), is_new=True),
        types=_words(event_types) or [],
        every_hours=every_given(Given(given)),
        description=description or "",
    )
    _tell(told, "created", as_json=as_json)


@app.command("update")
def update_command(
    context: typer.Context,
    kind: KIND,
    name: Name,
    new_name: Annotated[str | None, typer.Option(help="New name.", show_default=False)] = None,
    enable: Annotated[str, typer.Option(help="true or false.")] = "true",
    event_types: Types = None,
    description: Description = None,
    url: Url = None,
    email_to: EmailTo = None,
    include_error: IncludeError = None,
    override_url: OverrideUrl = None,
    host: Host = None,
    auth_type: AuthType = None,
    admin_name: AdminName = None,
    admin_pwd: AdminPwd = None,
    user_email: UserEmail = None,
    client_id: ClientId = None,
    client_secret: ClientSecret = None,
    app_private_key: AppKey = None,
    username: Username = None,
    password: Password = None,
    auth_token: AuthToken = None,
    client_cert: Certificate = None,
    private_key: PrivateKey = None,
    server_certificates: ServerCertificates = None,
    *,
    as_json: Json = False,
) -> None:
    """Change what is given of a forwarder; it is switched on unless --enable is false.

    Example: vaultmeter event-forwarder update webhook --name siem --enable false
    """
    given = _given(locals())
    from vaultmeter.api.akeyless.forwarders import settings_given  # noqa: PLC0415  as above
    from vaultmeter.api.akeyless.given import Given  # noqa: PLC0415  the same

    fields: dict[str, Any] = {
        "new_name": new_name,
        "settings": settings_given(kind, Given(given), is_new=False) or None,
        "types": _words(event_types),
        "description": description,
        "is_enabled": Given({"enable": enable}).switch("enable"),
    }
    given_ = {field: value for field, value in fields.items() if value is not None}
    _tell(asked(context, _CHANGE, name=name, **given_), "updated", as_json=as_json)


@app.command("get")
def get_command(context: typer.Context, name: Name) -> None:
    """Show a forwarder as JSON, without its secrets.

    Example: vaultmeter event-forwarder get --name siem
    """
    print_json(asked(context, _SHOW, name=name))


@app.command("delete")
def delete_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Forget a forwarder; what waits for it is cancelled.

    Example: vaultmeter event-forwarder delete --name siem
    """
    _tell(asked(context, _REMOVE, name=name), "deleted", as_json=as_json)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """What a call of Akeyless would send for the options of a kind; raises `Invalid`."""
    # As above.
    from vaultmeter.api.akeyless.forwarders import KINDS  # noqa: PLC0415

    kind = options["kind"]
    if kind not in KINDS:
        raise Invalid(f"There is no kind of forwarder {kind!r}.", did_you_mean(kind, KINDS))
    files = {
        "client_cert": "client-cert-data",
        "private_key": "private-key-data",
        "server_certificates": "server-certificates",
        "app_private_key": "app-private-key-base64",
    }
    found = {}
    for name, value in options.items():
        if isinstance(value, Path):
            found[files[name]] = _encoded(value)
        elif isinstance(value, str):
            found[name.replace("_", "-")] = value
    return found


def _encoded(file: Path) -> str:
    try:
        return b64encode(file.read_bytes()).decode()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", "Check the name.") from error


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _tell(told: dict[str, Any], done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    typer.echo(f"The event forwarder {told['name']} was successfully {done}")
    for name, secret in told.get("made", {}).items():
        typer.echo(f"{name}: {secret}")
