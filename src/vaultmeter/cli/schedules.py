"""`vaultmeter schedules`: reports that leave by themselves."""

from typing import Annotated, Any

import typer

from vaultmeter.cli import _schedule_options as options
from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import From, Json, Per, To, Words, print_json
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False, no_args_is_help=True)
_HERE = "vaultmeter.schedules"
_LIST = Question("GET /schedules", f"{_HERE}:listed")
_ADD = Question("POST /schedules", f"{_HERE}:add")
_SHOW = Question("GET /schedules/{schedule}", f"{_HERE}:show")
_CHANGE = Question("PATCH /schedules/{schedule}", f"{_HERE}:change")
_REMOVE = Question("DELETE /schedules/{schedule}", f"{_HERE}:remove")
_PAUSE = Question("POST /schedules/{schedule}/pause", f"{_HERE}:pause")
_RESUME = Question("POST /schedules/{schedule}/resume", f"{_HERE}:resume")
_RUN = Question("POST /schedules/{schedule}/run", f"{_HERE}:run_now")
_TEST = Question("POST /schedules/{schedule}/test", f"{_HERE}:test_send")
_RUNS = Question("GET /schedules/{schedule}/runs", f"{_HERE}:runs")
_NEXT = Question("POST /next-runs", f"{_HERE}:next_runs")


@app.callback()
def command() -> None:
    """Have a saved view or a report leave by itself: by mail, to a forwarder, or to be kept.

    A schedule runs with the rights that its owner has at that moment, while a server runs. Its
    period is fixed by the due time: last-month is the month before it, also when it runs late.
    Examples: vaultmeter schedules add Board --report clients --range last-month --format pdf
    --every monthly --on 1 --at 07:00 --tz Europe/Berlin --recipient ada@example.org; vaultmeter
    schedules runs Board
    """


@app.command("add")
def add_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What leaves, in a few words.", metavar="NAME")],
    view: options.View = None,
    report: options.Report = None,
    range_: options.RangeName = None,
    start: From = None,
    end: To = None,
    account: Words = None,
    user: Words = None,
    item: Words = None,
    item_type: Words = None,
    kind: Words = None,
    auth_method: Words = None,
    outcome: Words = None,
    source: Words = None,
    product: Words = None,
    who: Annotated[
        str | None, typer.Option(help="people, machines or everyone.", show_default=False)
    ] = None,
    per: Per = None,
    status: options.Status = None,
    sort: options.Sort = None,
    limit: options.Limit = None,
    by: options.By = None,
    format_: options.Format = None,
    every: options.Every = None,
    at: options.At = None,
    on: options.On = None,
    cron: options.Cron = None,
    zone: options.TimeZone = None,
    catch_up: options.CatchUp = None,
    recipient: options.Recipient = None,
    forwarder: options.Forwarder = None,
    keep_days: options.KeepDays = None,
    *,
    as_json: Json = False,
) -> None:
    """Add a schedule of a saved view, or of a report with its filters.

    Examples: vaultmeter schedules add Finance --view 12 --format xlsx --every weekly --on mon
    --recipient ada@example.org; vaultmeter schedules add Unused --report unused --format
    csv --cron '30 7 * * mon-fri' --tz Asia/Kolkata
    """
    told_report = options.report_words(
        report,
        range_=range_,
        from_=start,
        to=end,
        account=account,
        user=user,
        item=item,
        item_type=item_type,
        kind=kind,
        auth_method=auth_method,
        outcome=outcome,
        source=source,
        product=product,
        who=who,
        per=per,
        status=status,
        sort=sort,
        limit=limit,
        by=by,
    )
    fields = options.given(
        name=name,
        view=view,
        report=told_report,
        formats=format_ or ["csv"],
        every=every,
        at=at,
        on=on,
        cron=cron,
        time_zone=zone,
        catch_up=catch_up,
        recipients=recipient,
        forwarders=forwarder,
        keep_days=keep_days,
    )
    if "every" not in fields:
        raise Invalid("It is not said when it is due.", "Give --every or --cron.")
    _print(asked(context, _ADD, **fields), as_json=as_json)


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List your schedules, or all where you manage them everywhere.

    Example: vaultmeter schedules list --json | jq '.[] | select(.last_run.state == "failed")'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for each in held:
        typer.echo(_text(each))
    if not held:
        typer.echo("There is no schedule: vaultmeter schedules add NAME makes one.")


@app.command("show")
def show_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Show a schedule with its next five runs.

    Example: vaultmeter schedules show Board
    """
    _print(asked(context, _SHOW, schedule=schedule), as_json=as_json)


@app.command("change")
def change_command(
    context: typer.Context,
    schedule: options.Schedule,
    name: Annotated[str | None, typer.Option(help="Another name.", show_default=False)] = None,
    view: options.View = None,
    format_: options.Format = None,
    every: options.Every = None,
    at: options.At = None,
    on: options.On = None,
    cron: options.Cron = None,
    zone: options.TimeZone = None,
    catch_up: options.CatchUp = None,
    recipient: options.Recipient = None,
    forwarder: options.Forwarder = None,
    keep_days: options.KeepDays = None,
    no_recipients: Annotated[
        bool, typer.Option("--no-recipients", help="Write to no address any more.")
    ] = False,
    no_forwarders: Annotated[
        bool, typer.Option("--no-forwarders", help="Send to no forwarder any more.")
    ] = False,
    *,
    as_json: Json = False,
) -> None:
    """Change what is given of a schedule; lists take the place of those there are.

    Example: vaultmeter schedules change Board --at 08:30 --recipient ada@example.org
    """
    fields = options.given(
        name=name,
        view=view,
        formats=format_,
        every=every,
        at=at,
        on=on,
        cron=cron,
        time_zone=zone,
        catch_up=catch_up,
        recipients=recipient,
        forwarders=forwarder,
        keep_days=keep_days,
    )
    fields |= {"recipients": []} if no_recipients else {}
    fields |= {"forwarders": []} if no_forwarders else {}
    _print(asked(context, _CHANGE, schedule=schedule, **fields), as_json=as_json)


@app.command("remove")
def remove_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Remove a schedule and the list of its runs; their files stay as long as was said.

    Example: vaultmeter schedules remove Board
    """
    told = asked(context, _REMOVE, schedule=schedule)
    print_json(told) if as_json else typer.echo(f"Removed {told['name']}.")


@app.command("pause")
def pause_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Let a schedule run no more until it is resumed.

    Example: vaultmeter schedules pause Board
    """
    _print(asked(context, _PAUSE, schedule=schedule), as_json=as_json)


@app.command("resume")
def resume_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Let a schedule run from now on; what was due meanwhile is not made up for.

    Example: vaultmeter schedules resume Board
    """
    _print(asked(context, _RESUME, schedule=schedule), as_json=as_json)


@app.command("run")
def run_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Have a schedule run at once, to all it is for.

    Example: vaultmeter schedules run Board
    """
    told = asked(context, _RUN, schedule=schedule)
    print_json(told) if as_json else typer.echo(f"Run {told['id']} waits for the server.")


@app.command("test")
def try_command(
    context: typer.Context, schedule: options.Schedule, *, as_json: Json = False
) -> None:
    """Have a schedule run at once to your own address alone, marked as a test.

    Example: vaultmeter schedules test Board
    """
    told = asked(context, _TEST, schedule=schedule)
    print_json(told) if as_json else typer.echo(f"Test {told['id']} waits for the server.")


@app.command("runs")
def runs_command(
    context: typer.Context,
    schedule: options.Schedule,
    limit: Annotated[int, typer.Option(help="Runs at most, the newest first.")] = 20,
    *,
    as_json: Json = False,
) -> None:
    """List the runs of a schedule: when they were due, their period, what came of them.

    The files of a run are downloaded with vaultmeter exports download NUMBER.
    Example: vaultmeter schedules runs Board --json | jq '.[0].files[].id'
    """
    held = asked(context, _RUNS, schedule=schedule, limit=limit)["rows"]
    if as_json:
        print_json(held)
        return
    for each in held:
        typer.echo(_run_text(each))
    if not held:
        typer.echo("It did not run so far.")


@app.command("next")
def next_command(
    context: typer.Context,
    every: options.Every = None,
    at: options.At = None,
    on: options.On = None,
    cron: options.Cron = None,
    zone: options.TimeZone = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell the next five runs that a timing would have; nothing is saved.

    Example: vaultmeter schedules next --every monthly --on last --at 18:00 --tz Europe/Berlin
    """
    fields = options.given(every=every, at=at, on=on, cron=cron, time_zone=zone)
    if "every" not in fields:
        raise Invalid("It is not said when it is due.", "Give --every or --cron.")
    told = asked(context, _NEXT, **fields)
    if as_json:
        print_json(told)
        return
    for each in told["rows"]:
        typer.echo(_local(each))


def _print(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    for each in told["next"]:
        typer.echo(f"  {_local(each)}")


def _text(told: dict[str, Any]) -> str:
    what = f"view {told['view']}" if told["report"] is None else told["report"]["report"]
    to = ", ".join([*told["recipients"], *told["forwarders"]])
    where = f"to {to}" if to else "kept only"
    last = told["last_run"]
    ran = "" if last is None else f" Last run {last['due'][:16]}Z: {last['state']}."
    paused = f" Paused: {told['paused_because']}" if told["is_paused"] else ""
    return (
        f"{told['id']} {told['name']}: {what} as {', '.join(told['formats'])}, {where},"
        f" {told['timing']}, by {told['owner']}.{ran}{paused}"
    )


def _run_text(told: dict[str, Any]) -> str:
    period = told["period"]
    span = "" if period is None else f", {period['from'][:16]}Z to {period['to'][:16]}Z"
    files = ", ".join(f"{each['name']} ({each['id']})" for each in told["files"])
    why = f": {told['error']}" if told["error"] else ""
    return f"{told['due'][:16]}Z {told['way']}{span}: {told['state']}{why}; {files or 'no files'}"


def _local(told: dict[str, Any]) -> str:
    return f"{told['local'][:16].replace('T', ' ')} ({told['due'][:16]}Z)"
