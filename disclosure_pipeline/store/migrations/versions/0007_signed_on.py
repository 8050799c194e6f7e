"""The day that a decision signed on paper bears; documents of a unit by their state."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; what was recorded before has its day in the audit log."""
    op.add_column("decision", sa.Column("signed_on", sa.String(length=10)))
    op.create_index(op.f("ix_document_unit_state_id"), "document", ["unit", "state", "id"], unique=False)
