"""`vaultmeter providers`: who vouches for people, by OpenID Connect."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid, NotFound

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[
    str, typer.Argument(help="Name of a provider.", metavar="NAME", show_default=False)
]
Subject = Annotated[
    str,
    typer.Argument(
        help="Who somebody is at the provider: the claim sub.",
        metavar="SUBJECT",
        show_default=False,
    ),
]
_MODULE = "vaultmeter.access.openid_providers"
_LIST = Question("GET /providers", f"{_MODULE}:list_providers")
_ADD = Question("POST /providers", f"{_MODULE}:add_provider")
_REMOVE = Question("DELETE /providers/{name}", f"{_MODULE}:remove_provider")
_LINKS = Question("GET /providers/{name}/links", f"{_MODULE}:list_links")
_LINK = Question("POST /providers/{name}/links", f"{_MODULE}:link_user")
_UNLINK = Question("DELETE /providers/{name}/links", f"{_MODULE}:unlink_user")


@app.callback()
def command() -> None:
    """Say which providers of OpenID Connect vouch for people who sign in.

    People come back from a provider to PUBLIC_URL/api/v1/sign-in/NAME/callback: set public_url, and
    tell the provider that address. A provider in the own network is named in egress_allow.
    Examples: vaultmeter providers add okta --issuer https://acme.okta.com --client-id 0oa1b2
    --client-secret-file okta.secret --role reader; vaultmeter providers list
    """


@app.command("add")
def add_command(
    context: typer.Context,
    name: Name,
    issuer: Annotated[str, typer.Option(help="Its issuer: https://HOST/PATH.", show_default=False)],
    client_id: Annotated[str, typer.Option(help="What it calls this server.", show_default=False)],
    client_secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the client's secret; none for a public client."),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="A role of whoever comes for the first time; may be repeated.",
            metavar="ROLE",
            show_default=False,
        ),
    ] = None,
    group_role: Annotated[
        list[str] | None,
        typer.Option(
            help="A group at the provider and the role of those in it; may be repeated.",
            metavar="GROUP=ROLE",
            show_default=False,
        ),
    ] = None,
    groups_claim: Annotated[str, typer.Option(help="The claim that tells groups.")] = "groups",
    name_claim: Annotated[
        str, typer.Option(help="The claim that new users are called by.")
    ] = "preferred_username",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="A scope to ask for; openid, profile and email unless given.",
            metavar="SCOPE",
            show_default=False,
        ),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            help="A domain of e-mail that may sign in; all unless given.",
            metavar="DOMAIN",
            show_default=False,
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Add a provider.

    Whoever comes and is unknown gets a user when a role follows from --role or --group-role; else
    an administrator says who they are: vaultmeter providers link. Roles of --group-role are given
    and taken at each sign-in.
    Example: vaultmeter providers add okta --issuer https://acme.okta.com --client-id 0oa1b2
    --client-secret-file okta.secret --group-role vault-admins=admin --group-role staff=reader
    """
    told = asked(
        context,
        _ADD,
        name=name,
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(client_secret_file),
        scopes=scope or [],
        name_claim=name_claim,
        groups_claim=groups_claim,
        roles=role or [],
        group_roles=[_group_role(text) for text in group_role or []],
        domains=domain or [],
    )
    if as_json:
        print_json(told)
        return
    typer.echo(f"People can sign in with {name}, at /api/v1/sign-in/{name}.")
    if not told["roles"] and not told["group_roles"]:
        say(f"Only who is linked may: vaultmeter providers link {name} SUBJECT USER.")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every provider, and what follows from what it says.

    Example: vaultmeter providers list --json | jq -r '.[].issuer'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for provider in held:
        typer.echo(_text(provider))
    if not held:
        typer.echo("There is no provider: vaultmeter providers add NAME makes one.")


@app.command("remove")
def remove_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Let nobody in by a provider any more, and sign out who came by it.

    Example: vaultmeter providers remove okta
    """
    told = asked(context, _REMOVE, name=name)
    print_json(told) if as_json else typer.echo(f"Nobody signs in with {name} any more.")


@app.command("links")
def links_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """List who the subjects of a provider are here.

    Example: vaultmeter providers links okta
    """
    with reached(context) as there:
        held = there.rows(_LINKS, name=name)
    if as_json:
        print_json(held)
        return
    for link in held:
        typer.echo(f"{link['subject']} is {link['user']}.")
    if not held:
        typer.echo(f"Nobody came by {name} so far.")


@app.command("link")
def link_command(
    context: typer.Context,
    name: Name,
    subject: Subject,
    user: Annotated[
        str, typer.Argument(help="Name of a user.", metavar="USER", show_default=False)
    ],
    *,
    as_json: Json = False,
) -> None:
    """Say who a subject of a provider is here; the trail has the subjects that were refused.

    Example: vaultmeter providers link okta 00u1a2b3 ada
    """
    told = asked(context, _LINK, name=name, subject=subject, user=user)
    print_json(told) if as_json else typer.echo(f"{subject} of {name} is {user}.")


@app.command("unlink")
def unlink_command(
    context: typer.Context, name: Name, subject: Subject, *, as_json: Json = False
) -> None:
    """Forget who a subject of a provider is here, and sign it out.

    Example: vaultmeter providers unlink okta 00u1a2b3
    """
    told = asked(context, _UNLINK, name=name, subject=subject)
    print_json(told) if as_json else typer.echo(f"{subject} of {name} is nobody here any more.")


def _secret(file: Path | None) -> str | None:
    """The secret in a file, without the end of its line; raises `NotFound` and `Invalid`."""
    if file is None:
        return None
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", "Check --client-secret-file.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} holds no text.", "Check --client-secret-file.") from error


def _group_role(text: str) -> dict[str, str]:
    # The names of groups may have = in them, as those of LDAP do.
    group, equals, role = text.rpartition("=")
    if not equals or not group or not role:
        raise Invalid(f"--group-role {text!r} is not understood.", "Write GROUP=ROLE.")
    return {"group": group, "role": role}


def _text(provider: dict[str, Any]) -> str:
    roles = ", ".join(provider["roles"])
    parts = [f"new people: {roles}" if roles else "new people: none"]
    parts += [f"{each['group']}: {each['role']}" for each in provider["group_roles"]]
    if provider["domains"]:
        parts.append(f"of {', '.join(provider['domains'])}")
    return f"{provider['name']} ({provider['issuer']}): {'; '.join(parts)}."
