"""The tables of what two people change in the rules, and of the archive screened again because of it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text

from disclosure_pipeline.store.schema import CODE, ID, NAME, TIME, metadata

rule_change = Table(
    "rule_change",
    metadata,
    Column("id", ID, primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("action", CODE, nullable=False),
    Column("rule", NAME, nullable=False),
    Column("content", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", CODE, nullable=False),
    Column("document", ID),
    Column("finding", ID),
    Column("proposed_by", NAME, nullable=False),
    Column("proposed_at", TIME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("replay", JSON),
    Column("decided_by", NAME),
    Column("decided_at", TIME),
    Column("decision", Text, nullable=False, default=""),
    Column("rules_before", CODE, nullable=False, default=""),
    Column("rules_after", CODE, nullable=False, default=""),
    Index(None, "state", "id"),
    Index(None, "document"),
    comment="Changes of the rules by two people: terms and guards on top of the rule files",
)

rescreen = Table(
    "rescreen",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("state", CODE, nullable=False),
    Column("rules_version", CODE, nullable=False),
    Column("versions", JSON),
    Column("documents", JSON),
    Column("asked_by", NAME, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("ended_at", TIME),
    Index(None, "state"),
    comment="Runs that screen stored text again under the rules in force",
)

rescreen_batch = Table(
    "rescreen_batch",
    metadata,
    Column("run", ForeignKey("rescreen.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", CODE, nullable=False),
    Column("first", ID, nullable=False),
    Column("last", ID, nullable=False),
    Column("total", Integer, nullable=False),
    Column("cursor", ID, nullable=False, default=""),
    Column("counts", JSON, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("lease_owner", NAME),
    Column("fence", Integer, nullable=False, default=0),
    Index(None, "state", "due_at"),
    comment="About 500 documents of such a run, with the last one that was done",
)

incident = Table(
    "incident",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("rules_version", CODE, nullable=False),
    Column("at", TIME, nullable=False),
    Column("outcome", CODE),
    Column("closed_by", NAME),
    Column("closed_at", TIME),
    Column("reason", Text),
    Index(None, "outcome", "seq"),
    Index(None, "document"),
    comment="What newer rules found in documents that are out; rule ids and counts only",
)
