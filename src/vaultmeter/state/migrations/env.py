"""Runs the scripts on the connection that `state.database` hands over."""

from alembic import context

from vaultmeter.state.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
