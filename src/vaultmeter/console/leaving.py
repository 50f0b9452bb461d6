"""The check-list of somebody who leaves: what is done of it, when and by whom.

It changes nothing in a vault. Whoever may see the reports of a user may tick; the trail says so.
"""

from vaultmeter.console.acts import Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.named import User, user_of
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Invalid
from vaultmeter.state import leaving as state
from vaultmeter.state.leaving import Tick

STEPS = ("sign-ins", "rotate", "hand-over", "revoke", "exports")
"""What is to be done, in the order it should be."""
PATH = "/users/{id}/leaver"
"""Where a tick is sent to."""


def ticks_of(asking: Asking, user: User) -> dict[str, Tick]:
    """What is done about a user, by step."""
    with asking.app.state.reading() as connection:
        return state.ticks(connection, user.account, user.name)


def tick(asking: Asking, form: Form) -> Done:
    """Note that a step is done, or that it is not after all.

    Raises `NotFound` for a user who is not to be seen, `Invalid` for a step that there is not.
    """
    asking.who.require(Permission.REPORTS)
    user, step, is_done = user_of(asking), form.text("step"), form.is_on("done")
    if step not in STEPS:
        raise Invalid(f"There is no step {step!r}.", "Load the page again.")
    named = (user.account, user.name, step)
    act = "leaver.tick" if is_done else "leaver.untick"
    told = {"account": user.account, "step": step}
    with asking.app.access.noting(asking.who, act, user.name, **told) as connection:
        if is_done:
            state.set_tick(connection, *named, Tick(asking.now, asking.who.name))
        else:
            state.remove_tick(connection, *named)
    return Done(f"{asking.view.at(f'/users/{user.id}').url()}#leaver")
