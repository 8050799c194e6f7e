"""Alembic environment: migrations run inside the connection that `Database.migrate` hands in."""

from alembic import context

from disclosure_pipeline.store import (  # noqa: F401 -- they fill the collection
    console_tables,
    publication_tables,
    rule_tables,
    tables,
)
from disclosure_pipeline.store.schema import is_ours, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, include_object=is_ours
)
context.run_migrations()
