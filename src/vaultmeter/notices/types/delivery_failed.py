"""`delivery-failed`: a delivery was given up, or its receiver is gone. `given_up` raises it."""

from vaultmeter.notices.finding import RuleType

TYPE = RuleType("delivery-failed", "A delivery is given up")
