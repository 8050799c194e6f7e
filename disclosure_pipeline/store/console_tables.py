"""The tables behind the review console: accounts, sessions, deputies, the queue and what officers have seen.

What a case that is quarantined would leave in them goes with its text (`store/purging.py`).
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from disclosure_pipeline.store.schema import CODE, DAY, HASH, NAME, TIME, metadata

account = Table(
    "account",
    metadata,
    Column("person", ForeignKey("person.name"), primary_key=True),
    Column("password_hash", NAME, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("changed_at", TIME, nullable=False),
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", TIME),
    Column("preferences", JSON, nullable=False),
    comment="How a person enters the console; a person without a row cannot",
)

session = Table(
    "session",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("person", ForeignKey("person.name"), nullable=False),
    Column("csrf", HASH, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Index(None, "person"),
    comment="Who is in the console now; ids are kept as hashes",
)

deputy = Table(
    "deputy",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("principal", ForeignKey("person.name"), nullable=False),
    Column("deputy", ForeignKey("person.name"), nullable=False),
    Column("role", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("department", NAME, nullable=False),
    Column("first_day", DAY, nullable=False),
    Column("last_day", DAY, nullable=False),
    Column("given_by", NAME, nullable=False),
    Column("given_at", TIME, nullable=False),
    Column("ended_at", TIME),
    Index(None, "deputy", "last_day"),
    comment="AB角: who stands in for whom, in which role, from which day to which",
)

desk = Table(
    "desk",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("department", NAME, nullable=False),
    Column("state", CODE, nullable=False),
    Column("role", CODE, nullable=False),
    Column("tier", CODE, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("due", DAY, nullable=False),
    Column("entered_at", TIME, nullable=False),
    Index("ix_desk_unit", "unit", "role", "tier", "severity", "urgency", "due", "document"),
    Index(
        "ix_desk_department",
        "unit",
        "role",
        "department",
        "tier",
        "severity",
        "urgency",
        "due",
        "document",
    ),
    comment="What waits for a person, as the queue sorts it; a document that waits for nobody has no row",
)

desk_count = Table(
    "desk_count",
    metadata,
    Column("unit", CODE, primary_key=True),
    Column("role", CODE, primary_key=True),
    Column("department", NAME, primary_key=True),
    Column("tier", CODE, primary_key=True),
    Column("urgency", Integer, primary_key=True),
    Column("severity", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    comment="How many rows of `desk` there are of each sort, kept by the transactions that change them",
)

desk_lock = Table(
    "desk_lock",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("person", ForeignKey("person.name"), nullable=False),
    Column("since", TIME, nullable=False),
    Column("until", TIME, nullable=False),
    Index(None, "person"),
    comment="Who has claimed a document for review; a notice to others, never a right",
)

page_view = Table(
    "page_view",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person", NAME, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False),
    comment="Which pages of a version were shown to whom in the console",
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("person", ForeignKey("person.name"), primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("query", Text, nullable=False),
    comment="Filters of the queue that somebody has named",
)

clock_change = Table(
    "clock_change",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("rule", CODE, nullable=False),
    Column("days", Integer, nullable=False),
    Column("leg", CODE, nullable=False),
    Column("law", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    Index(None, "document"),
    comment="Extensions of time limits, in working days, each with its reason",
)

version_head = Table(
    "version_head",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("slip", JSON, nullable=False),
    Column("attribute", CODE, nullable=False),
    Column("ground", CODE, nullable=False),
    comment="What an earlier version was called and reviewed as, kept when the next one begins",
)

due_count = Table(
    "due_count",
    metadata,
    Column("unit", CODE, primary_key=True),
    Column("due", DAY, primary_key=True),
    Column("department", NAME, primary_key=True),
    Column("provisional", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    comment="How many running time limits end on each day, kept by the transactions that change them",
)

statistic = Table(
    "statistic",
    metadata,
    Column("unit", CODE, primary_key=True),
    Column("department", NAME, primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("measure", CODE, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("number", Integer, nullable=False),
    comment="Monthly figures, counted from the audit log alone; without a department: of the whole unit",
)

picture_ruling = Table(
    "picture_ruling",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("pixels", HASH, primary_key=True),
    Column("name", HASH, primary_key=True),
    Column("ruling", CODE, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    Column("reason", Text, nullable=False),
    comment="Pictures without words that a secrecy officer ruled on; bound to the sha256 of the pixels that would go out",
)
