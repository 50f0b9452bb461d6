"""What is changed at a source: its key, whether it is collected, and rejected lines read again."""

from vaultmeter import quarantine
from vaultmeter.console.acts import Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.settings.forms import check_typed
from vaultmeter.console.pages.sources.known import source_of


def make_key(asking: Asking, form: Form) -> Done:
    """A new key to push with, shown this once; the one before opens no more."""
    del form
    source = source_of(asking)
    made = asking.sources.key(asking.who, source.name)
    return Done(told=f"{source.name} has a new key.", shown={"key": made["key"]})


def drop(asking: Asking, form: Form) -> Done:
    """Collect a source no more; what was collected stays."""
    source = source_of(asking)
    shown = asking.sources.show(asking.who, source.name)
    if shown["key"]:
        # A vault that pushes with the key needs another one: that cannot be undone.
        check_typed(form, source.name)
    asking.sources.remove(asking.who, source.name)
    return Done(asking.view.url(), f"{source.name} is collected no more; its records stay.")


def read_again(asking: Asking, form: Form) -> Done:
    """Try rejected lines again, with the present connectors and limits."""
    source, reason = source_of(asking), form.text("reason") or None
    told = quarantine.replayed(asking.app, asking.who, source.name, reason)
    count = asking.words.count
    words = (
        f"{count(told['records'], 'line')} read again: {count(told['events'], 'new event')}, "
        f"{count(told['duplicates'], 'duplicate')}, {asking.words.number(told['rejected'])} still "
        "rejected."
    )
    return Done(told=words, shown={"read_again": words})
