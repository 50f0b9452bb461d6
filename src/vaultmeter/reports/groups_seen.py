"""Groups of accounts as a viewer may know them: by the accounts of them that it sees.

Whoever may not see everything learns of no other account by a group, be it from a hint, a part of
a breakdown or the values of a statement; a group in which it sees nothing is not there.
"""

from collections.abc import Mapping
from dataclasses import replace

from vaultmeter.model.filters import GROUP, Filters
from vaultmeter.model.period import Period
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.store import Store
from vaultmeter.store.question import Question
from vaultmeter.store.statement import statement

Groups = Mapping[str, tuple[str, ...]]

_NAMES = "select name from accounts order by name"


def groups_seen(store: Store, viewer: Viewer, groups: Groups, period: Period) -> Groups:
    """The groups with the accounts of each that the viewer sees, in place of its patterns."""
    if viewer.grants is None:
        return groups
    found = {name: _accounts(store, viewer, groups, name, period) for name in groups}
    return {name: accounts for name, accounts in found.items() if accounts}


def terms_seen(
    store: Store, viewer: Viewer, terms: Terms, filters: Filters, period: Period
) -> Terms:
    """The terms of a question, with such groups where its filters name any."""
    named = filters.patterns.get("account", ())
    if filters.literal or not any(word.startswith(GROUP) for word in named):
        return terms
    return replace(terms, groups=groups_seen(store, viewer, terms.groups, period))


def _accounts(
    store: Store, viewer: Viewer, groups: Groups, name: str, period: Period
) -> tuple[str, ...]:
    filters = Filters({"account": (f"{GROUP}{name}",)})
    question = Question(viewer, period, filters, terms=Terms(groups=groups))
    built = statement(_NAMES, question, store.parse)
    return tuple(account for (account,) in store.query(built.sql, built.values))
