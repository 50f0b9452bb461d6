"""Schedules: reports that leave by themselves, and their runs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from vaultmeter import schedules
from vaultmeter.api.v1.asking import SqlQuery
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.schedules.plan import CATCH_UP, FORMATS, KEEP_DAYS
from vaultmeter.schedules.timing import EVERY

_May = Annotated[Principal, allowed(Permission.SCHEDULES)]
_Schedule = Annotated[str, Path(description="A schedule, by its number or its name.")]
_ADDRESS = 254
_NAME = "Name of a schedule; each owner has it once."
_VIEW = "The number of a saved view that the owner can open."


def _one_of(words: tuple[str, ...], meaning: str, default: Any = ...) -> Any:  # noqa: ANN401  as the library has it
    return Field(default, description=meaning, json_schema_extra={"enum": [*words]})


_AT = Field(default=None, description="Time of the clock there; 07:00.", examples=["07:30"])
_ON = Field(
    default=None,
    description="Day: of the week (mon), the month (1 to 31, last) or the year (02-29).",
    examples=["1"],
)
_CRON = Field(
    default=None, description="Five fields, where `every` is cron.", examples=["30 7 * * mon"]
)
_ZONE = "IANA time zone of the timing and of the report's period."


class Report(SqlQuery):
    """A report as `GET reports/{name}` is asked for it; the schedule says the time zone."""

    report: str = Field(description="A report, by its name.", examples=["users"])
    by: str | None = Field(
        None, description="Break it down.", json_schema_extra={"enum": ["account", "group"]}
    )

    def words(self) -> Object:
        """What was said of it."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class Timed(Body):
    """When a schedule is due."""

    every: str = _one_of(EVERY, "How often it is due.")
    at: str | None = _AT
    on: str | None = _ON
    cron: str | None = _CRON
    time_zone: str = Field(default="UTC", description=_ZONE, examples=["Europe/Berlin"])


class NewSchedule(Timed):
    """A schedule that is to be made: of a saved view, or of a report."""

    name: str = Field(description=_NAME, examples=["Clients for the board"])
    view: int | None = Field(default=None, description=_VIEW)
    report: Report | None = None
    formats: list[str] = Field(
        description=f"Of {', '.join(FORMATS)}: one file each.", examples=[["xlsx", "pdf"]]
    )
    catch_up: str = _one_of(CATCH_UP, "Which of the missed due times are made up for.", "latest")
    recipients: list[Annotated[str, Field(max_length=_ADDRESS)]] = Field(
        default=[], description="Addresses of e-mail.", examples=[["ada@example.org"]]
    )
    forwarders: list[str] = Field(default=[], description="Forwarders, by name.")
    keep_days: int = Field(default=KEEP_DAYS, description="Days that the files are kept for.")


class Change(Body):
    """What is to be another way; what is missing stays as it is."""

    name: str | None = Field(default=None, description=_NAME)
    view: int | None = Field(default=None, description=_VIEW)
    report: Report | None = None
    formats: list[str] | None = None
    every: str | None = _one_of(EVERY, "How often it is due.", None)
    at: str | None = _AT
    on: str | None = _ON
    cron: str | None = _CRON
    time_zone: str | None = Field(default=None, description=_ZONE)
    catch_up: str | None = _one_of(CATCH_UP, "Which missed due times are made up for.", None)
    recipients: list[Annotated[str, Field(max_length=_ADDRESS)]] | None = None
    forwarders: list[str] | None = None
    keep_days: int | None = None


def routes(app: App) -> APIRouter:
    """What is under `schedules`: list, add, read, change, remove, pause, run, and the runs."""
    router = resource("Schedules")

    @router.get("/schedules", response_model=Page)
    def list_schedules(who: _May) -> Object:
        """List your schedules, or all where you manage them everywhere, with their next runs."""
        return schedules.listed(app, who)

    @router.post("/schedules", status_code=201)
    def add_schedule(who: _May, wanted: NewSchedule) -> Object:
        """Add a schedule; it runs with your rights as they are at each run."""
        return schedules.add(app, who, **_words(wanted))

    @router.post("/next-runs")
    def next_runs(who: _May, timed: Timed) -> Object:
        """Tell the next five runs that a timing would have; nothing is saved."""
        return schedules.next_runs(app, who, **timed.model_dump())

    @router.get("/schedules/{schedule}")
    def get_schedule(who: _May, schedule: _Schedule) -> Object:
        """Read a schedule."""
        return schedules.show(app, who, schedule)

    @router.patch("/schedules/{schedule}")
    def change_schedule(who: _May, schedule: _Schedule, wanted: Change) -> Object:
        """Change a schedule; another timing holds from now on."""
        return schedules.change(app, who, schedule, **_words(wanted))

    @router.delete("/schedules/{schedule}")
    def remove_schedule(who: _May, schedule: _Schedule) -> Object:
        """Remove a schedule with the list of its runs; their files stay as long as was said."""
        return schedules.remove(app, who, schedule)

    _acts(router, app)
    return router


def _acts(router: APIRouter, app: App) -> None:
    """What is done with a schedule as it is."""

    @router.get("/schedules/{schedule}/runs", response_model=Page)
    def list_runs(
        who: _May, schedule: _Schedule, limit: PageLimit = 100, cursor: PageCursor = None
    ) -> Object:
        """List the runs, newest first: period, state, the files you may see, deliveries."""
        return schedules.runs(app, who, schedule, limit, cursor)

    @router.post("/schedules/{schedule}/run", status_code=202)
    def run_schedule(who: _May, schedule: _Schedule) -> Object:
        """Have it run at once, to all it is for."""
        return schedules.run_now(app, who, schedule)

    @router.post("/schedules/{schedule}/test", status_code=202)
    def test_schedule(who: _May, schedule: _Schedule) -> Object:
        """Have it run at once, to your own address alone, marked as a test."""
        return schedules.test_send(app, who, schedule)

    @router.post("/schedules/{schedule}/pause")
    def pause_schedule(who: _May, schedule: _Schedule) -> Object:
        """Let it run no more until it is resumed."""
        return schedules.pause(app, who, schedule)

    @router.post("/schedules/{schedule}/resume")
    def resume_schedule(who: _May, schedule: _Schedule) -> Object:
        """Let it run from now on; what was due meanwhile is not made up for."""
        return schedules.resume(app, who, schedule)


def _words(wanted: NewSchedule | Change) -> Object:
    words = wanted.model_dump(exclude={"report"})
    return words | {"report": None if wanted.report is None else wanted.report.words()}
