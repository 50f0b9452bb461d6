"""A question to the store: by whom, for when, narrowed to what, with which values and terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Bucket, Period
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.model.visibility import Sight
from vaultmeter.store.rollup import Rolled


@dataclass(frozen=True)
class Question:
    """What is asked of a report."""

    viewer: Viewer
    period: Period
    filters: Filters = field(default_factory=Filters)
    bucket: Bucket = "day"
    values: dict[str, Any] = field(default_factory=dict)
    rolled: Rolled = field(default_factory=Rolled)
    terms: Terms = field(default_factory=Terms)
    sights: Mapping[str, Mapping[str, Sight]] = field(default_factory=dict)
    """What each connector can show of each measure."""
