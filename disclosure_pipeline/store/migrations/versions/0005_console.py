"""The review console: accounts, sessions, deputies, the queue, what officers saw, extensions of limits."""

import sqlalchemy as sa
from alembic import op

from disclosure_pipeline.store import desk, search

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, and what decisions say in addition."""
    op.create_table(
        "desk_count",
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=60), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "unit", "role", "department", "tier", "urgency", "severity", name=op.f("pk_desk_count")
        ),
        comment="How many rows of `desk` there are of each sort, kept by the transactions that change them",
    )
    op.create_table(
        "account",
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=32), nullable=True),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name=op.f("fk_account_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_account")),
        comment="How a person enters the console; a person without a row cannot",
    )
    op.create_table(
        "clock_change",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("leg", sa.String(length=60), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_clock_change_document")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_clock_change")),
        comment="Extensions of time limits, in working days, each with its reason",
    )
    op.create_index(op.f("ix_clock_change_document"), "clock_change", ["document"], unique=False)
    op.create_table(
        "deputy",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("principal", sa.String(length=200), nullable=False),
        sa.Column("deputy", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["deputy"], ["person.name"], name=op.f("fk_deputy_deputy")),
        sa.ForeignKeyConstraint(["principal"], ["person.name"], name=op.f("fk_deputy_principal")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_deputy")),
        comment="AB角: who stands in for whom, in which role, from which day to which",
    )
    op.create_index(op.f("ix_deputy_deputy_last_day"), "deputy", ["deputy", "last_day"], unique=False)
    op.create_table(
        "desk",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("tier", sa.String(length=60), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("entered_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_desk_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_desk")),
        comment="What waits for a person, as the queue sorts it; a document that waits for nobody has no row",
    )
    sort = ("tier", "severity", "urgency", "due", "document")
    op.create_index("ix_desk_unit", "desk", ["unit", "role", *sort], unique=False)
    op.create_index("ix_desk_department", "desk", ["unit", "role", "department", *sort], unique=False)
    op.create_table(
        "desk_lock",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_desk_lock_document")),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name=op.f("fk_desk_lock_person")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_desk_lock")),
        comment="Who has claimed a document for review; a notice to others, never a right",
    )
    op.create_index(op.f("ix_desk_lock_person"), "desk_lock", ["person"], unique=False)
    op.create_table(
        "page_view",
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("last_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_page_view_document")),
        sa.PrimaryKeyConstraint("document", "version", "person", "part", "page", name=op.f("pk_page_view")),
        comment="Which pages of a version were shown to whom in the console",
    )
    op.create_table(
        "saved_view",
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name=op.f("fk_saved_view_person")),
        sa.PrimaryKeyConstraint("person", "name", name=op.f("pk_saved_view")),
        comment="Filters of the queue that somebody has named",
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name=op.f("fk_session_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        comment="Who is in the console now; ids are kept as hashes",
    )
    op.create_index(op.f("ix_session_person"), "session", ["person"], unique=False)
    op.add_column("finding", sa.Column("treatment", sa.String(length=60), nullable=True))
    op.add_column("finding", sa.Column("words", sa.String(length=64), nullable=True))
    open_words = sa.text("settled IS NULL AND words IS NOT NULL")
    op.create_index(
        "ix_finding_open_words",
        "finding",
        ["rule", "words", "document"],
        unique=False,
        sqlite_where=open_words,
        postgresql_where=open_words,
    )
    op.create_index(
        op.f("ix_document_unit_department_state_id"),
        "document",
        ["unit", "department", "state", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_letter_document"), "letter", ["document"], unique=False)
    op.add_column("decision", sa.Column("deputy_for", sa.String(length=200), nullable=True))
    op.add_column("decision", sa.Column("quotes", sa.JSON(), nullable=True))
    op.add_column("decision", sa.Column("checklist", sa.JSON(), nullable=True))
    op.add_column("decision", sa.Column("risk", sa.JSON(), nullable=True))
    op.add_column("document", sa.Column("urgency", sa.Integer(), server_default="2", nullable=False))
    op.add_column("tier", sa.Column("deputy_for", sa.String(length=200), nullable=True))
    op.add_column("tier", sa.Column("risk", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "statistic",
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "department", "month", "measure", "key", name=op.f("pk_statistic")),
        comment="Monthly figures, counted from the audit log alone; without a department: of the whole unit",
    )
    _know_their_office("clock", "unit", "department")
    _count_deadlines()
    _know_their_office("attribute_review", "unit")
    for table, columns in (
        ("clock", ("unit", "done_on", "due", "document", "department")),
        ("attribute_review", ("quarter", "unit", "state", "document")),
        ("audit", ("unit", "seq")),
        ("audit", ("unit", "actor", "seq")),
        ("audit", ("unit", "action", "seq")),
        ("access", ("document", "seq")),
        ("access", ("actor", "seq")),
        ("receipt", ("channel", "seq")),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
    _make_search()
    _fill_queue()


def _make_search() -> None:
    """The index for searching, which each database has its own way (`store/search.py`)."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search USING fts5 (words, places, tokenize = 'ascii', columnsize = 0)"
        )
    else:
        op.execute("CREATE TABLE search (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_search_words ON search USING gin (words)")


def _fill_queue() -> None:
    """Derive the queue and the index from the documents that are there."""
    desk.rebuild(op.get_bind())
    search.rebuild(op.get_bind())


def _count_deadlines() -> None:
    """Count the running limits by the day on which they end, and note what is counted."""
    op.create_table(
        "due_count",
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("provisional", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "due", "department", "provisional", name=op.f("pk_due_count")),
        comment="How many running time limits end on each day, kept by the transactions that change them",
    )
    op.add_column("clock", sa.Column("counted_due", sa.String(length=10), nullable=True))
    op.add_column("clock", sa.Column("counted_provisional", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE clock SET counted_due = due, counted_provisional = CASE WHEN provisional THEN 1 ELSE 0 END "
        "WHERE done_on IS NULL"
    )
    op.execute(
        "INSERT INTO due_count (unit, due, department, provisional, number) "
        "SELECT unit, counted_due, department, counted_provisional, count(*) FROM clock "
        "WHERE counted_due IS NOT NULL GROUP BY unit, counted_due, department, counted_provisional"
    )


def _know_their_office(table: str, *columns: str) -> None:
    """Give rows of a document its unit and department, by which pages choose them."""
    lengths = {"unit": 60, "department": 200}
    for name in columns:
        op.add_column(table, sa.Column(name, sa.String(lengths[name]), server_default="", nullable=False))
        op.execute(
            f"UPDATE {table} SET {name} = (SELECT {name} FROM document WHERE document.id = {table}.document)"  # noqa: S608 -- names of ours
        )
