"""The tables of publications: what is out under which number, what it asks of people, and what the channels really hold."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from disclosure_pipeline.store.schema import CODE, DAY, HASH, ID, NAME, TIME, metadata

publication = Table(
    "publication",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("channel", NAME, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("action", CODE, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", CODE, nullable=False),
    Column("address", Text, nullable=False),
    Column("receipt", JSON),
    Column("attempt", Integer, nullable=False),
    Column("effect_at", TIME, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("lease_owner", NAME),
    Column("fence", Integer, nullable=False),
    Column("takeovers", Integer, nullable=False),
    Index(None, "state", "due_at"),
    comment="One document in one channel",
)

receipt = Table(
    "receipt",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("channel", NAME, nullable=False),
    Column("key", NAME, nullable=False, unique=True),
    Column("body", JSON, nullable=False),
    Column("at", TIME, nullable=False),
    Index(None, "document"),
    Index(None, "channel", "seq"),
    comment="Every receipt any channel ever gave; never deleted",
)

index_number = Table(
    "index_number",
    metadata,
    Column("number", NAME, primary_key=True),
    Column("document", ForeignKey("document.id"), nullable=False, unique=True),
    Column("at", TIME, nullable=False),
    comment="索引号: reserved once, never reused, also not after a withdrawal",
)

catalogue_key = Table(
    "catalogue_key",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("key", HASH, primary_key=True),
    Index(None, "key"),
    comment="发文字号 and titles by which a document is looked up, as keyed digests",
)

subject = Table(
    "subject",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("key", HASH, primary_key=True),
    Column("facts", Text, nullable=False),
    Index(None, "key"),
    comment="Persons and bodies that a public copy tells of: keyed digests, and which kinds of facts",
)

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
    Column("ended", CODE, nullable=False, server_default=""),
    Column("document", ID),
    Index(None, "unit", "seq"),
    Index(None, "document"),
    comment="The catalogue that an office had before: looked up by 转发, and its numbers are never given again",
)

WITHDRAWN, TAKEN_OVER = "withdrawn", "taken_over"
"""How an entry of `imported` ended: it must not be public any more, or has become a document here."""

imported_key = Table(
    "imported_key",
    metadata,
    Column("entry", ForeignKey("imported.seq"), primary_key=True),
    Column("key", HASH, primary_key=True),
    Index(None, "key"),
    comment="发文字号 and titles of the imported catalogue, as keyed digests",
)

imported_review = Table(
    "imported_review",
    metadata,
    Column("quarter", String(6), primary_key=True),
    Column("entry", ForeignKey("imported.seq"), primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("outcome", CODE),
    Column("by", NAME),
    Column("reason", Text),
    Column("at", TIME),
    Index(None, "quarter", "unit", "state", "entry"),
    Index(None, "entry", "at"),
    comment="Regular attribute review of the catalogue that an office had before: one task per entry and quarter",
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
