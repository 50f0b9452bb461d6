"""All that was decided and holds for every answer, read at once."""

from sqlalchemy import Connection

from vaultmeter.model.terms import Terms
from vaultmeter.state.definitions import status_definition
from vaultmeter.state.groups import groups
from vaultmeter.state.limits import limits


def terms(connection: Connection) -> Terms:
    """What holds now."""
    return Terms(status_definition(connection), limits(connection), groups(connection))
