"""Evaluates rules: looks with the rights of their owners, and raises what is new, once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vaultmeter.app import App
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import NotFound, TookTooLong, Unavailable, VaultmeterError
from vaultmeter.model.message import Notice
from vaultmeter.notices.crossing import lasting
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType
from vaultmeter.notices.raising import page_url, raise_once
from vaultmeter.notices.settings import filled
from vaultmeter.notices.types import TYPES
from vaultmeter.state.notice_rules import Rule, Standing, note_evaluation, rule_of, rules
from vaultmeter.state.notices import was_raised

SECONDS = 25.0
"""How long one look may take at most: a worker that is silent for longer is not well."""


@dataclass(frozen=True)
class Failure:
    """Why the evaluation of a rule came to nothing."""

    rule: Rule
    error: Exception
    is_new: bool
    """Whether it did not fail so the time before."""

    @property
    def is_unexpected(self) -> bool:
        """Whether it is an error of ours, and none that anybody could act on."""
        return not isinstance(self.error, VaultmeterError)


def evaluate(
    app: App,
    *,
    is_due: Callable[[Rule], bool] = lambda _: True,
    failed: Callable[[Failure], None] = lambda _: None,
    pulse: Callable[[], None] = lambda: None,
) -> list[Notice]:
    """Evaluate the enabled rules that are due; answers the notices that were raised.

    A rule that fails keeps nobody from the others: why is kept with the rule, and `failed` is
    told. `pulse` is called between two rules. Raises `Unavailable` while there is no store.
    """
    with app.state.reading() as connection:
        held = [rule for rule in rules(connection) if rule.is_enabled]
    raised: list[Notice] = []
    for rule in held:
        if type_of(rule).find is None or not is_due(rule):
            continue
        pulse()
        raised += _evaluated(app, rule, failed)
    return raised


def type_of(rule: Rule) -> RuleType:
    """The type of a rule."""
    return TYPES[rule.type]


def settings_of(rule: Rule) -> dict[str, Any]:
    """Every setting of a rule, with the default of what it does not say."""
    return filled(type_of(rule).settings, rule.settings)


def found_by(app: App, who: Principal, rule: Rule) -> Found:
    """What a rule finds now, seen with the rights of `who`; raises what reports raise."""
    viewer = who.viewer(Permission.REPORTS)
    find = type_of(rule).find
    if find is None:
        return Found()
    seconds = min(app.settings.report_seconds, SECONDS)
    with app.store.reader(seconds) as store:
        looking = Looking(
            app,
            store,
            viewer,
            rule.name,
            settings_of(rule),
            rule.account,
            rule.product,
            app.clock(),
        )
        return find(looking)


def new_findings(
    connection: Connection, rule: Rule, found: Found, now: datetime
) -> tuple[list[Finding], Standing]:
    """Those of the findings that are to be told, under the keys of their notices; what then stands.

    Thresholds are told when they are crossed, or once a day or month: the rule says.
    """
    period = lasting(settings_of(rule), now)
    mark = f"rule {rule.id}.{rule.version}"
    new, times = list(found.once), rule.standing.times
    over: dict[str, Any] = {}
    for finding in found.beyond:
        over[finding.key] = rule.standing.over.get(finding.key, finding.remembered)
        if period is not None:
            new.append(replace(finding, key=f"{mark}: {finding.key} in {period}"))
        elif finding.key not in rule.standing.over:
            times += 1
            new.append(replace(finding, key=f"{mark}: {finding.key}, crossing {times}"))
    for key, remembered in rule.standing.over.items():
        if key not in over and (again := found.over(key, remembered)) is not None:
            times += 1
            new.append(replace(again, key=f"{mark}: {again.key}, {times}"))
    before = was_raised(connection, (finding.key for finding in new))
    return [each for each in new if each.key not in before], Standing(over, times)


def _evaluated(app: App, rule: Rule, failed: Callable[[Failure], None]) -> list[Notice]:
    try:
        return list(_raised(app, rule, found_by(app, _owner(app, rule), rule)))
    except VaultmeterError as error:
        if isinstance(error, Unavailable) and not isinstance(error, TookTooLong):
            raise
        _note_failure(app, rule, _words(error), error, failed)
    except Exception as error:  # noqa: BLE001  one rule must not keep the others from working
        words = f"It failed unexpectedly ({type(error).__name__}): the log tells more."
        _note_failure(app, rule, words, error, failed)
    return []


def _words(error: VaultmeterError) -> str:
    """Why, as everybody who sees the rule may read it."""
    if error.inside:
        return "The data cannot be read at the moment: the log tells more."
    return f"{error.message} {error.hint}".strip()


def _raised(app: App, rule: Rule, found: Found) -> Iterator[Notice]:
    """Raise what is new, and note what stands, in one transaction."""
    now = app.clock()
    with app.state.changing(decides=False) as connection:
        held = rule_of(connection, rule.id)
        if held is None or held.version != rule.version or not held.is_enabled:
            # It was changed or removed meanwhile: what it found is of no interest any more.
            return
        # What stands is read again: another process may have evaluated the rule, too.
        new, standing = new_findings(connection, held, found, now)
        notices = [_raise(app, connection, held, finding, now) for finding in new]
        note_evaluation(connection, held, now, standing=standing)
    yield from (notice for notice in notices if notice is not None)


def _raise(
    app: App, connection: Connection, rule: Rule, finding: Finding, now: datetime
) -> Notice | None:
    return raise_once(
        connection,
        type=rule.type,
        product=finding.product,
        account=finding.account,
        key=finding.key,
        text=finding.text,
        payload=finding.payload,
        now=now,
        url=page_url(app),
    )


def _owner(app: App, rule: Rule) -> Principal:
    """Whoever made the rule, with the rights they have now; raises `NotFound`."""
    if rule.owner_kind == "operator":
        return Principal.operator()
    with app.state.reading() as connection:
        who = app.access.holder(connection, rule.owner_kind, rule.owner)
    # Numbers of keys are used again, so that another one may bear it by now.
    if who is None or who.name != rule.owner_name:
        raise NotFound(
            f"The {rule.owner_kind} {rule.owner_name!r}, whose rule it is, is gone or disabled.",
            "Change the rule, and it is yours.",
        )
    return who


def _note_failure(
    app: App, rule: Rule, words: str, error: Exception, failed: Callable[[Failure], None]
) -> None:
    with app.state.changing(decides=False) as connection:
        note_evaluation(connection, rule, app.clock(), error=words)
    failed(Failure(rule, error, is_new=words != rule.error))
