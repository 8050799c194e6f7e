"""The tables of what published documents ask of people, how they stand to each other, and what the channels really hold."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text

from disclosure_pipeline.store.schema import CODE, DAY, HASH, ID, NAME, TIME, metadata

errand = Table(
    "errand",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("unit", CODE, nullable=False),
    Column("channel", NAME, nullable=False),
    Column("key", NAME, nullable=False, unique=True),
    Column("kind", CODE, nullable=False),
    Column("folder", Text, nullable=False),
    Column("wants", JSON, nullable=False),
    Column("hashes", JSON, nullable=False),
    Column("opened_at", TIME, nullable=False),
    Column("ended_at", TIME),
    Column("outcome", CODE),
    Column("by", NAME),
    Column("deputy_for", NAME),
    Column("address", Text, nullable=False, server_default=""),
    Column("scan", HASH),
    Index(None, "document"),
    Index(None, "unit", "ended_at", "seq"),
    comment="What a channel asks a person to do; open until somebody says that it was done, or something newer is asked",
)

relation = Table(
    "relation",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("kind", CODE, primary_key=True),
    Column("other", ForeignKey("document.id"), primary_key=True),
    Column("by", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    Column("effective_at", TIME),
    Index(None, "other", "kind"),
    comment="How one document stands to another (更正 废止 澄清 解读); in effect from the publication of the first on",
)

imported = Table(
    "imported",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("unit", CODE, nullable=False),
    Column("index_number", NAME, unique=True),
    Column("title", Text, nullable=False),
    Column("document_number", NAME, nullable=False),
    Column("attribute", CODE, nullable=False),
    Column("formed", DAY, nullable=False),
    Column("published", DAY, nullable=False),
    Column("address", Text, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    Index(None, "unit", "seq"),
    comment="The catalogue that an office had before: looked up by 转发, and its numbers are never given again",
)

imported_key = Table(
    "imported_key",
    metadata,
    Column("entry", ForeignKey("imported.seq"), primary_key=True),
    Column("key", HASH, primary_key=True),
    Index(None, "key"),
    comment="发文字号 and titles of the imported catalogue, as keyed digests",
)

deviation = Table(
    "deviation",
    metadata,
    Column("channel", NAME, primary_key=True),
    Column("document", ID, primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    Column("since", TIME, nullable=False),
    Index(None, "unit", "since"),
    comment="Where a channel does not hold what its receipts say, as the last comparison found it",
)
