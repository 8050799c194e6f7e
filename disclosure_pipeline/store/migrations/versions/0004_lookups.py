"""What documents are looked up by, and of whom published ones tell what: keyed digests, with the store's key."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = {
    "catalogue_key": "发文字号 and titles by which a document is looked up, as keyed digests",
    "subject": "Persons and bodies that a public copy tells of: keyed digests, and which kinds of facts",
}


def upgrade() -> None:
    """Create the tables and the key."""
    for name, comment in _TABLES.items():
        facts = [sa.Column("facts", sa.Text(), nullable=False)] if name == "subject" else []
        op.create_table(
            name,
            sa.Column("document", sa.String(length=20), nullable=False),
            sa.Column("key", sa.String(length=64), nullable=False),
            *facts,
            sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f(f"fk_{name}_document")),
            sa.PrimaryKeyConstraint("document", "key", name=op.f(f"pk_{name}")),
            comment=comment,
        )
        op.create_index(op.f(f"ix_{name}_key"), name, ["key"], unique=False)
    meta = sa.table("meta", sa.column("key", sa.String), sa.column("value", sa.Text))
    op.execute(meta.insert().values(key="digest_key", value=secrets.token_hex(32)))
