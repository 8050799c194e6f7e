"""What changed from one version of a document to another: for whoever signed the earlier one, and for the clerk.

Files are matched by their bytes, then by role and name; their texts are compared as they will be read, printed lines
joined. Findings are matched by their ids, which change with the text, then by what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, func, select

from disclosure_pipeline.model import difference
from disclosure_pipeline.model.document import Part, PartRole
from disclosure_pipeline.model.pieces import plain
from disclosure_pipeline.model.printed import Printed, running_text
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.model.words import Say, place_in_words
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.layout import TableBlock, lay_out
from disclosure_pipeline.pipeline.opened import check_open
from disclosure_pipeline.store import documents, version_heads
from disclosure_pipeline.store.documents import Settled
from disclosure_pipeline.store.tables import decision

_SIGNING = (Verb.APPROVE.value, Verb.WITHHOLD.value)
_CELLS = " │ "
"""Stands between the cells of a row."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a version beside its files.

    Args:
        title: its title.
        slip: published fields of the slip.
        attribute: attribute under which it is reviewed, or in force; empty until known.
        ground: reason code, or empty.
        route: names of its tiers in order.
    """

    title: str
    slip: Mapping[str, Any]
    attribute: str
    ground: str
    route: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version as it is compared.

    Args:
        version: its number.
        head: what is said of it; ``None`` for an earlier version of which that was not kept.
        parts: its files. texts: what was read in them, by position. findings: with how they were settled.
    """

    version: int
    head: Head | None
    parts: tuple[Part, ...]
    texts: Mapping[int, Text]
    findings: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that changed; values as stored, ``""`` for none.

    Args:
        name: ``title``, ``attribute``, ``ground``, ``route``, or the key of a slip field.
        before: its value. after: its value.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PartChange:
    """A file of the one version, the other, or both.

    Args:
        old: the file before; ``None`` for an added one.
        new: the file after; ``None`` for a removed one.
        text: what changed of what a reader sees.
        hidden: what changed of the places that nobody sees.
    """

    old: Part | None
    new: Part | None
    text: tuple[difference.Part, ...]
    hidden: tuple[difference.Part, ...]

    @property
    def same_bytes(self) -> bool:
        """Whether the file is the very same."""
        return self.old is not None and self.new is not None and self.old.sha256 == self.new.sha256

    @property
    def same_text(self) -> bool:
        """Whether what was read in it is the same."""
        return all(isinstance(item, difference.Unchanged) for item in chain(self.text, self.hidden))


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that came, went or was settled otherwise; ``None`` where there is none."""

    old: Settled | None
    new: Settled | None


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """What changed from one version to another.

    Args:
        old: number of the earlier version. new: of the later.
        head_known: whether title, slip, attribute and ground of both are kept; else ``fields`` cannot tell.
        fields: see :class:`FieldChange`.
        parts: every file, those of the new version first; also the unchanged ones.
        findings: see :class:`FindingChange`.
    """

    old: int
    new: int
    head_known: bool
    fields: tuple[FieldChange, ...]
    parts: tuple[PartChange, ...]
    findings: tuple[FindingChange, ...]

    @property
    def nothing(self) -> bool:
        """Whether surely nothing changed."""
        same = all(part.same_bytes and part.same_text for part in self.parts)
        return self.head_known and same and not self.fields and not self.findings


def between_versions(core: Core, document: str, old: int, new: int, say: Say = str) -> VersionDifference:
    """What changed between two versions; the caller has checked who asks.

    Args:
        core: the process's parts.
        document: case number.
        old: the version before.
        new: the version after it.
        say: translates where hidden places stand.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``.
    """
    with core.database.read() as connection:
        row = check_open(connection, document, old)
        check_open(connection, document, new)
        before, after = record_of(connection, row, old), record_of(connection, row, new)
    return between(before, after, say)


def record_of(connection: Connection, row: Row[Any], version: int) -> VersionRecord:
    """A version as the rows keep it.

    Args:
        connection: a transaction.
        row: the document's row.
        version: the version.
    """
    return VersionRecord(
        version,
        _head_of(connection, row, version),
        documents.parts_of(connection, row.id, version),
        documents.texts_of(connection, row.id, version),
        tuple(documents.findings_of(connection, row.id, version)),
    )


def signed_before(connection: Connection, document: str, person: str, version: int) -> int | None:
    """The last version before this one that a person signed; ``None`` if they signed none."""
    return connection.execute(
        select(func.max(decision.c.version)).where(
            decision.c.document == document, decision.c.by == person, decision.c.version < version,
            decision.c.verb.in_(_SIGNING),
        )
    ).scalar()  # fmt: skip


def between(old: VersionRecord, new: VersionRecord, say: Say = str) -> VersionDifference:
    """What changed from one version to another; ``say`` translates where hidden places stand."""
    return VersionDifference(
        old.version,
        new.version,
        old.head is not None and new.head is not None,
        tuple(_fields(old.head, new.head)) if old.head and new.head else (),
        tuple(
            PartChange(
                one,
                other,
                difference.differences(_shown(before), _shown(after)),
                difference.differences(_hidden(before, say), _hidden(after, say)),
            )
            for one, other in _matched_parts(old.parts, new.parts)
            for before, after in [(_text(one, old.texts), _text(other, new.texts))]
        ),
        tuple(_findings(old.findings, new.findings)),
    )


def _head_of(connection: Connection, row: Row[Any], version: int) -> Head | None:
    present = version == row.version
    head = version_heads.of_row(row) if present else version_heads.kept(connection, row.id, version)
    if head is None:
        return None
    tiers = documents.tiers_of(connection, row.id, version)
    return Head(
        head.title,
        head.slip.published_fields(),
        head.attribute,
        head.ground,
        tuple(item.tier for item in tiers),
    )


def _fields(old: Head, new: Head) -> Iterator[FieldChange]:
    pairs = [("title", old.title, new.title), ("attribute", old.attribute, new.attribute)]
    pairs += [("ground", old.ground, new.ground), ("route", _words(old.route), _words(new.route))]
    names = dict.fromkeys((*old.slip, *new.slip))
    pairs += [
        (name, _words(old.slip.get(name)), _words(new.slip.get(name))) for name in names if name != "title"
    ]
    for name, before, after in pairs:
        if before != after:
            yield FieldChange(name, before, after)


def _words(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value or "")


# -------------------------------------------------------------------------- files


def _matched_parts(
    old: Sequence[Part], new: Sequence[Part]
) -> Iterator[tuple[Part, Part] | tuple[None, Part] | tuple[Part, None]]:
    """Files of both versions: the same bytes, else the same role and name, else both the 正文."""
    left, matched = list(old), dict[int, Part]()
    for key in (_bytes, _name, _main):
        for part in new:
            if part.position in matched or not key(part):
                continue
            found = next((item for item in left if key(item) == key(part)), None)
            if found is not None:
                left.remove(found)
                matched[part.position] = found
    for part in new:
        yield (matched[part.position], part) if part.position in matched else (None, part)
    yield from ((part, None) for part in left)


def _bytes(part: Part) -> object:
    return part.role, part.sha256


def _name(part: Part) -> object:
    return (part.role, part.name) if part.name else None


def _main(part: Part) -> object:
    return part.role if part.role in (PartRole.MAIN, PartRole.SLIP) else None


def _text(part: Part | None, texts: Mapping[int, Text]) -> Text | None:
    return texts.get(part.position) if part is not None else None


def _shown(text: Text | None) -> list[str]:
    """Paragraphs and rows of a file as they are read; printed lines are joined over the ends of pages."""
    if text is None:
        return []
    layout = lay_out(text)
    found: list[str] = []
    lines: list[Printed] = []
    only_lines = all(item.place.kind == "ocr" for item in text.segments if item.visible)
    for page in layout.pages:
        for block in page.blocks:
            if isinstance(block, TableBlock):
                found += running_text(lines, lines=only_lines)
                lines = []
                found += (_CELLS.join(_cell(text.segments, cell) for cell in row.cells) for row in block.rows)
            elif layout.printed:
                lines += (Printed(text.segments[index].text, page.number) for index in block.segments)
            else:
                found.append("".join(text.segments[index].text for index in block.segments))
    found += running_text(lines, lines=only_lines)
    return [plain(item.strip()) for item in found]


def _cell(segments: Sequence[Segment], indexes: Iterable[int]) -> str:
    return " ".join(segments[index].text.strip() for index in indexes)


def _hidden(text: Text | None, say: Say) -> list[str]:
    """Hidden places, each with where it is."""
    if text is None:
        return []
    return [
        f"{place_in_words(segment.place.as_json(), say)}：{plain(segment.text.strip())}"
        for segment in text.segments
        if not segment.visible and segment.text.strip()
    ]


# ----------------------------------------------------------------------- findings


def _findings(old: Sequence[Settled], new: Sequence[Settled]) -> Iterator[FindingChange]:
    """Findings that came, went, or are settled otherwise, in the order of the new version."""
    by_id = {item.id: item for item in old}
    matched = {item.id: by_id.pop(item.id) for item in new if item.id in by_id}
    alike: dict[object, list[Settled]] = {}
    for item in by_id.values():
        alike.setdefault(_said(item), []).append(item)
    for item in new:
        if item.id not in matched and alike.get(_said(item)):
            matched[item.id] = alike[_said(item)].pop(0)
    for item in new:
        before = matched.get(item.id)
        if before is None or _settled(before) != _settled(item):
            yield FindingChange(before, item)
    gone = {item.id for item in matched.values()}
    yield from (FindingChange(item, None) for item in old if item.id not in gone)


def _said(item: Settled) -> object:
    found = item.finding
    return found.part, found.kind, found.rule, found.text, found.count


def _settled(item: Settled) -> object:
    return item.settled, item.treatment, item.reason or ""
