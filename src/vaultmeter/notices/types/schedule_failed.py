"""`schedule-failed`: a schedule could not do what it is for. Schedules raise it themselves."""

from vaultmeter.notices.finding import RuleType

TYPE = RuleType("schedule-failed", "A schedule fails")
