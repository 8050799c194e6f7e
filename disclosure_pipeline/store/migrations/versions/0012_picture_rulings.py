"""What secrecy officers rule of pictures without words."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table; without a row a picture stays in."""
    op.create_table(
        "picture_ruling",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("pixels", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("ruling", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_picture_ruling_document")),
        sa.PrimaryKeyConstraint(
            "document", "version", "part", "pixels", "name", name=op.f("pk_picture_ruling")
        ),
        comment="Pictures without words that a secrecy officer ruled on; bound to the sha256 of the pixels that would go out",
    )
