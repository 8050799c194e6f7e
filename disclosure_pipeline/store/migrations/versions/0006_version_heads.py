"""What earlier versions of a document were called and reviewed as; when an item was last reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table; of versions that ended before, nothing is known."""
    op.create_table(
        "version_head",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("slip", sa.JSON(), nullable=False),
        sa.Column("attribute", sa.String(length=60), nullable=False),
        sa.Column("ground", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_version_head_document")),
        sa.PrimaryKeyConstraint("document", "version", name=op.f("pk_version_head")),
        comment="What an earlier version was called and reviewed as, kept when the next one begins",
    )
    op.create_index(
        op.f("ix_attribute_review_document_at"), "attribute_review", ["document", "at"], unique=False
    )
