"""Names of roles, users, groups and keys."""

from vaultmeter.model.errors import Invalid

_LONGEST = 256


def name_checked(name: str, what: str) -> str:
    """The name; raises `Invalid` for one that cannot be shown or typed."""
    if not name or name != name.strip() or len(name) > _LONGEST or not name.isprintable():
        raise Invalid(
            f"{name[:_LONGEST]!r} is no name for a {what}.",
            f"Use 1 to {_LONGEST} printable characters, without a space at either end.",
        )
    return name
