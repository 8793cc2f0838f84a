"""
Alembic's entry: run the scripts in the transaction that the caller has begun.

I/O: the caller's database connection.
"""

from alembic import context

from ecofax_gateway.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can undo CREATE and ALTER; Alembic by default believes that it cannot.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
