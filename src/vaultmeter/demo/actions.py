"""What identities do: every action, its JSON text, and the gestures people make with items.

An action code packs a deed (kind, product and detail), an outcome and a weight, so that a batch
of events needs one column for all five.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from vaultmeter.demo.arrays import Ints

ITEM_TYPES: Final = (
    "static_secret",
    "dynamic_secret",
    "rotated_secret",
    "classic_key",
    "password",
    "ssh_cert_issuer",
    "pki_cert_issuer",
    "target",
)
STATIC, DYNAMIC, ROTATED, KEY, PASSWORD, SSH, PKI, TARGET = range(len(ITEM_TYPES))
NO_ITEM = len(ITEM_TYPES)
"""Stands in for an item type when a member does something that touches no item."""
NO_ITEM_ADMIN = NO_ITEM + 1
"""The same for an administrator, who does other things."""

OUTCOMES: Final = ("ok", "denied", "not_found", "error")
OK, DENIED, NOT_FOUND, ERROR = range(len(OUTCOMES))
WEIGHTS: Final = (1, 2, 5, 10, 25, 50, 100)

PRODUCTS: Final = ("sm", "pm", "sra")

_DEEDS: Final = (
    *((kind, product, "") for product in PRODUCTS for kind in ("login", "login_failed", "logout")),
    *((kind, "sm", "") for kind in ("heartbeat", "secret_read", "credential_issued")),
    *((kind, "sm", "") for kind in ("list", "rotation")),
    *(("key_operation", "sm", detail) for detail in ("encrypt", "decrypt", "sign", "verify")),
    *((kind, "sm", "") for kind in ("item_added", "item_updated", "item_deleted", "item_shared")),
    *((kind, "pm", "") for kind in ("item_added", "item_updated", "item_deleted", "item_shared")),
    *((kind, "sra", "") for kind in ("item_added", "item_updated", "item_deleted")),
    *(("password_accessed", "pm", detail) for detail in ("viewed", "revealed", "copied")),
    *((kind, "pm", "") for kind in ("password_autofilled", "list", "rotation", "export")),
    *(("remote_connection", "sra", detail) for detail in ("ssh", "rdp")),
    *(("admin", "sm", detail) for detail in ("policy_changed", "role_changed")),
    *(("admin", "pm", detail) for detail in ("member_added", "group_changed")),
)
_DEED_NUMBER: Final = {deed: number for number, deed in enumerate(_DEEDS)}
_KINDS_WITH_PLACE: Final = ("login", "login_failed", "export", "admin")
_CODES_PER_DEED: Final = len(OUTCOMES) * len(WEIGHTS)


def action(kind: str, product: str, detail: str = "", outcome: int = OK) -> int:
    """Give the code of one action of weight 1; an unknown deed is a KeyError."""
    return _DEED_NUMBER[kind, product, detail] * _CODES_PER_DEED + outcome * len(WEIGHTS)


def with_outcome(action_codes: Ints, outcome: int) -> Ints:
    """Turn successful actions into the same actions with another outcome."""
    return action_codes + outcome * len(WEIGHTS)


def with_weight(action_codes: Ints, weight_number: Ints) -> Ints:
    """Turn actions of weight 1 into batches of weight `WEIGHTS[weight_number]`."""
    return action_codes + weight_number


def action_texts() -> list[str]:
    """Give the JSON members of every action code, in order: kind, product, outcome and so on."""
    return [
        f'"kind":"{kind}","product":"{product}","outcome":"{outcome}"'
        + (f',"detail":"{detail}"' if detail else "")
        + (f',"weight":{weight}' if weight > 1 else "")
        for kind, product, detail in _DEEDS
        for outcome in OUTCOMES
        for weight in WEIGHTS
    ]


def shows_place() -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say for every action code whether its events tell from where and how it was done."""
    shown = [kind in _KINDS_WITH_PLACE for kind, _, _ in _DEEDS]
    return np.repeat(np.array(shown), _CODES_PER_DEED)


def is_read() -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say for every action code whether it asks for a secret that might not be there."""
    read = [kind == "secret_read" for kind, _, _ in _DEEDS]
    return np.repeat(np.array(read), _CODES_PER_DEED)


PRODUCT_OF_TYPE: Final = ("sm", "sm", "sm", "sm", "pm", "sm", "sm", "sra")
"""The product each item type belongs to."""

_READ: Final = action("secret_read", "sm")
_ISSUE: Final = action("credential_issued", "sm")
_LIST: Final = action("list", "sm")
_UPDATE, _SHARE = action("item_updated", "sm"), action("item_shared", "sm")
_VIEW, _REVEAL, _COPY = (
    action("password_accessed", "pm", detail) for detail in ("viewed", "revealed", "copied")
)

# For each item type: how many gestures in a thousand are which sequence of actions.
_GESTURES: Final[dict[int, tuple[tuple[int, tuple[int, ...]], ...]]] = {
    STATIC: ((780, (_READ,)), (120, (_READ, _READ)), (70, (_UPDATE,)), (30, (_SHARE,))),
    DYNAMIC: ((960, (_ISSUE,)), (40, (_UPDATE,))),
    ROTATED: ((850, (_READ,)), (120, (action("rotation", "sm"),)), (30, (_UPDATE,))),
    KEY: (
        (300, (action("key_operation", "sm", "encrypt"),)),
        (400, (action("key_operation", "sm", "decrypt"),)),
        (180, (action("key_operation", "sm", "sign"),)),
        (120, (action("key_operation", "sm", "verify"),)),
    ),
    PASSWORD: (
        (430, (action("password_autofilled", "pm"),)),
        (90, (_VIEW,)),
        (150, (_VIEW, _REVEAL)),
        (170, (_VIEW, _COPY)),
        (80, (_VIEW, _REVEAL, _COPY)),
        (35, (action("item_updated", "pm"),)),
        (30, (action("item_shared", "pm"),)),
        (15, (action("rotation", "pm"),)),
    ),
    SSH: ((1000, (_ISSUE,)),),
    PKI: ((1000, (_ISSUE,)),),
    TARGET: (
        (700, (action("remote_connection", "sra", "ssh"),)),
        (300, (action("remote_connection", "sra", "rdp"),)),
    ),
    NO_ITEM: (
        (550, (action("list", "pm"),)),
        (430, (_LIST,)),
        (20, (action("export", "pm"),)),
    ),
    NO_ITEM_ADMIN: (
        (300, (_LIST,)),
        (200, (action("admin", "pm", "member_added"),)),
        (150, (action("admin", "pm", "group_changed"),)),
        (200, (action("admin", "sm", "policy_changed"),)),
        (100, (action("admin", "sm", "role_changed"),)),
        (50, (action("export", "pm"),)),
    ),
}
LONGEST_GESTURE: Final = 3
NO_ACTION: Final = -1
"""Fills the unused end of a short gesture."""


def gesture_table() -> Ints:
    """Give [item type, thousandth, step] -> action code, to draw gestures by a random thousandth.

    Item types are those of `ITEM_TYPES` followed by `NO_ITEM` and `NO_ITEM_ADMIN`.
    """
    table = np.full((len(_GESTURES), 1000, LONGEST_GESTURE), NO_ACTION, dtype=np.int64)
    for item_type, gestures in _GESTURES.items():
        thousandth = 0
        for thousandths, steps in gestures:
            table[item_type, thousandth : thousandth + thousandths, : len(steps)] = steps
            thousandth += thousandths
    return table
