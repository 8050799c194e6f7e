"""The tables of documents and of the work on them.

Those of publications, of rule changes and of the console stand beside: `store/publication_tables.py`,
`store/rule_tables.py`, `store/console_tables.py`.

Times are UTC as ISO 8601 text (``2026-11-22T09:30:00.000000Z``: sortable, the same on both
databases, hashable); days are ISO dates in Asia/Shanghai. Codes are ASCII and translated at
display. No column of a quarantined case holds text of its documents.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from disclosure_pipeline.store.schema import CODE, DAY, HASH, ID, NAME, TIME, metadata

meta = Table(
    "meta",
    metadata,
    Column("key", CODE, primary_key=True),
    Column("value", Text, nullable=False),
    comment="Facts about this store: id, held flag, configuration seen last",
)

counter = Table(
    "counter",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("value", Integer, nullable=False),
    comment="Serial numbers (case numbers, index numbers); only ever raised",
)

person = Table(
    "person",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("token_hash", HASH),
    Column("os_account", NAME, unique=True),
    Column("created_at", TIME, nullable=False),
    Column("disabled_at", TIME),
    comment="People who act; the name is what the page prints",
)

person_role = Table(
    "person_role",
    metadata,
    Column("person", ForeignKey("person.name"), primary_key=True),
    Column("role", CODE, primary_key=True),
    Column("unit", CODE, primary_key=True),
    Column("department", NAME, primary_key=True, default=""),
    comment="Roles a person holds in a unit, and for clerk and first in a department",
)

document = Table(
    "document",
    metadata,
    Column("id", ID, primary_key=True),
    Column("unit", CODE, nullable=False),
    Column("department", NAME, nullable=False),
    Column("state", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("title", Text),
    Column("slip", JSON, nullable=False),
    Column("folder_attribute", CODE, nullable=False, default=""),
    Column("proposed", CODE),
    Column("office", CODE),
    Column("final", CODE),
    Column("reviewed_as", CODE),
    Column("proposed_ground", CODE, nullable=False, default=""),
    Column("ground", CODE, nullable=False, default=""),
    Column("ground_reason", Text, nullable=False, default=""),
    Column("formed", DAY, nullable=False, default=""),
    Column("urgency", Integer, nullable=False, server_default="2"),
    Column("submitter", NAME),
    Column("claim", CODE, unique=True),
    Column("content_digest", HASH, nullable=False),
    Column("duplicate_of", ID),
    Column("spool", NAME),
    Column("dropped_as", HASH),
    Column("taken_back", Boolean, nullable=False, default=False),
    Column("index_number", NAME),
    Column("generation", Integer, nullable=False, default=0),
    Column("validity", CODE, nullable=False, server_default="valid"),
    Column("item", CODE, nullable=False, server_default=""),
    Column("theme", NAME, nullable=False, server_default=""),
    Column("keywords", Text, nullable=False, server_default=""),
    Column("referral_needed", CODE, nullable=False, default=""),
    Column("frozen_digest", HASH),
    # Of which approved version this one is the issued file (正式件), to be compared with it; 0 for one that is reviewed
    # in full, NULL for one that is no issued file.
    Column("issue_of", Integer),
    Column("rules_version", CODE, nullable=False, default=""),
    Column("work_at", TIME),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_owner", NAME),
    Column("fence", Integer, nullable=False, default=0),
    Column("takeovers", Integer, nullable=False, default=0),
    Column("created_at", TIME, nullable=False),
    Column("entered_at", TIME, nullable=False),
    Column("published_at", TIME),
    Column("withdrawn_at", TIME),
    Index(None, "state", "id"),
    Index(None, "unit", "state", "id"),
    Index(None, "department", "state", "id"),
    Index(None, "unit", "department", "state", "id"),
    Index(None, "content_digest"),
    Index(None, "work_at"),
    comment="One submission (公文 or other government information) and where it stands",
)

part = Table(
    "part",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text),
    Column("media_type", NAME, nullable=False),
    Column("sha256", HASH, nullable=False),
    Column("size", Integer, nullable=False),
    Column("role", CODE, nullable=False),
    comment="Files of a version; bytes are in the spool until checked, then in the vault",
)

extract = Table(
    "extract",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("media_type", NAME, nullable=False),
    Column("extractor", NAME, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("doubts", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    comment="Extracted text of a part, written only after the marking check passed",
)

OPEN_WORDS = "settled IS NULL AND words IS NOT NULL"
"""Which findings can be found by their words: those that wait for a person."""

finding = Table(
    "finding",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("detector", NAME, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("severity", CODE, nullable=False),
    Column("text", Text),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("more", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("rule", NAME, nullable=False),
    Column("article", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Column("confidence", String(8), nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("rule_version", Integer, nullable=False, server_default="0"),
    Column("count", Integer, nullable=False, server_default="1"),
    Column("settled", CODE),
    Column("settled_by", NAME),
    Column("settled_at", TIME),
    Column("settled_reason", Text),
    Column("treatment", CODE),
    Column("words", HASH),
    Index(
        "ix_finding_open_words",
        "rule",
        "words",
        "document",
        sqlite_where=text(OPEN_WORDS),
        postgresql_where=text(OPEN_WORDS),
    ),
    comment="What screening found, and how the secrecy officer settled it",
)

tier = Table(
    "tier",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("tier", CODE, nullable=False),
    Column("role", CODE, nullable=False),
    Column("label", NAME, nullable=False),
    Column("department", Boolean, nullable=False),
    Column("meeting", Boolean, nullable=False),
    Column("limit", Integer, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("state", CODE, nullable=False),
    Column("by", NAME),
    Column("at", TIME),
    Column("reason", Text),
    Column("deputy_for", NAME),
    Column("risk", Boolean, nullable=False, server_default=false()),
    comment="The approval chain of a version, tier by tier",
)

decision = Table(
    "decision",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", HASH, nullable=False),
    Column("tier", CODE, nullable=False),
    Column("verb", CODE, nullable=False),
    Column("by", NAME, nullable=False),
    Column("recorded_by", NAME),
    Column("scan", HASH),
    Column("reason", Text, nullable=False),
    Column("meeting", NAME, nullable=False),
    Column("attribute", CODE),
    Column("ground", CODE, nullable=False),
    Column("frozen", HASH),
    Column("at", TIME, nullable=False),
    Column("deputy_for", NAME),
    Column("quotes", JSON),
    Column("checklist", JSON),
    Column("risk", JSON),
    Column("signed_on", DAY),
    Index(None, "document", "version"),
    comment="What people decided, bound to the hash of what they decided on",
)

referral = Table(
    "referral",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("tier", CODE, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_by", NAME, nullable=False),
    Column("opened_at", TIME, nullable=False),
    Column("outcome", CODE),
    Column("body", NAME),
    Column("number", NAME),
    Column("scan", HASH),
    Column("answered_by", NAME),
    Column("answered_at", TIME),
    Index(None, "document"),
    comment="报审 / 会签 / 专项审批: questions to outside bodies and their recorded answers",
)

artefact = Table(
    "artefact",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("ordinal", Integer, nullable=False),
    Column("media_type", NAME, nullable=False),
    Column("sha256", HASH, nullable=False),
    Column("size", Integer, nullable=False),
    Column("role", CODE, nullable=False),
    Column("title", Text, nullable=False),
    comment="Frozen public files of a version; bytes in the vault",
)

clock = Table(
    "clock",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("rule", CODE, primary_key=True),
    Column("unit", CODE, nullable=False, server_default=""),
    Column("department", NAME, nullable=False, server_default=""),
    Column("start", DAY, nullable=False),
    Column("due", DAY, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("done_on", DAY),
    Column("inputs", JSON, nullable=False),
    Column("counted_due", DAY),
    Column("counted_provisional", Integer),
    Index(None, "done_on", "due"),
    Index(None, "unit", "done_on", "due", "document", "department"),
    comment="Time limits in working days, with everything they were computed from",
)

fault = Table(
    "fault",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("document", ID),
    Column("code", CODE, nullable=False),
    Column("stage", CODE, nullable=False),
    Column("plugin", NAME),
    Column("message", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("resolved_at", TIME),
    Index(None, "document"),
    comment="Failures by code, without document text",
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("at", TIME, nullable=False),
    Column("rules_version", CODE, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("released_by", NAME),
    Column("released_at", TIME),
    Column("ended", CODE),
    comment="Suspected state secrets: rule, offsets and hashes only",
)

exemption = Table(
    "exemption",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("mark", HASH, primary_key=True),
    Column("rules_version", CODE, nullable=False),
    comment="Markings that two secrecy officers released, bound to hash, rule version and offsets",
)

attribute_review = Table(
    "attribute_review",
    metadata,
    Column("quarter", String(6), primary_key=True),
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("unit", CODE, nullable=False, server_default=""),
    Column("attribute", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("outcome", CODE),
    Column("by", NAME),
    Column("reason", Text),
    Column("at", TIME),
    Index(None, "quarter", "unit", "state", "document"),
    Index(None, "document", "at"),
    comment="Regular attribute review (定期审查, 001): one task per item and quarter",
)

letter = Table(
    "letter",
    metadata,
    Column("key", NAME, primary_key=True),
    Column("document", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("at", TIME, nullable=False),
    Column("sent_at", TIME),
    Index(None, "sent_at"),
    Index(None, "document"),
    comment="Messages owed to people; the text is made from rows when sent",
)

worker = Table(
    "worker",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("host", NAME, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("beat_at", TIME, nullable=False),
    Column("stopped_at", TIME),
    comment="Signs of life of worker processes",
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", TIME, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("action", CODE, nullable=False),
    Column("document", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("before", CODE, nullable=False),
    Column("after", CODE, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", HASH, nullable=False),
    Column("hash", HASH, nullable=False),
    Index(None, "document", "seq"),
    Index(None, "unit", "seq"),
    Index(None, "unit", "actor", "seq"),
    Index(None, "unit", "action", "seq"),
    comment="Hash chain over everything that happened; reasons only as digests",
)

access = Table(
    "access",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", TIME, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("document", ID, nullable=False),
    Column("what", CODE, nullable=False),
    Column("batch", HASH),
    Index(None, "document", "seq"),
    Index(None, "actor", "seq"),
    Index(None, "document", "actor", "what", "at"),
    comment="Who looked at which document; chained into the audit log in batches",
)
