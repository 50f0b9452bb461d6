"""The call for the analytics document.

Official clients send nothing but the token. Besides, `range`, `from`, `to`, `tz` and the filters
of reports are taken: texts, filters also as lists of texts.
"""

from functools import partial

from vaultmeter.api.akeyless.call import Call, Caller, Wanted
from vaultmeter.api.akeyless.given import Given
from vaultmeter.api.analytics import analytics_made, analytics_question
from vaultmeter.asked import AnalyticsAsked, When
from vaultmeter.model.access import Permission
from vaultmeter.model.filters import FILTERS


def get_analytics_data(caller: Caller) -> Wanted:
    """Answer the parts of the document that the caller may see."""
    asked = asked_of(caller.given)
    return Wanted(
        analytics_question(caller.app, caller.who, asked),
        partial(analytics_made, caller.app, caller.who, asked),
    )


def asked_of(given: Given) -> AnalyticsAsked:
    """What is asked for; raises `Invalid`."""
    when = When(
        given.text("range") or When.range,
        given.text("from"),
        given.text("to"),
        given.text("tz") or When.zone,
    )
    words = {name: given.words(name) for name in FILTERS}
    return AnalyticsAsked(when, {name: found for name, found in words.items() if found})


CALLS = {
    "get-analytics-data": Call(get_analytics_data, (Permission.REPORTS, Permission.ANALYTICS)),
}
"""The calls, each with what it needs."""
