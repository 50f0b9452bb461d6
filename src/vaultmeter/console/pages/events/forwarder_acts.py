"""What is done with forwarders: added, changed, tried, switched, removed; and sent again."""

from vaultmeter import forwarding
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page
from vaultmeter.console.pages.events.forwarder_fields import settings_read, wanted_read
from vaultmeter.console.pages.events.forwarder_named import known_forwarders, name_of
from vaultmeter.console.pages.events.tabs import FORWARDERS
from vaultmeter.console.pages.settings.forms import check_typed
from vaultmeter.forwarders import kind_named
from vaultmeter.model.errors import Invalid, VaultmeterError

_MOST_AT_ONCE = 200
_LONG = 16


def acts(page: Page) -> tuple[Act, ...]:
    """The changes that the forms of the page ask for."""
    return tuple(
        Act(f"forwarder-{name}", f"{FORWARDERS}/{name}", do, page) for name, do in _DO.items()
    )


def _add(asking: Asking, form: Form) -> Done:
    kind = form.text("kind")
    made = forwarding.add(
        asking.app,
        asking.who,
        form.text("name"),
        kind,
        settings_read(kind_named(kind), form, is_new=True),
        **wanted_read(form),
    )
    number = known_forwarders(asking)[made["name"]]
    told = f"Forwarder {made['name']} added. Test it: the result is told at once."
    return _told_once(asking, number, made, told)


def _change(asking: Asking, form: Form) -> Done:
    name = _open(asking, form)
    kind = forwarding.show(asking.app, asking.who, name)["kind"]
    made = forwarding.change(
        asking.app,
        asking.who,
        name,
        form.text("name", name),
        settings_read(kind_named(kind), form, is_new=False),
        **wanted_read(form),
    )
    return Done(_here(form), f"Forwarder {made['name']} changed.")


def _test(asking: Asking, form: Form) -> Done:
    """Send a test now, and tell on the page what came of it."""
    tried = forwarding.test(asking.app, asking.who, _open(asking, form))
    return Done(shown={"tried": tried})


def _switch(asking: Asking, form: Form) -> Done:
    name, is_on = _open(asking, form), form.is_on("on")
    forwarding.change(asking.app, asking.who, name, is_enabled=is_on)
    return Done(_back(form), f"Forwarder {name} is {'on' if is_on else 'off'}.")


def _renew(asking: Asking, form: Form) -> Done:
    made = forwarding.new_secret(asking.app, asking.who, _open(asking, form))
    told = f"Forwarder {made['name']} signs with a new secret; the old one signs, too, for a day."
    return _told_once(asking, int(form.text("forwarder")), made, told)


def _remove(asking: Asking, form: Form) -> Done:
    name = _open(asking, form)
    check_typed(form, name)
    gone = forwarding.remove(asking.app, asking.who, name)
    waiting = asking.words.count(gone["cancelled"], "waiting message was", "waiting messages were")
    return Done(FORWARDERS, f"Forwarder {name} removed; {waiting} cancelled.")


def _again(asking: Asking, form: Form) -> Done:
    """Send one delivery again, or all that were given up."""
    if not form.is_on("all"):
        forwarding.send_again(asking.app, asking.who, _number(form.text("delivery")))
        return Done(_back(form), "It is sent again; its state shows here.")
    found = forwarding.deliveries(asking.app, asking.who, state="dead", limit=_MOST_AT_ONCE)
    sent, refused = 0, 0
    for row in reversed(found["rows"]):
        try:
            forwarding.send_again(asking.app, asking.who, row["id"])
            sent += 1
        except VaultmeterError:
            # One that cannot be, such as of a forwarder that is gone, keeps no other back.
            refused += 1
    left = f" {asking.words.number(refused)} cannot be." if refused else ""
    return Done(_back(form), f"{asking.words.count(sent, 'message')} sent again.{left}")


def _cancel(asking: Asking, form: Form) -> Done:
    forwarding.cancel(asking.app, asking.who, _number(form.text("delivery")))
    return Done(_back(form), "It is not tried any more.")


def _told_once(asking: Asking, number: int, made: dict[str, object], told: str) -> Done:
    """The page of a forwarder, with the secret that was made for it, if one was."""
    if not made["made"]:
        return Done(f"{FORWARDERS}?forwarder={number}#forwarder", told)
    asking.view = asking.view.with_extra(forwarder=str(number), kind="")
    return Done(told=told, shown={"made": made["made"]})


def _open(asking: Asking, form: Form) -> str:
    """The name of the forwarder that a form is about, which its page shows open."""
    number = form.text("forwarder")
    if form.is_on("stays"):
        asking.view = asking.view.with_extra(forwarder=number)
    return name_of(asking, number)


def _here(form: Form) -> str:
    return f"{FORWARDERS}?forwarder={form.text('forwarder')}#forwarder"


def _back(form: Form) -> str:
    """The page that the form stood in: of one forwarder, or of all."""
    number = form.text("back")
    is_one = number.isascii() and number.isdigit() and len(number) < _LONG
    return f"{FORWARDERS}?forwarder={number}#forwarder" if is_one else FORWARDERS


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > _LONG:
        raise Invalid(f"{text[:40]!r} is no delivery.", "Load the page again.")
    return int(text)


_DO = {
    "add": _add,
    "change": _change,
    "test": _test,
    "switch": _switch,
    "secret": _renew,
    "remove": _remove,
    "again": _again,
    "cancel": _cancel,
}
"""What each form does, by the last part of its address."""
