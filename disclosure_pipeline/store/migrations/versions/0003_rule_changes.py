"""Changes of the rules by two people, runs that screen again under them, and incidents they bring to light."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rule_change",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("document", sa.String(length=20), nullable=True),
        sa.Column("finding", sa.String(length=20), nullable=True),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replay", sa.JSON(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("rules_before", sa.String(length=60), nullable=False),
        sa.Column("rules_after", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_change")),
        comment="Changes of the rules by two people: terms and guards on top of the rule files",
    )
    op.create_index(op.f("ix_rule_change_state_id"), "rule_change", ["state", "id"], unique=False)
    op.create_index(op.f("ix_rule_change_document"), "rule_change", ["document"], unique=False)
    op.create_table(
        "rescreen",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("rules_version", sa.String(length=60), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescreen")),
        comment="Runs that screen stored text again under the rules in force",
    )
    op.create_index(op.f("ix_rescreen_state"), "rescreen", ["state"], unique=False)
    op.create_table(
        "rescreen_batch",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("first", sa.String(length=20), nullable=False),
        sa.Column("last", sa.String(length=20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("lease_owner", sa.String(length=200), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["rescreen.id"], name=op.f("fk_rescreen_batch_run")),
        sa.PrimaryKeyConstraint("run", "number", name=op.f("pk_rescreen_batch")),
        comment="About 500 documents of such a run, with the last one that was done",
    )
    op.create_index(
        op.f("ix_rescreen_batch_state_due_at"), "rescreen_batch", ["state", "due_at"], unique=False
    )
    op.create_table(
        "incident",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.String(length=60), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("closed_by", sa.String(length=200), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_incident_document")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_incident")),
        comment="What newer rules found in documents that are out; rule ids and counts only",
    )
    op.create_index(op.f("ix_incident_outcome_seq"), "incident", ["outcome", "seq"], unique=False)
    op.create_index(op.f("ix_incident_document"), "incident", ["document"], unique=False)
