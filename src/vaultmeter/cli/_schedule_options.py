"""The options of `vaultmeter schedules` that say what leaves, when, and where to."""

from typing import Annotated, Any

import typer

from vaultmeter.schedules.plan import CATCH_UP, FORMATS
from vaultmeter.schedules.timing import EVERY

Schedule = Annotated[
    str,
    typer.Argument(
        help="A schedule, by its number or name.", metavar="SCHEDULE", show_default=False
    ),
]
View = Annotated[int | None, typer.Option(help="Number of a saved view.", show_default=False)]
Report = Annotated[
    str | None, typer.Option(help="A report, in place of a saved view.", show_default=False)
]
RangeName = Annotated[
    str | None,
    typer.Option(
        "--range", help="Range of the report, as of each due time: last-month.", show_default=False
    ),
]
Status = Annotated[
    str | None, typer.Option(help="How active users are, or items used.", show_default=False)
]
Sort = Annotated[
    str | None,
    typer.Option(help="Column to sort by; -COLUMN from the highest down.", show_default=False),
]
Limit = Annotated[int | None, typer.Option(help="Rows at most.", show_default=False)]
By = Annotated[
    str | None, typer.Option(help="Break the report down by account or group.", show_default=False)
]
Format = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"{', '.join(FORMATS)}; may be repeated.", show_default=False),
]
Every = Annotated[
    str | None, typer.Option(help=f"How often: {', '.join(EVERY)}.", show_default=False)
]
At = Annotated[str | None, typer.Option(help="Time of the clock there: 07:00.", show_default=False)]
On = Annotated[
    str | None,
    typer.Option(
        help="Day: of the week (mon), the month (1 to 31, last) or the year (02-29).",
        show_default=False,
    ),
]
Cron = Annotated[
    str | None,
    typer.Option(help="Five fields, in place of a preset: '30 7 * * mon'.", show_default=False),
]
TimeZone = Annotated[
    str | None,
    typer.Option(
        "--tz", help="IANA time zone of the timing and the period; UTC.", show_default=False
    ),
]
CatchUp = Annotated[
    str | None,
    typer.Option(
        help=f"Which missed due times are made up for: {', '.join(CATCH_UP)}; latest.",
        show_default=False,
    ),
]
Recipient = Annotated[
    list[str] | None,
    typer.Option(help="An address of e-mail; may be repeated.", show_default=False),
]
Forwarder = Annotated[
    list[str] | None,
    typer.Option(help="A forwarder, by name; may be repeated.", show_default=False),
]
KeepDays = Annotated[
    int | None, typer.Option(help="Days that the files are kept for; 90.", show_default=False)
]


def given(**words: Any) -> dict[str, Any]:  # noqa: ANN401  options are of any type
    """The words that were given; a cron line says by itself that it is one."""
    found = {name: word for name, word in words.items() if word not in (None, [])}
    if "cron" in found:
        found.setdefault("every", "cron")
    return found


def report_words(report: str | None, **words: Any) -> dict[str, Any] | None:  # noqa: ANN401  as above
    """The words of a report, where one is named."""
    told = {name.rstrip("_"): word for name, word in words.items() if word not in (None, [])}
    return None if report is None else {"report": report, **told}
