"""Findings say why they are findings, under which version of their rule, and for how many things they stand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; findings of before have nothing to say."""
    with op.batch_alter_table("finding") as table:
        table.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("rule_version", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
