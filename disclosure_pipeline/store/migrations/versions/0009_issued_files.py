"""Of which approved version a document's present one is the issued file (正式件)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; no version so far is an issued file."""
    op.add_column("document", sa.Column("issue_of", sa.Integer(), nullable=True))
