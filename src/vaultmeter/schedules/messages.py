"""What a run sends: the files with what they are of, or the news that it failed.

The period stands in the subject, in the text, and in the names of the files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vaultmeter.exporting import ExportFile
from vaultmeter.model.message import Attachment, Message
from vaultmeter.schedules.span import part_of_name, words_of
from vaultmeter.state.schedules import AS_TEST, Run, Schedule

Span = tuple[datetime, datetime] | None
MOST_ATTACHED = 20 << 20
"""Bytes of files that go along; of more, mail servers take none."""
_TEST = "TEST: "


@dataclass(frozen=True)
class Sent:
    """A run that is made: what its message is written from."""

    schedule: Schedule
    run: Run
    zone: ZoneInfo
    span: Span
    note: str
    """What the reader must know besides, such as that the owner sees less than before."""
    url: str


def key_of(run: Run) -> str:
    """The key of a run's message: the same whoever makes it, and whenever."""
    due = f"{run.due:%Y-%m-%dT%H:%M:%S.%fZ}".replace(".000000Z", "Z")
    return f"schedule-{run.schedule}-{due}-{run.way}"


def message_of(sent: Sent, files: Sequence[ExportFile]) -> Message:
    """The message that brings the files of a run."""
    return Message(
        key_of(sent.run),
        subject_of(sent),
        _text(sent, files),
        attachments=attachments_of(sent, files),
        url=sent.url,
    )


def subject_of(sent: Sent) -> str:
    """The name of the schedule and the period, in one line."""
    test = _TEST if sent.run.way == AS_TEST else ""
    name = " ".join(sent.schedule.name.split())
    return f"{test}{name}: {words_of(sent.span, sent.zone)}"


def attachments_of(sent: Sent, files: Sequence[ExportFile]) -> tuple[Attachment, ...]:
    """The files, under names that say the period; none where they are too large together."""
    if sum(each.bytes for each in files) > MOST_ATTACHED:
        return ()
    period = part_of_name(sent.span, sent.zone, sent.run.due)
    stem = re.sub(r"[^\w]+", "-", sent.schedule.name.lower()).strip("-") or "report"
    return tuple(
        Attachment(f"{stem}-{period}{_ending(each)}", each.media_type, each.path) for each in files
    )


def _ending(file: ExportFile) -> str:
    """The end of a file's name; of several tables in an archive it tells what is inside."""
    suffix = file.path.suffix
    return f"-{file.format}{suffix}" if suffix == ".zip" else suffix


def failure_of(schedule: Schedule, run: Run, error: str) -> Message:
    """The message that tells the owner that a run was given up."""
    text = failure_text(schedule, run, error)
    return Message(f"{key_of(run)}-failed", f"Failed: {schedule.name}", text)


def failure_text(schedule: Schedule, run: Run, error: str) -> str:
    """The sentence that tells what failed, and why."""
    return f"The schedule {schedule.name!r}, due {run.due:%Y-%m-%d %H:%M} UTC, failed: {error}"


def _text(sent: Sent, files: Sequence[ExportFile]) -> str:
    due = sent.run.due.astimezone(sent.zone)
    lines = [
        sent.schedule.name,
        f"Period: {words_of(sent.span, sent.zone)}",
        f"Due: {due:%Y-%m-%d %H:%M} ({sent.zone.key})",
        f"With the rights of: {sent.schedule.owner.name}",
    ]
    if sent.run.way == AS_TEST:
        lines.insert(0, f"This is a test, asked for by {sent.run.asked_by}: nobody else got it.")
    lines += [f"{each.title or each.name}, {each.format}: {each.rows:,} rows" for each in files]
    complete = {name: to for each in files for name, to in each.complete_to.items()}
    if complete:
        told = ", ".join(f"{name} to {to}" for name, to in sorted(complete.items()))
        lines.append(f"Complete: {told}")
    if sum(each.bytes for each in files) > MOST_ATTACHED:
        lines.append("The files are too large to go along: they are kept, to be downloaded.")
    if sent.note:
        lines.append(f"Note: {sent.note}")
    return "\n".join(lines)
