"""The types of notices, one file each: what a rule of the type can be told, and how it looks.

A file declares `TYPE`; adding one is all that a new type takes.
"""

from collections.abc import Mapping

from vaultmeter.notices.finding import RuleType
from vaultmeter.notices.types import (
    delivery_failed,
    inactive_people,
    rejects,
    report_rule,
    schedule_failed,
    source_silent,
    unused_items,
    usage_report,
)

TYPES: Mapping[str, RuleType] = {
    module.TYPE.name: module.TYPE
    for module in (
        usage_report,
        source_silent,
        rejects,
        schedule_failed,
        delivery_failed,
        unused_items,
        inactive_people,
        report_rule,
    )
}
"""Every type by its name, in the order they are shown."""
