"""Icons, drawn once a page in `templates/parts/sprite.html`, and shown by name."""

from markupsafe import Markup


def icon(name: str, kind: str = "") -> Markup:
    """An icon, which says nothing alone: a word stands beside it, or labels its button."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="#i-{}"/></svg>').format(
        kind, name
    )
