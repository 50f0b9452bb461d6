"""What is done with schedules on their pages: made, changed, paused, sent by hand, removed."""

from typing import Any

from vaultmeter import schedules
from vaultmeter.console.acts import Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.delivered import FIELD, Source
from vaultmeter.console.pages.schedules.fields import LISTS, TEXTS, Fields
from vaultmeter.console.pages.schedules.words import due_words
from vaultmeter.console.pages.settings.forms import check_typed
from vaultmeter.console.saved import views_of
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid, NotFound, VaultmeterError
from vaultmeter.schedules.plan import checked
from vaultmeter.views import saved

LIST = "/schedules"
RUNS = "/schedules/runs"
_DIGITS = 18
_LONGEST_VIEW = 74


def number_of(asking: Asking) -> str:
    """The number of the schedule in the address; raises `NotFound` for what is none."""
    text = asking.parameters.get("id", "")
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        raise NotFound("There is no such schedule that you can see.", "It may have been removed.")
    return text


def add(asking: Asking, form: Form) -> Done:
    """Make a schedule; a page that is no saved view is saved as one under the schedule's name."""
    fields = _typed(form)
    name, words, source = fields.text("name"), fields.words(), fields.source(asking)
    _check(name, words)
    view, is_new = _view_of(asking, source, name)
    try:
        made = schedules.add(asking.app, asking.who, name=name, view=view, **words)
    except VaultmeterError:
        if is_new:
            saved.delete(asking.app, asking.who, view)
        raise
    return Done(LIST, f"“{made['name']}” leaves next on {_next(asking, made)}.")


def change(asking: Asking, form: Form) -> Done:
    """Change a schedule to what the form says."""
    fields, number = _typed(form), number_of(asking)
    name, words = fields.text("name"), fields.words()
    what: dict[str, Any] = {}
    if fields.text(FIELD):
        _check(name, words)
        what["view"], _ = _view_of(asking, fields.source(asking), name)
    done = schedules.change(asking.app, asking.who, number, name=name, **words, **what)
    state = "is paused" if done["is_paused"] else f"leaves next on {_next(asking, done)}"
    return Done(LIST, f"“{done['name']}” is changed. It {state}.")


def pause(asking: Asking, _: Form) -> Done:
    """Let it run no more."""
    done = schedules.pause(asking.app, asking.who, number_of(asking))
    return Done(LIST, f"“{done['name']}” is paused.")


def resume(asking: Asking, _: Form) -> Done:
    """Let it run again."""
    done = schedules.resume(asking.app, asking.who, number_of(asking))
    return Done(LIST, f"“{done['name']}” leaves next on {_next(asking, done)}.")


def run(asking: Asking, _: Form) -> Done:
    """Let it run at once, to all it is for."""
    number = number_of(asking)
    name = schedules.show(asking.app, asking.who, number)["name"]
    schedules.run_now(asking.app, asking.who, number)
    return Done(f"{RUNS}?schedule={number}", f"“{name}” runs now.")


def test(asking: Asking, _: Form) -> Done:
    """Let it run at once, to the reader's own address alone."""
    number = number_of(asking)
    name = schedules.show(asking.app, asking.who, number)["name"]
    schedules.test_send(asking.app, asking.who, number)
    return Done(f"{RUNS}?schedule={number}", f"“{name}” is sent to your own address, as a test.")


def remove(asking: Asking, form: Form) -> Done:
    """Forget it, once its name was typed."""
    number = number_of(asking)
    check_typed(form, schedules.show(asking.app, asking.who, number)["name"])
    gone = schedules.remove(asking.app, asking.who, number)
    return Done(LIST, f"“{gone['name']}” is removed. Its files stay as long as was said.")


def _typed(form: Form) -> Fields:
    return Fields(
        {name: form.text(name) for name in TEXTS},
        {name: tuple(form.texts(name)) for name in LISTS},
    )


def _check(name: str, words: dict[str, Any]) -> None:
    """Raise `Invalid` for what cannot be a schedule, before a view is saved for it."""
    if not name:
        raise Invalid("A schedule needs a name.", "Write what leaves: Clients for the board.")
    checked({**words, "view": 0, "report": None})


def _view_of(asking: Asking, source: Source, name: str) -> tuple[int, bool]:
    """The saved view of a source, and whether it was made for it."""
    if source.view is not None:
        return source.view.id, False
    own = [each.view for each in views_of(asking) if each.is_own]
    for view in own:
        if (view.path, view.query) == (source.path, source.query):
            return view.id, False
    made = saved.add(asking.app, asking.who, _free(name, {each.name for each in own}), source.word)
    return made.id, True


def _free(name: str, taken: set[str]) -> str:
    """A name for a view that none has yet."""
    name = name[:_LONGEST_VIEW].rstrip()
    numbered = (f"{name} ({n})" for n in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def _next(asking: Asking, row: Object) -> str:
    told = due_words(row["next"][0]["due"], row["time_zone"], asking.words)
    return f"{told['text']} ({row['time_zone']})"
