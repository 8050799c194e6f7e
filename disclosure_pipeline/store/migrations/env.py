"""Alembic environment: migrations run inside the connection that `Database.migrate` hands in."""

from alembic import context

from disclosure_pipeline.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
