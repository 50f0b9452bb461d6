"""What a reader chose for themselves: kept with the user, and no right of anybody."""

from dataclasses import asdict, dataclass, fields, replace

from babel import Locale, UnknownLocaleError

from vaultmeter.app import App
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Invalid, did_you_mean
from vaultmeter.model.period import COMPARISONS, RANGES, zone_named
from vaultmeter.state.preferences import preferences, set_preferences
from vaultmeter.views.view import SIZES, Defaults

DENSITIES = ("comfortable", "compact")


@dataclass(frozen=True)
class Preferences:
    """A reader's own choices; empty words mean the usual."""

    range: str = "last-30-days"
    zone: str = "UTC"
    compare: str = "weekdays"
    locale: str = ""
    density: str = "comfortable"
    """comfortable or compact: the height of rows."""
    shortcuts: bool = True
    """Whether single keys do something."""
    size: int = SIZES[0]

    def defaults(self) -> Defaults:
        """What their pages show unless the address says otherwise."""
        return Defaults(self.range, self.zone, self.compare, self.size)

    def check(self) -> None:
        """Raise `Invalid` for what no page can be made with."""
        zone_named(self.zone)
        for word, value, known in (
            ("range", self.range, RANGES),
            ("comparison", self.compare, COMPARISONS),
            ("density", self.density, DENSITIES),
        ):
            if value not in known:
                raise Invalid(f"Unknown {word} {value!r}.", did_you_mean(value, known))
        if self.size not in SIZES:
            rows = ", ".join(map(str, SIZES))
            raise Invalid(f"A page of {self.size} rows is not offered.", f"Choose one of {rows}.")
        if self.locale:
            try:
                Locale.parse(self.locale.replace("_", "-"), sep="-")
            except (ValueError, UnknownLocaleError) as error:
                raise Invalid(
                    f"Unknown locale {self.locale!r}.", "Write one such as en-GB or de-DE."
                ) from error


def preferences_of(app: App, who: Principal) -> Preferences:
    """What somebody chose; the usual for whoever never did, and for keys."""
    if who.kind != "user":
        return Preferences()
    with app.state.reading() as connection:
        chosen = preferences(connection, who.id) or {}
    known = {field.name for field in fields(Preferences)}
    found = Preferences(**{name: value for name, value in chosen.items() if name in known})
    try:
        found.check()
    except Invalid:
        # A choice of an earlier version may be none any more, and must close no page.
        return Preferences()
    return found


def keep_preferences(app: App, who: Principal, chosen: Preferences) -> None:
    """Keep what a user chose; raises `Invalid`, and `Forbidden` for whoever is no user."""
    if who.kind != "user":
        raise Forbidden("Only users have preferences.", "Sign in with a name and a password.")
    chosen.check()
    with app.access.keeping() as connection:
        set_preferences(connection, who.id, asdict(chosen))


def keep_zone(app: App, who: Principal, zone: str) -> None:
    """Take the time zone of somebody's browser, where they never chose anything themselves."""
    if who.kind != "user":
        return
    try:
        named = zone_named(zone).key
    except Invalid:
        # A browser may know zones that are not known here: then it stays UTC.
        return
    with app.access.keeping() as connection:
        if preferences(connection, who.id) is None:
            chosen = replace(Preferences(), zone=named)
            set_preferences(connection, who.id, asdict(chosen))
