"""What is typed into the form of a schedule, and what it means for the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from vaultmeter.console.asking import Asking
from vaultmeter.console.delivered import FIELD, Source, choices_of, source_of
from vaultmeter.console.saved import word_of
from vaultmeter.model.errors import Invalid, VaultmeterError
from vaultmeter.schedules.plan import KEEP_DAYS
from vaultmeter.schedules.timing import Timing, timing_of

TEXTS = (
    "name",
    FIELD,
    "span",
    "every",
    "at",
    "minute",
    "on-weekly",
    "on-monthly",
    "on-yearly",
    "cron",
    "tz",
    "recipients",
    "catch_up",
    "keep_days",
)
"""Fields with one value, by the words of the address."""
LISTS = ("format", "forwarder")
"""Fields that may be ticked several times."""
WORDS = (*(name for name in TEXTS if name != "tz"), *LISTS)
"""Words of the address that only this form knows; every page knows the zone."""
_DAY_OF = {
    "weekly": "on-weekly",
    "monthly": "on-monthly",
    "quarterly": "on-monthly",
    "yearly": "on-yearly",
}


@dataclass(frozen=True)
class Fields:
    """What a form says: texts by name, and lists of what is ticked."""

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    def text(self, name: str) -> str:
        """A field with one value."""
        return self.texts.get(name, "")

    @property
    def timing(self) -> Timing:
        """When it is due; raises `Invalid`."""
        every = self.text("every")
        at = "" if every == "cron" else self.text("at")
        if every == "hourly":
            at = f"00:{self.text('minute').rjust(2, '0')}"
        on = self.text(_DAY_OF.get(every, ""))
        cron = self.text("cron") if every == "cron" else ""
        return timing_of(every, self.text("tz"), at, on, cron)

    @property
    def recipients(self) -> list[str]:
        """Addresses of e-mail: one a line, or with commas between."""
        words = self.text("recipients").replace(",", " ").replace(";", " ").split()
        return list(dict.fromkeys(words))

    @property
    def keep_days(self) -> int:
        """For how many days files are kept; raises `Invalid`."""
        text = self.text("keep_days")
        try:
            return int(text) if text else KEEP_DAYS
        except ValueError:
            raise Invalid(f"Days are {text[:40]!r}.", "Write a whole number.") from None

    def source(self, asking: Asking) -> Source:
        """What leaves, over the period that is chosen; raises `NotFound` and `Invalid`."""
        return source_of(asking, self.text(FIELD)).over(self.text("span"))

    def words(self) -> dict[str, Any]:
        """All but the name and what leaves, as the service has it; raises `Invalid`."""
        timing = self.timing
        return {
            "every": timing.every,
            "at": timing.at,
            "on": timing.on,
            "cron": timing.cron,
            "time_zone": timing.zone,
            "formats": list(self.lists["format"]),
            "catch_up": self.text("catch_up"),
            "recipients": self.recipients,
            "forwarders": list(self.lists["forwarder"]),
            "keep_days": self.keep_days,
        }


def new_fields(asking: Asking) -> Fields:
    """Of the form of a new schedule: as refused, as the address says, or the usual."""
    given = _given(asking)
    texts = {**_usual(asking), **{name: text for name, text in given.texts.items() if text}}
    if not texts[FIELD] and (choices := choices_of(asking, "")):
        texts[FIELD] = choices[0].word
    if "tz" not in given.texts:
        texts["tz"] = _zone_of(asking, texts[FIELD])
    lists = given.lists if "every" in given.texts else {"format": ("xlsx",), "forwarder": ()}
    return Fields(texts, lists)


def _zone_of(asking: Asking, word: str) -> str:
    """The zone of what leaves, else the reader's own."""
    try:
        return dict(parse_qsl(source_of(asking, word).query)).get("tz", asking.preferences.zone)
    except VaultmeterError:
        return asking.preferences.zone


def held_fields(asking: Asking, row: Mapping[str, Any]) -> Fields:
    """Of the form that changes a schedule: as refused, as the address says, or as it is."""
    given = _given(asking)
    if "every" in given.texts:
        return given
    on, every = row["on"], row["every"]
    texts = {
        **_usual(asking),
        "name": row["name"],
        FIELD: word_of(row["view"]) if row["view"] is not None else "",
        "every": every,
        "at": row["at"] or "07:00",
        "minute": row["at"][-2:] if every == "hourly" else "0",
        "cron": row["cron"],
        "tz": row["time_zone"],
        "recipients": "\n".join(row["recipients"]),
        "catch_up": row["catch_up"],
        "keep_days": str(row["keep_days"]),
    }
    if every in _DAY_OF:
        texts[_DAY_OF[every]] = on
    return Fields(texts, {"format": tuple(row["formats"]), "forwarder": tuple(row["forwarders"])})


def _given(asking: Asking) -> Fields:
    refused = asking.refused
    if refused is not None:
        texts = {name: refused.form[name] for name in TEXTS if name in refused.form}
        lists = {name: tuple(refused.form.get(name, "").split("\n")) for name in LISTS}
    else:
        texts = {name: asking.given[name] for name in TEXTS if name in asking.given}
        lists = {name: tuple(asking.several(name)) for name in LISTS}
    return Fields(texts, {name: tuple(filter(None, each)) for name, each in lists.items()})


def _usual(asking: Asking) -> dict[str, str]:
    return {
        **dict.fromkeys(TEXTS, ""),
        "every": "weekly",
        "at": "07:00",
        "minute": "0",
        "on-weekly": "mon",
        "on-monthly": "1",
        "on-yearly": "01-01",
        "tz": asking.preferences.zone,
        "catch_up": "latest",
        "keep_days": str(KEEP_DAYS),
    }
