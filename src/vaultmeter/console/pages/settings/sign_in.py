"""Settings, My sign-in: the password, the second factor, and where one is signed in."""

from textwrap import wrap
from typing import Any

from vaultmeter.access import own
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import instant, refusing
from vaultmeter.console.pages.settings.password import was_given
from vaultmeter.console.pages.settings.sections import SIGN_IN, settings_page
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid

_CONFIRM = "second-factor-confirm"
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def _password(asking: Asking) -> dict[str, Any]:
    return {"is_given": was_given(asking.app.access, asking.who.name)}


def _second_factor(asking: Asking) -> dict[str, Any]:
    told = own.told_of(asking.app.access, asking.who, asking.session)
    seed = asking.shown.get("seed", "")
    return {
        "is_on": told["has_second_factor"],
        "codes_left": told["recovery_codes"],
        "seed": " ".join(wrap(seed, 4)),
        "uri": asking.shown.get("uri", ""),
        "codes": asking.shown.get("recovery_codes", ()),
        "is_begun": bool(seed) or (asking.refused is not None and asking.refused.act == _CONFIRM),
    }


def _sessions(asking: Asking) -> dict[str, Any]:
    rows = own.list_sessions(asking.app.access, asking.who, asking.session)["rows"]
    return {"sessions": [_session(row) for row in rows]}


def _session(row: Object) -> Object:
    dated = {name: instant(row[name]) for name in ("created", "last_used", "expires")}
    return {**row, **dated, "browser": browser_words(row["agent"] or "")}


def browser_words(agent: str) -> str:
    """What a browser calls itself, in two words: all of them claim to be several others."""
    name = next((word for mark, word in _BROWSERS if mark in agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    if not name:
        return agent
    return f"{name} on {system}" if system else name


PAGE = settings_page(
    SIGN_IN,
    "Your password, your second factor, and where you are signed in",
    Block("password", "pages/settings/password.html", _password, "Password"),
    Block("second-factor", "pages/settings/second_factor.html", _second_factor, "Second factor"),
    Block("sessions", "pages/settings/sessions.html", _sessions, "Where you are signed in"),
)


def _change_password(asking: Asking, form: Form) -> Done:
    new = form.secret("new")
    if new != form.secret("again"):
        raise Invalid("The two new passwords are not the same.", "Type the new one twice.")
    access, who = asking.app.access, asking.who
    renewed = refusing(
        lambda: own.change_password(access, who, asking.session, form.secret("old"), new)
    )
    return Done(told="Password changed. You are signed out everywhere else.", renewed=renewed)


def _enrol(asking: Asking, form: Form) -> Done:
    given = form.secret("password")
    return Done(shown=refusing(lambda: own.enrol(asking.app.access, asking.who, given)))


def _confirm(asking: Asking, form: Form) -> Done:
    renewed = own.confirm(asking.app.access, asking.who, asking.session, form.text("code"))
    return Done(told="The second factor is on.", shown=renewed.told, renewed=renewed)


def _turn_off(asking: Asking, form: Form) -> Done:
    given = form.secret("password")
    renewed = refusing(lambda: own.turn_off(asking.app.access, asking.who, asking.session, given))
    return Done(told="The second factor is off: the password alone signs in.", renewed=renewed)


def _end(asking: Asking, form: Form) -> Done:
    own.end_session(asking.app.access, asking.who, form.text("id"))
    return Done(told="Signed out there.")


def _end_others(asking: Asking, form: Form) -> Done:
    del form
    ended = own.end_others(asking.app.access, asking.who, asking.session)["ended"]
    return Done(told=f"Signed out in {asking.words.count(ended, 'other place')}.")


ACTS = (
    Act("password", "/settings/sign-in/password", _change_password, PAGE),
    Act("second-factor", "/settings/sign-in/second-factor", _enrol, PAGE),
    Act(_CONFIRM, "/settings/sign-in/second-factor/confirm", _confirm, PAGE),
    Act("second-factor-off", "/settings/sign-in/second-factor/off", _turn_off, PAGE),
    Act("session-end", "/settings/sign-in/sessions/end", _end, PAGE),
    Act("sessions-end", "/settings/sign-in/sessions/end-others", _end_others, PAGE),
)
