"""Run by Alembic for each command: works on the connection that `migrating` hands over, in its transaction."""

from alembic import context

from railtrack.store.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
