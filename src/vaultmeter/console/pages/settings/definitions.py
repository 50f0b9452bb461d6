"""Settings, Definitions: what active means, what another definition would change, and the words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vaultmeter import definitions
from vaultmeter.access.trail_acts import list_trail
from vaultmeter.asked import When
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_apart
from vaultmeter.console.named import user_urls
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.settings.proposal import FIELDS, INTENTS, KINDS, Proposal, presets
from vaultmeter.console.pages.settings.sections import DEFINITIONS as SECTION
from vaultmeter.console.pages.settings.sections import TRAIL, settings_page
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Forbidden, Invalid, VaultmeterError
from vaultmeter.reports.definitions import DEFINITIONS
from vaultmeter.reports.preview import STATUSES

_NAMES = 20
"""Names that are shown of those whose status would change."""
_MOST = 1_000
_PRESET_WORDS = {
    "vaultmeter": "vaultmeter",
    "lastpass": "LastPass",
    "bitwarden-labs": "Bitwarden Labs",
    "github": "GitHub",
}


def _proposal(asking: Asking) -> Proposal:
    """What is proposed, else what holds."""
    given = asking.view.extra or (asking.refused.form if asking.refused else {})
    if given.get("proposed"):
        return Proposal(given)
    return Proposal.of(asking.app.terms().status)


def _form(asking: Asking) -> dict[str, Any]:
    proposal = _proposal(asking)
    return {
        "fields": proposal.fields,
        "held": asking.app.terms().status,
        "intents": INTENTS,
        "kinds": KINDS,
        "presets": [
            (_PRESET_WORDS[name], _url(asking, preset), preset.changes() == _changes(proposal))
            for name, preset in presets().items()
        ],
        "is_open": bool(asking.view.extra),
    }


def _changes(proposal: Proposal) -> dict[str, Any] | None:
    """What a form says; `None` where it cannot be read."""
    try:
        return proposal.changes()
    except Invalid:
        return None


def _url(asking: Asking, proposal: Proposal) -> str:
    return replace(asking.view, extra=dict(proposal.fields)).url()


def _may_set(asking: Asking) -> bool:
    try:
        asking.who.require_everywhere(Permission.DEFINITIONS)
    except Forbidden:
        return False
    return True


def _effect(asking: Asking) -> dict[str, Any]:
    proposal, held = _proposal(asking), asking.app.terms().status
    facts = {
        "held": held,
        "fields": proposal.fields,
        "may_set": _may_set(asking),
        "may_see": asking.may(Permission.REPORTS),
        "statuses": STATUSES,
    }
    try:
        changes = proposal.changes()
        wanted = definitions.Changes(**changes).of(held)
        is_other = replace(wanted, version=held.version) != held
        found = _previewed(asking, changes) if facts["may_see"] else None
    except VaultmeterError as error:
        return {**facts, "wrong": error, "is_other": False, "found": None}
    next_ = replace(wanted, version=held.version + is_other)
    return {**facts, "wrong": None, "is_other": is_other, "wanted": next_, "found": found}


def _previewed(asking: Asking, changes: Mapping[str, Any]) -> dict[str, Any]:
    when: When = asking.view.when

    def make() -> dict[str, Any]:
        span = (when.range, when.start, when.end, when.zone)
        return definitions.previewed(asking.app, asking.who, *span, limit=_NAMES, **changes)

    # Whoever may ask is checked anew for each reader: what is kept belongs to their grants alone.
    asking.who.require(Permission.REPORTS)
    found = kept_apart(asking, ("definition effect", when, repr(sorted(changes.items()))), make)
    named = [(row["user"], row["account"]) for row in found["rows"]]
    return {
        **found,
        "days": asking.words.days(asking.first_day, asking.last_day),
        "urls": user_urls(asking, named),
    }


def _versions(asking: Asking) -> dict[str, Any]:
    rows = definitions.history(asking.app, asking.who)["rows"]
    # Each version was written down together with its entry in the trail, so both stand alike.
    noted = _noted(asking) if TRAIL.is_open(asking.who) else []
    made = [{**row, "made": instant(row["made"]), "by": "", "reason": ""} for row in rows[::-1]]
    for row, entry in zip(made, noted, strict=False):
        if row["made"] is not None:
            row |= {"by": entry["who"], "reason": entry["details"].get("reason", "")}
    return {"versions": made, "shows_reasons": TRAIL.is_open(asking.who)}


def _noted(asking: Asking) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = list_trail(
        asking.app, asking.who, limit=_MOST, act="definition.set"
    )["rows"]
    return rows


def _words(asking: Asking) -> dict[str, Any]:
    told = {**DEFINITIONS, "status": asking.app.terms().status.text()}
    return {"words_told": [(name.replace("_", " "), text) for name, text in told.items()]}


PAGE = settings_page(
    SECTION,
    "What the words in reports mean, and who counts as active",
    Block("definition", "pages/settings/definition.html", _form, "Who counts as active"),
    Block("effect", "pages/settings/effect.html", _effect, "What it would change"),
    Block("versions", "pages/settings/versions.html", _versions, "Versions"),
    Block("words", "pages/settings/words.html", _words, "Every word"),
    extra=FIELDS,
)


def _set(asking: Asking, form: Form) -> Done:
    held = asking.app.terms().status.version
    if form.text("held") != str(held):
        raise Invalid(
            f"Version {held} was saved by somebody meanwhile.", "Look at the effect again first."
        )
    reason = form.text("reason")
    if not reason:
        raise Invalid("A new version needs a reason.", "Write one for whoever reads the trail.")
    given = Proposal({name: form.text(name) for name in FIELDS if form.text(name)})
    done = definitions.set_definition(asking.app, asking.who, reason=reason, **given.changes())
    version = done["status"]["version"]
    if not done["is_new_version"]:
        return Done(told=f"Nothing changed: version {version} says the same.")
    return Done(told=f"Version {version} holds from now on, on every report.")


ACTS = (Act("definition", "/settings/definitions/save", _set, PAGE),)
