"""The analytics document for somebody: the parts that their roles let them see, and no others.

`usage_reports` and `clients_usage_reports` need `--usage-reports-access all`; `analytics_data` and
`certificates_expiry_data` need `--analytics-access`. Somebody with one of the two gets its part.
"""

from dataclasses import replace

import orjson

from vaultmeter.api.kept import Answer, Question
from vaultmeter.app import App
from vaultmeter.asked import AnalyticsAsked, When, period
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Forbidden
from vaultmeter.model.filters import Filters
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.analytics_data import (
    NO_ACCOUNT,
    account_of,
    check_known,
    in_order,
    tables_part,
    usage_part,
)
from vaultmeter.reports.as_of import as_of
from vaultmeter.reports.run import Ask
from vaultmeter.store import Store

_ANY_TEXT = "*"
_SHOWING = {Permission.REPORTS, Permission.ANALYTICS}


def analytics_for(app: App, who: Principal, asked: AnalyticsAsked) -> Object:
    """The document; raises `Forbidden` without either permission, and what reports raise."""
    with app.store.reader() as store:
        return _document(app, store, who, asked, app.terms())


def analytics_question(app: App, who: Principal, asked: AnalyticsAsked) -> Question:
    """The document as a question that may be kept: all that it depends on; raises `Invalid`."""
    levels = tuple((role.grant, role.usage_reports, role.analytics) for role in who.roles)
    when = asked.when.key(app.clock())
    filters = tuple(sorted((name, tuple(words)) for name, words in asked.filters.items()))
    own = None if _levels(who) != {"own"} else (who.kind, who.name)
    words = None if when is None else ("analytics", levels, own, when, filters)
    return Question(_seen(who), words)


def analytics_made(app: App, who: Principal, asked: AnalyticsAsked) -> Answer:
    """The document as it is sent, with the state it rests on; raises as `analytics_for`."""
    with app.store.reader(app.settings.report_seconds) as store:
        terms = app.terms()
        document = _document(app, store, who, asked, terms)
        body = orjson.dumps(document)
        return Answer(body, "application/json", as_of(store, terms))


def check_any(who: Principal) -> None:
    """Raise `Forbidden` for somebody who may see no part of the document."""
    if not who.permissions & _SHOWING:
        raise Forbidden(
            f"{who.name} may not do this: it needs usage-reports-access all, or analytics-access.",
            "A role gives it: vaultmeter update-role --name ROLE --usage-reports-access all",
        )


def account_shown(app: App, who: Principal) -> str:
    """The account that is named to somebody: the first that was known of those they see."""
    permission = next(iter(sorted(who.permissions & _SHOWING)), None)
    if permission is None:
        return NO_ACCOUNT
    viewer = who.viewer(permission)
    with app.store.reader() as store:
        return account_of(store, Ask(viewer, period(app, store, viewer, When("all"))))


def _document(
    app: App, store: Store, who: Principal, asked: AnalyticsAsked, terms: Terms
) -> Object:
    check_any(who)
    now = app.clock()
    span = period(app, store, _seen(who), asked.when)
    ask = Ask(Viewer(who.name, ()), span, Filters.of(asked.filters), terms=terms)
    check_known(store, replace(ask, viewer=_seen(who)))
    parts: Object = {}
    if Permission.ANALYTICS in who.permissions:
        parts |= _tables(store, who, ask)
    if Permission.REPORTS in who.permissions:
        parts |= usage_part(store, replace(ask, viewer=who.viewer(Permission.REPORTS)), now)
    return in_order(parts, now)


def _seen(who: Principal) -> Viewer:
    """Somebody as the viewer of all that they see in one part or another."""
    return Viewer.of(who.name, (role.grant for role in who.roles if role.permissions & _SHOWING))


def _levels(who: Principal) -> set[str]:
    """The levels of access to analytics that somebody's roles give."""
    return {role.analytics for role in who.roles} - {"none"}


def _tables(store: Store, who: Principal, ask: Ask) -> Object:
    """The tables: of all that roles with the level all let through, else of one's own use alone."""
    whole = [role.grant for role in who.roles if role.analytics == "all"]
    if whole:
        return tables_part(store, replace(ask, viewer=Viewer.of(who.name, whole)))
    viewed = replace(ask, viewer=who.viewer(Permission.ANALYTICS))
    if who.kind != "user" or _ANY_TEXT in who.name:
        # A key uses no vault, and a name that is a pattern would be more than one person.
        return tables_part(store, replace(viewed, viewer=Viewer(who.name, ())), own=True)
    own = Filters({**ask.filters.patterns, "user": (who.name,)}, literal=ask.filters.literal)
    return tables_part(store, replace(viewed, filters=own), own=True)
