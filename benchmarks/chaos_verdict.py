"""What must be true after the chaos: every check returns sentences, one for each violation."""

from __future__ import annotations

import csv
import json
import stat
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bagit
from chaos_drafts import END, Draft
from sqlalchemy import func, select

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.pipeline import anchors, verify
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.publication_tables import publication, receipt
from disclosure_pipeline.store.tables import artefact, document, letter, metadata, part

FEED = "{http://www.w3.org/2005/Atom}"
_FEED_HOLDS = 100
_FAMILIES = ("index", "department", "month")


@dataclass(frozen=True, slots=True)
class Ended:
    """Where the drafts ended.

    Args:
        cases: rows of the store.
        draft_of: the draft of each case, by case number.
    """

    cases: Sequence[Any]
    draft_of: dict[str, Draft]

    def of(self, *kinds: str) -> list[tuple[Any, Draft]]:
        """Cases whose row is no duplicate, of some kinds of drafts."""
        return [
            (row, self.draft_of[row.id])
            for row in self.cases
            if row.id in self.draft_of and row.state != "duplicate" and self.draft_of[row.id].kind in kinds
        ]


def ended(core: Core, drafts: Sequence[Draft]) -> Ended:
    """Match cases with drafts by the hashes of their files."""
    with core.database.read() as connection:
        cases = connection.execute(select(document).order_by(document.c.id)).all()
        hashes: dict[str, set[str]] = {}
        for case, sha256 in connection.execute(select(part.c.document, part.c.sha256)):
            hashes.setdefault(case, set()).add(sha256)
    firsts = [draft for draft in drafts if draft.copy_of is None]
    found = {}
    for row in cases:
        match = [draft for draft in firsts if hashes.get(row.id, set()) & set(draft.sha256)]
        if match:
            found[row.id] = match[0]
    return Ended(cases, found)


def not_at_rest(core: Core, drafts: Sequence[Draft]) -> list[str]:
    """What is still on its way, or ended wrongly, or got lost."""
    there = ended(core, drafts)
    problems = [f"{row.id}: no draft of the run" for row in there.cases if row.id not in there.draft_of]
    for draft in drafts:
        if draft.copy_of is not None:
            continue
        wanted = Counter([END[draft.kind]])
        wanted.update("duplicate" for other in drafts if other.copy_of == draft.number)
        actual = Counter(row.state for row in there.cases if there.draft_of.get(row.id) is draft)
        if actual != wanted:
            problems.append(
                f"draft {draft.number} ({draft.kind}, {draft.form}): {dict(actual)}, not {dict(wanted)}"
            )
    with core.database.read() as connection:
        owed = connection.execute(select(func.count()).where(letter.c.sent_at.is_(None))).scalar_one()
        held = connection.execute(select(document.c.id).where(document.c.lease_owner.is_not(None))).all()
        held += connection.execute(
            select(publication.c.document).where(publication.c.lease_owner.is_not(None))
        ).all()
    problems += [f"{owed} letters are still owed"] if owed else []
    problems += [f"{row[0]}: a lease is held" for row in held]
    return problems


def leftovers(core: Core, *, running: bool) -> list[str]:
    """Claims, spool folders, staging and temporary files that nobody removed.

    Args:
        core: parts of this process.
        running: whether the daemon runs; its living sandboxes have folders of their own then.
    """
    folders = core.workspace
    found = [path for path in folders.inbox.rglob("*") if path.is_file()]
    found += list(folders.inbox.glob("*/.disclosure-claims/*"))
    with core.database.read() as connection:
        # What could not be read stays in the spool until its case is corrected: unchecked bytes go nowhere else.
        unread = select(document.c.spool).where(document.c.spool.is_not(None), document.c.state == "returned")
        kept = set(connection.execute(unread).scalars())
    found += [path for path in folders.spool.iterdir() if path.name not in kept]
    if running:
        found = [path for path in found if not path.name.startswith("sandbox-")]
    found += [path for path in folders.archive.rglob(".staging/*/*") if path.name != ".lock"]
    # Not the outbox: there the next letter removes what is old enough to be nobody's.
    for folder in (folders.site, folders.archive, folders.register, folders.vault):
        found += [
            path
            for path in folder.rglob("*")
            if path.name.startswith((".tmp-", ".new-")) or path.name.endswith(".part")
        ]
    return [f"left over: {path.relative_to(folders.data)}" for path in found]


def wrong_site(core: Core, there: Ended) -> list[str]:
    """Every published document exactly once in page, feed, catalogue and partitions; nothing else there."""
    site = core.workspace.site
    problems = []
    catalogue = _json(site / "catalogue.json")
    listed = Counter(row["id"] for row in catalogue)
    rows = {row["id"]: row for row in catalogue}
    feed = _feed(site)
    newest = {
        row["id"] for row in sorted(catalogue, key=lambda row: (row["published"], row["id"]))[-_FEED_HOLDS:]
    }
    pages = {family: _partition_links(site, family) for family in _FAMILIES}
    public = {row.id for row, _ in there.of("clean", "findings", "corrected")}
    for row, draft in there.of("clean", "findings", "corrected"):
        counts = {"catalogue.json": listed[row.id]}
        counts |= {f"page {family}": pages[family][row.id] for family in _FAMILIES}
        if row.id in newest:
            counts["feed.xml"] = feed[row.id]
        problems += [
            f"{row.id}: {number} times in {place}" for place, number in counts.items() if number != 1
        ]
        folders = list(site.glob(f"documents/*/{row.id}"))
        text = (folders[0] / "index.html").read_text("utf-8") if len(folders) == 1 else ""
        if draft.words not in text:
            problems.append(f"{row.id}: page missing or without its text")
        if draft.kind == "corrected" and "修改稿" not in text:
            problems.append(f"{row.id}: the page is not the corrected version")
    for row, _ in there.of("withdrawn"):
        entry = rows.get(row.id)
        if listed[row.id] > 1 or (entry is not None and "withdrawn" not in entry):
            problems.append(f"{row.id}: the catalogue does not say that it was withdrawn")
    strangers = set(listed) - public - {row.id for row, _ in there.of("withdrawn")}
    problems += [f"{case}: listed though not public" for case in sorted(strangers)]
    hidden = [
        draft.words
        for _, draft in there.of("withdrawn", "exempt", "on_request", "secret", "corrupt", "no_attribute")
    ]
    hidden += [number for _, draft in there.of("findings") for number in draft.private]
    return problems + _found_in(site, hidden)


def wrong_archive(core: Core, there: Ended) -> list[str]:
    """One valid bag for each archived version, none else; the register exactly once."""
    problems = []
    bags = Counter(path.parent.name for path in core.workspace.archive.rglob("bagit.txt"))
    for path in sorted(core.workspace.archive.rglob("bagit.txt")):
        try:
            bagit.Bag(str(path.parent)).validate()
        except bagit.BagError as error:
            problems.append(f"bag {path.parent.name}: {type(error).__name__}")
    kept = there.of("clean", "findings", "corrected", "exempt", "on_request")
    wanted = {f"{row.id}-v{row.version}" for row, _ in kept}
    problems += [f"bag {name}: {bags[name]} times" for name in sorted(wanted) if bags[name] != 1]
    may_be = {f"{row.id}-v{row.version}" for row, _ in there.of("withdrawn")}
    problems += [f"bag {name}: nobody approved it" for name in sorted(set(bags) - wanted - may_be)]
    private = {row.id for row, _ in there.of("exempt", "on_request")}
    register = core.workspace.register
    entries = Counter(row["id"] for row in _json(register / "register.json"))
    with (register / "register.csv").open(encoding="utf-8-sig", newline="") as stream:
        table = Counter(line[0] for line in csv.reader(stream) if line)
    for case in sorted(private):
        if entries[case] != 1 or table[case] != 1:
            problems.append(f"{case}: {entries[case]} and {table[case]} times in the register")
    return problems + [f"{case}: in the register by mistake" for case in sorted(set(entries) - private)]


def wrong_receipts(core: Core, there: Ended) -> list[str]:
    """Each effect's key has one receipt and was recorded as done once; the channels agree."""
    with core.database.read() as connection:
        rows = connection.execute(select(receipt.c.document, receipt.c.channel, receipt.c.key)).all()
        states = connection.execute(
            select(publication.c.document, publication.c.channel, publication.c.action, publication.c.state)
        ).all()
        told = [
            json.loads(row["detail"])["key"]
            for row in audit.rows(connection)
            if row["action"] == "channel.done"
        ]
    problems = [f"receipt {key}: {n} times" for key, n in Counter(row.key for row in rows).items() if n > 1]
    problems += [f"effect {key}: recorded {n} times" for key, n in Counter(told).items() if n > 1]
    given = Counter((row.document, row.channel, row.key.split("/")[-2]) for row in rows)
    for row in states:
        if row.state not in ("done", "withdrawn"):
            problems.append(f"{row.document} {row.channel}: {row.state}")
        if given[row.document, row.channel, row.action] != 1:
            problems.append(
                f"{row.document} {row.channel}: {given[row.document, row.channel, row.action]} receipts"
            )
    outcome = verify.verify_channels(core)
    problems += [f"{item['document']} {item['channel']}: {item['code']}" for item in outcome["differences"]]
    published = {row.id for row, _ in there.of("clean", "findings", "corrected", "withdrawn")}
    channels = Counter(row.document for row in states)
    return problems + [
        f"{case}: {channels[case]} channels" for case in sorted(published) if channels[case] != 3
    ]


def wrong_audit(core: Core) -> list[str]:
    """The chain holds, and the states in it follow each other."""
    with core.database.read() as connection:
        _, found = audit.verify(connection, anchors.anchors(core))
        problems = [f"audit row {item.seq}: {item.code}" for item in found]
        state: dict[str, str] = {}
        for row in audit.rows(connection):
            if not row["after"]:
                continue
            if row["before"] != state.get(row["document"], ""):
                problems.append(f"audit row {row['seq']}: {row['action']} from {row['before']!r}")
            state[row["document"]] = row["after"]
        for case, now in connection.execute(select(document.c.id, document.c.state)):
            if state.get(case) != now:
                problems.append(f"{case}: the audit log ends in {state.get(case)}, the row in {now}")
    return problems


def wrong_vault(core: Core) -> list[str]:
    """Every file that a row names is there, with its hash."""
    with core.database.read() as connection:
        parts = connection.execute(
            select(part.c.sha256).join(document, document.c.id == part.c.document).where(
                document.c.state.not_in(("quarantined", "destroyed", "duplicate")),
                document.c.spool.is_(None),
                part.c.version == document.c.version,
            )
        ).scalars()  # fmt: skip
        needed = {*parts, *connection.execute(select(artefact.c.sha256)).scalars()}
    broken = [
        item
        for item in sorted(needed)
        if not core.vault.holds(item) or file_digest(core.vault.path(item)) != item
    ]
    return [f"vault: {item[:12]} missing or changed" for item in broken]


def leaked(core: Core, there: Ended, places: Sequence[Path]) -> list[str]:
    """A suspected secret's words, or its bytes, anywhere but in quarantine."""
    secret = [draft for _, draft in there.of("secret")]
    words = [draft.words for draft in secret]
    hashes = {sha256 for draft in secret for sha256 in draft.sha256}
    problems = []
    for place in places:
        problems += _found_in(place, words, apart_from=core.workspace.quarantine)
        for path in _files(place, core.workspace.quarantine):
            if file_digest(path) in hashes:
                problems.append(f"the bytes of a suspected secret lie in {path.name}")
    problems += [f"{row.id}: title or file name kept" for row, _ in there.of("secret") if row.title]
    with core.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                shown = repr(tuple(row))
                problems += [f"{item} in table {table.name}" for item in words if item in shown]
    kept = {file_digest(path) for path in _files(core.workspace.quarantine, None)}
    problems += [f"draft {draft.number}: not in quarantine" for draft in secret if not hashes_in(draft, kept)]
    if stat.S_IMODE(core.workspace.quarantine.stat().st_mode) != 0o700:
        problems.append("the quarantine folder is open to others")
    return problems


def hashes_in(draft: Draft, kept: set[str]) -> bool:
    """Whether a draft's bytes are among some hashes."""
    return bool(set(draft.sha256) & kept)


def unanswered(core: Core, there: Ended) -> list[str]:
    """Every case but a suspected secret has its receipt in the outbox; every result its letter."""
    problems = []
    for row in there.cases:
        box = core.workspace.outbox / row.department
        wanted = {
            "duplicate": f"{row.id}_收件回执.html",
            "quarantined": f"{row.id}_移送说明.html",
            "withdrawn": f"已发布/{row.id}_撤回通知.html",
            "returned": f"{row.id}_退回说明.html",
        }.get(row.state, f"已发布/{row.id}_办理结果.html")
        if not (box / wanted).is_file():
            problems.append(f"{row.id}: {row.state}, but its letter is not in the outbox")
        if row.state not in ("duplicate", "quarantined") and not (box / f"{row.id}_收件回执.html").is_file():
            problems.append(f"{row.id}: no receipt in the outbox")
    return problems


def _found_in(place: Path, words: Sequence[str], apart_from: Path | None = None) -> list[str]:
    needles = [(word, encoding) for word in words for encoding in (word.encode(), word.encode("utf-16-le"))]
    problems = []
    for path in _files(place, apart_from):
        data = b"".join(_contents(path)) + str(path).encode()
        problems += [
            f"{word} in {path.relative_to(place.parent)}" for word, needle in needles if needle in data
        ]
    return problems


def _files(place: Path, apart_from: Path | None) -> Iterator[Path]:
    for path in place.rglob("*"):
        if path.is_file() and (apart_from is None or apart_from not in path.parents):
            yield path


def _contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and those of the members of an office package."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                yield package.read(name)


def _json(path: Path) -> list[Any]:
    return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []


def _feed(site: Path) -> Counter[str]:
    path = site / "feed.xml"
    if not path.is_file():
        return Counter()
    entries = ET.parse(path).getroot().findall(f"{FEED}entry")
    return Counter((entry.findtext(f"{FEED}id") or "").rpartition(":")[2] for entry in entries)


def _partition_links(site: Path, family: str) -> Counter[str]:
    """How many rows of a family's pages lead to each document."""
    found: Counter[str] = Counter()
    for path in (site / "catalogue" / family).glob("*.html"):
        if path.name != "index.html":
            cells = path.read_text("utf-8").split('href="')[1:]
            addresses = (cell.partition('"')[0] for cell in cells)
            found.update(address.split("/")[-2] for address in addresses if "/documents/" in address)
    return found
