"""The log: one line for each record, which nothing that a stranger sends can forge or hide.

JSON on standard error, or coloured text where that is a terminal. Bodies and keys are never
given to the log; what looks like a key all the same is masked, and control characters are escaped.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import JSONRenderer, TimeStamper, add_log_level, format_exc_info
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, Processor

from vaultmeter.model.printable import printable

_SECRET_NAMES = re.compile(r"authorization|password|secret|token|(^|_)key$", re.IGNORECASE)
_SECRETS = re.compile(r"(?i:bearer)\s+\S+|vm_ingest_\S+")
_MASK = "***"
_UNTOUCHED = frozenset({"exc_info", "_record", "_from_structlog"})
_LINES = frozenset({"exception", "stack"})
"""What may have several lines; JSON escapes them."""


def set_up_logs(stream: TextIO = sys.stderr, level: str = "info") -> None:
    """Send everything that is logged in this process to a stream.

    The libraries' own loggers come through from warnings up.
    """
    is_terminal = stream.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_log_level,
        TimeStamper(fmt="iso", utc=True),
        format_exc_info,
        clean,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _take_over(stream, level, _formatter(shared, is_terminal=is_terminal))


def _formatter(shared: list[Processor], *, is_terminal: bool) -> logging.Formatter:
    render: Processor = JSONRenderer()
    if is_terminal:
        render = ConsoleRenderer(exception_formatter=plain_traceback)
    return ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[ProcessorFormatter.remove_processors_meta, render],
    )


def _take_over(stream: TextIO, level: str, formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("vaultmeter").setLevel(level.upper())
    logging.captureWarnings(capture=True)


def clean(_logger: Any, _method: str, record: EventDict) -> EventDict:  # noqa: ANN401  of no use here
    """Mask secrets, and write control characters as their codes, wherever they are in a record."""
    untouched = {name: record.pop(name) for name in _UNTOUCHED & record.keys()}
    return {_escaped(name): _clean(name, value) for name, value in record.items()} | untouched


def _clean(name: str, value: Any) -> Any:  # noqa: ANN401  whatever is logged
    if _SECRET_NAMES.search(name):
        return _MASK
    if isinstance(value, dict):
        return {_escaped(str(key)): _clean(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    if isinstance(value, bool | int | float | None):
        return value
    text = str(value)
    if name in _LINES:
        return "\n".join(_escaped(line) for line in text.split("\n"))
    return _escaped(text)


def _escaped(text: str) -> str:
    return printable(_SECRETS.sub(_MASK, text))
