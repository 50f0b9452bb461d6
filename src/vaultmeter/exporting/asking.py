"""What is asked about files in plain words, as commands and the API send them."""

from collections.abc import Mapping
from typing import Any

from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, When
from vaultmeter.exporting import keeping
from vaultmeter.exporting.making import make
from vaultmeter.exporting.signing import public_keys
from vaultmeter.exporting.wanted import Wanted
from vaultmeter.exporting.writing import Progress
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters
from vaultmeter.reports.head import report_named
from vaultmeter.views import saved


def begin(app: App, who: Principal, **words: Any) -> Object:  # noqa: ANN401  words of any type
    """Let a file be made in the background; raises as `wanted_of_words` and `keeping.begin`."""
    return keeping.plain(keeping.begin(app, who, wanted_of_words(app, who, **words)))


def make_now(
    app: App,
    who: Principal,
    progress: Progress | None = None,
    **words: Any,  # noqa: ANN401
) -> Object:
    """Make a file while whoever asks waits; raises as `wanted_of_words` and `making.make`."""
    wanted = wanted_of_words(app, who, **words)
    return keeping.plain(make(app, who, wanted, app.clock(), progress=progress))


def keys(app: App) -> Object:
    """The public keys that verify manifests, that of today first."""
    return {
        "rows": [
            {"public_key": each.text, "fingerprint": each.fingerprint}
            for each in public_keys(app.access.secret_key)
        ]
    }


def key(app: App, _who: Principal) -> Object:
    """The same, for whoever asks."""
    return keys(app)


def wanted_of_words(
    app: App,
    who: Principal,
    *,
    format: str,  # noqa: A002  the word of the API
    view: str | None = None,
    address: str | None = None,
    report: Mapping[str, Any] | None = None,
    **options: Any,  # noqa: ANN401  limit, bare and password, as `Wanted` has them
) -> Wanted:
    """What is wanted, of words; raises `Invalid` unless just one of the three says of what.

    Raises `NotFound` for a view that may not be opened, and for a report that is none.
    """
    if [view, address, report].count(None) != 2:  # noqa: PLR2004  one of three is given
        raise Invalid(
            "One thing is exported at a time.", "Name a saved view, an address, or a report."
        )
    if view is not None:
        return Wanted.of_view(format, saved.opened(app, who, view), **options)
    if address is not None:
        path, _, query = address.partition("?")
        return Wanted(format, path, query, **options)
    return Wanted(format, asked=report_of_words(**(report or {})), **options)


def report_of_words(
    *,
    name: str,
    range: str = "last-30-days",  # noqa: A002  the word of the API
    from_: str | None = None,
    to: str | None = None,
    tz: str = "UTC",
    filters: Mapping[str, list[str]] | None = None,
    **others: Any,  # noqa: ANN401  as `ReportAsked` has them
) -> ReportAsked:
    """The question to a report, of its words; raises `NotFound` and `Invalid`."""
    report_named(name)
    from_ = others.pop("from", from_)
    given = {each: list(words) for each, words in (filters or {}).items() if words}
    Filters.of(given)
    return ReportAsked(name, When(range, from_, to, tz), given, **others)
