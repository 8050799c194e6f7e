"""The regular attribute review of entries that an office's earlier catalogue held."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table; no entry has ended so far, and none has become a document here."""
    op.create_table(
        "imported_review",
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["entry"], ["imported.seq"], name=op.f("fk_imported_review_entry")),
        sa.PrimaryKeyConstraint("quarter", "entry", name=op.f("pk_imported_review")),
        comment="Regular attribute review of the catalogue that an office had before: one task per entry and quarter",
    )
    op.create_index(
        op.f("ix_imported_review_quarter_unit_state_entry"), "imported_review",
        ["quarter", "unit", "state", "entry"], unique=False,
    )  # fmt: skip
    op.create_index(op.f("ix_imported_review_entry_at"), "imported_review", ["entry", "at"], unique=False)
    op.add_column("imported", sa.Column("ended", sa.String(length=60), server_default="", nullable=False))
    op.add_column("imported", sa.Column("document", sa.String(length=20), nullable=True))
    op.create_index(op.f("ix_imported_document"), "imported", ["document"], unique=False)
