"""The page of all saved views, and what can be done with them."""

from typing import Any

from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.show import against
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.rail import title_of
from vaultmeter.console.saved import said_deleted, said_saved, views_of, word_of
from vaultmeter.model.errors import NotFound
from vaultmeter.views import saved

_LONGEST_NUMBER = 9


def _views(asking: Asking) -> dict[str, Any]:
    found = views_of(asking)
    return {
        "own": [each for each in found if each.is_own],
        "shared": [each for each in found if not each.is_own],
        "page_title": title_of,
    }


PAGE = Page(
    "views",
    "/views",
    "Saved views",
    (one(Block("views", "pages/views/list.html", _views, "Saved views", "table")),),
    subtitle="Pages with their range and filters, under a name",
    has_bar=False,
)


def _save(asking: Asking, form: Form) -> Done:
    name, back = form.text("name"), form.text("back")
    view = saved.add(asking.app, asking.who, name, back, is_shared=form.is_on("shared"))
    return Done(f"{back}&view={word_of(view.id)}", said_saved(view.name))


def _rename(asking: Asking, form: Form) -> Done:
    view = saved.rename(asking.app, asking.who, _number(asking), form.text("name"))
    return Done(PAGE.path, f"View is called “{view.name}” now")


def _share(asking: Asking, form: Form) -> Done:
    is_shared = form.is_on("shared")
    view = saved.share(asking.app, asking.who, _number(asking), is_shared=is_shared)
    told = "is shared with everybody" if is_shared else "is yours alone"
    return Done(PAGE.path, f"View “{view.name}” {told}")


def _update(asking: Asking, form: Form) -> Done:
    back = form.text("back")
    view = saved.update(asking.app, asking.who, _number(asking), back)
    return Done(f"{back}&view={word_of(view.id)}", f"View “{view.name}” changed")


def _delete(asking: Asking, _: Form) -> Done:
    view = saved.delete(asking.app, asking.who, _number(asking))
    return Done(PAGE.path, said_deleted(view.name))


def _restore(asking: Asking, _: Form) -> Done:
    view = saved.restore(asking.app, asking.who, _number(asking))
    return Done(PAGE.path, f"View “{view.name}” is back")


def _number(asking: Asking) -> int:
    """The number of the view in the address; raises `NotFound` for what is none."""
    text = asking.parameters.get("id", "")
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        raise NotFound("There is no such view of yours.", "It may have been deleted.")
    return int(text)


ACTS = (
    Act("view-save", "/views", _save, PAGE),
    Act("view-rename", "/views/{id}/rename", _rename, PAGE),
    Act("view-share", "/views/{id}/share", _share, PAGE),
    Act("view-update", "/views/{id}/update", _update, PAGE),
    Act("view-delete", "/views/{id}/delete", _delete, PAGE),
    Act("view-restore", "/views/{id}/restore", _restore, PAGE),
    Act("against", "/against", against, PAGE),
)
