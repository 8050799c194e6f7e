"""Errands of channels, relations between documents, deviations of channels; looking up today's look at a document."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables; every published document is in force."""
    op.create_table(
        "errand",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=True),
        sa.Column("deputy_for", sa.String(length=200), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("scan", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_errand_document")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_errand")),
        sa.UniqueConstraint("key", name=op.f("uq_errand_key")),
        comment="What a channel asks a person to do; open until somebody says that it was done, or something newer is asked",
    )
    op.create_index(op.f("ix_errand_document"), "errand", ["document"], unique=False)
    op.create_index(op.f("ix_errand_unit_ended_at_seq"), "errand", ["unit", "ended_at", "seq"], unique=False)
    op.create_table(
        "relation",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("other", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("effective_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_relation_document")),
        sa.ForeignKeyConstraint(["other"], ["document.id"], name=op.f("fk_relation_other")),
        sa.PrimaryKeyConstraint("document", "kind", "other", name=op.f("pk_relation")),
        comment="How one document stands to another (更正 废止 澄清 解读); in effect from the publication of the first on",
    )
    op.create_index(op.f("ix_relation_other_kind"), "relation", ["other", "kind"], unique=False)
    op.create_table(
        "imported",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("index_number", sa.String(length=200), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document_number", sa.String(length=200), nullable=False),
        sa.Column("attribute", sa.String(length=60), nullable=False),
        sa.Column("formed", sa.String(length=10), nullable=False),
        sa.Column("published", sa.String(length=10), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_imported")),
        sa.UniqueConstraint("index_number", name=op.f("uq_imported_index_number")),
        comment="The catalogue that an office had before: looked up by 转发, and its numbers are never given again",
    )
    op.create_index(op.f("ix_imported_unit_seq"), "imported", ["unit", "seq"], unique=False)
    op.create_table(
        "imported_key",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["imported.seq"], name=op.f("fk_imported_key_entry")),
        sa.PrimaryKeyConstraint("entry", "key", name=op.f("pk_imported_key")),
        comment="发文字号 and titles of the imported catalogue, as keyed digests",
    )
    op.create_index(op.f("ix_imported_key_key"), "imported_key", ["key"], unique=False)
    op.create_table(
        "deviation",
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("channel", "document", name=op.f("pk_deviation")),
        comment="Where a channel does not hold what its receipts say, as the last comparison found it",
    )
    op.create_index(op.f("ix_deviation_unit_since"), "deviation", ["unit", "since"], unique=False)
    op.add_column(
        "document", sa.Column("validity", sa.String(length=60), server_default="valid", nullable=False)
    )
    op.add_column("document", sa.Column("item", sa.String(length=60), server_default="", nullable=False))
    op.create_index(
        op.f("ix_access_document_actor_what_at"), "access", ["document", "actor", "what", "at"], unique=False
    )
