"""Made-up names: people, machines, agents, accounts, and where items live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vaultmeter.demo.office_hours import NIGHTLY, OFFICE, STEADY

if TYPE_CHECKING:
    import numpy as np


def _words(text: str) -> tuple[str, ...]:
    """Split a text into its words."""
    return tuple(text.split())


_FIRST_NAMES: Final = _words(
    "amelia anders aiko akira ana arjun astrid beatriz ben bianca carlos chen chloe claire daan "
    "daniel deepa diego elena elif emma erik fatima felix freya gabriel giulia grace hana hannah "
    "haruto henrik hiro ines ingrid isaac ivan james jana jonas julia kai kavya kenji lars laura "
    "leila leo lucas lucia magnus mai maria marta mateo maya mei miguel mila nadia naoko neha nina "
    "noah nora oliver olga omar oscar pablo paula pedro petra priya rahul raj rania rin rosa sam "
    "sara sofia sven tariq theo tomas uma vera viktor wei yara yuki yusuf zara zoe"
)
_LAST_NAMES: Final = _words(
    "novak andersson tanaka sato silva sharma lindqvist costa carter rossi garcia wang martin "
    "dubois vries miller rao fernandez petrova yilmaz johnson larsen haddad weber hansen santos "
    "bianchi kim suzuki park ito nilsson yamamoto moreau olsen levy horvat brown kowalska becker "
    "romano fischer iyer nakamura berg schmidt farah russo pereira morales dahl watanabe oliveira "
    "jensen torres patel chan alvarez popov saleh kobayashi gupta evans walker murphy ivanova "
    "hassan lund ruiz wagner vega dvorak reddy mehta aziz mori marin taylor ali lopez holm khan "
    "molina nair sokolov liu mansour abe demir ahmed clarke laine"
)

MACHINES: Final = (
    ("billing-api", STEADY, "k8s"),
    ("ci-runner", OFFICE, "universal_identity"),
    ("orders-worker", STEADY, "k8s"),
    ("payments-api", STEADY, "aws_iam"),
    ("k8s-operator", STEADY, "k8s"),
    ("etl-nightly", NIGHTLY, "api_key"),
    ("search-indexer", STEADY, "aws_iam"),
    ("build-node", OFFICE, "cert"),
    ("auth-gateway", STEADY, "cert"),
    ("backup-job", NIGHTLY, "universal_identity"),
    ("report-batch", NIGHTLY, "api_key"),
    ("edge-proxy", STEADY, "cert"),
    ("mail-relay", STEADY, "api_key"),
    ("deploy-bot", OFFICE, "oidc"),
    ("ledger-api", STEADY, "k8s"),
    ("stream-consumer", STEADY, "aws_iam"),
    ("rotation-daemon", STEADY, "universal_identity"),
    ("checkout-web", STEADY, "k8s"),
)
"""Kinds of machines: the name's stem, the rhythm it follows, how it proves who it is."""

AGENTS: Final = ("copilot", "triage", "oncall", "reviewer", "analyst", "migrator")

ACCOUNTS: Final = (
    "acme",
    "acme/platform",
    "acme/finance",
    "acme/europe",
    "acme/asia",
    "acme/labs",
)

ACCOUNT_ZONES: Final = (
    (0.2, 0.3, 0.2, 0.1, 0.1, 0.1),
    (0.4, 0.1, 0.0, 0.2, 0.3, 0.0),
    (0.0, 0.6, 0.4, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.35, 0.65, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.5, 0.5),
    (0.6, 0.1, 0.1, 0.1, 0.0, 0.1),
)
"""For each account, how its people spread over `office_hours.ZONES`."""

ACCOUNT_SHARES: Final = (0.3, 0.22, 0.16, 0.16, 0.1, 0.06)
"""How identities and items spread over the accounts."""

ACCOUNT_EARLY: Final = (0.75, 0.7, 0.65, 0.5, 0.35, 0.4)
"""For each account, the share of identities that were there before the span began."""

ACCOUNT_ENGINEERS: Final = (0.3, 0.75, 0.12, 0.3, 0.35, 0.6)
"""For each account, the share of people who work with secrets, keys and targets."""

TEAMS: Final = (
    ("marketing", "hr", "legal", "support"),
    ("sre", "build", "data", "network"),
    ("payroll", "audit", "treasury"),
    ("sales-eu", "logistics", "works-council"),
    ("sales-asia", "factory", "procurement"),
    ("research", "prototypes"),
)
"""For each account, its teams; a team's name belongs to one account only."""

SERVICES: Final = _words(
    "github newsletter jira figma slack zoom aws-console salesforce linkedin stripe hubspot "
    "confluence gitlab dropbox notion okta-admin datadog paypal google-ads docusign expensify "
    "payroll-portal travel bank vpn wifi printer domain-registrar analytics crm wiki calendar "
    "mailchimp canva trello miro sap workday office-alarm youtube"
)
"""Places that people have passwords for."""

SYSTEMS: Final = _words(
    "payments billing orders checkout search mail ledger auth catalog shipping pricing profile "
    "fraud invoices exports gateway media reviews quotes stock"
)
"""The organisation's own systems, which secrets, keys and targets belong to."""

SECRETS: Final = _words(
    "stripe-key db-password api-token webhook-secret smtp-password signing-key redis-auth "
    "s3-access-key oauth-client sentry-dsn tls-passphrase ldap-bind license kafka-sasl"
)
"""What the secrets inside a system are called."""

STAGES: Final = ("prod", "staging", "dev", "test")


def person_names(count: int, rng: np.random.Generator) -> list[str]:
    """Invent `count` different e-mail addresses, numbered once all combinations are used."""
    combinations = len(_FIRST_NAMES) * len(_LAST_NAMES)
    order = rng.permutation(combinations)
    names = []
    for position in range(count):
        last, first = divmod(int(order[position % combinations]), len(_FIRST_NAMES))
        turn = position // combinations
        number = str(turn + 1) if turn else ""
        names.append(f"{_FIRST_NAMES[first]}.{_LAST_NAMES[last]}{number}@acme.example")
    return names


def machine_names(count: int) -> list[str]:
    """Name machines by kind in turn: billing-api-1, ci-runner-1, ..., billing-api-2."""
    kinds = len(MACHINES)
    return [f"{MACHINES[place % kinds][0]}-{place // kinds + 1}" for place in range(count)]


def agent_names(count: int) -> list[str]:
    """Name agents like agent-copilot-1, agent-triage-1, ..., agent-copilot-2."""
    kinds = len(AGENTS)
    return [f"agent-{AGENTS[place % kinds]}-{place // kinds + 1}" for place in range(count)]
