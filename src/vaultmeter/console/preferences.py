"""What a reader chose for themselves: kept with the user, and no right of anybody."""

from dataclasses import dataclass

from vaultmeter.app import App
from vaultmeter.console.view import SIZES, Defaults
from vaultmeter.model.access import Principal


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


def preferences_of(app: App, who: Principal) -> Preferences:
    """What somebody chose."""
    del app, who
    return Preferences()
