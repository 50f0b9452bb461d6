"""An invented organisation whose year of vault usage can be replayed as `events` records.

The demo lets somebody try every report without connecting a real system: `simulate` turns a
`Scale` into a reproducible stream of newline-delimited JSON.
"""

from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate

__all__ = ["Scale", "simulate"]
