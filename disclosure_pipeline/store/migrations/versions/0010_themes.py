"""Theme and keywords of a document, as the office gave them; empty: the theme that its title suggests, no keywords."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add both columns."""
    op.add_column("document", sa.Column("theme", sa.String(length=200), server_default="", nullable=False))
    op.add_column("document", sa.Column("keywords", sa.Text(), server_default="", nullable=False))
