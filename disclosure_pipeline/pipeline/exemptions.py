"""What a release from quarantine covers: these bytes, this rule, these characters — and their public copy.

Two officers release a marking for the bytes it stands in. The public copy has other bytes: there the
same characters under the same rule are let pass, and nothing else. So a document that explains how
papers are marked can be published, and a marking that got into its copy by another way cannot.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from disclosure_pipeline.hooks.contracts import Reading, SourceFile
from disclosure_pipeline.hooks.record import mark_key, name_segments
from disclosure_pipeline.model.text import Segment
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.tables import exemption, quarantine

Range = tuple[int, int, int]
"""Segment, start and end."""


def released(core: Core, document: str) -> frozenset[str]:
    """Keys of the markings that were released for a document under the rules in force."""
    with core.database.read() as connection:
        rows = connection.execute(
            select(exemption.c.mark).where(
                exemption.c.document == document, exemption.c.rules_version == core.rulebook.version
            )
        )
        return frozenset(rows.scalars())


def ever_released(core: Core, document: str) -> frozenset[str]:
    """Keys of the markings that were released for a document under any rules."""
    with core.database.read() as connection:
        rows = connection.execute(select(exemption.c.mark).where(exemption.c.document == document))
        return frozenset(rows.scalars())


def carry_over(connection: Connection, before: str, after: str) -> None:
    """Let releases, also those that the officers have yet to give, outlive a change of the rules.

    They are bound to a marking rule, and no change touches one (`model/amendment.py`).

    Args:
        connection: a writing transaction.
        before: the rules version they were given under.
        after: the version that the change leads to.
    """
    for table in (exemption, quarantine):
        connection.execute(update(table).where(table.c.rules_version == before).values(rules_version=after))


def of_copies(
    core: Core, document: str, copies: Sequence[SourceFile], reading: Reading, keys: frozenset[str]
) -> frozenset[str]:
    """Keys of the markings in public copies that show nothing but what was released.

    Args:
        core: the process's parts.
        document: case number.
        copies: files that were built from the approved text.
        reading: what was read in them, with the markings that were found.
        keys: keys of the released markings of the originals.

    Returns:
        A key for every marking; empty when any of them is not covered.
    """
    allowed = _released_words(core, document, keys)
    files = {file.position: file for file in copies}
    found = set()
    for marking in reading.screening.findings:
        file = files[marking.part]
        words = _words(_segments(core, file, marking.segment), marking.ranges)
        if not words or (marking.rule, words) not in allowed:
            return frozenset()
        found.add(mark_key(file.sha256, marking))
    return frozenset(found)


def _released_words(core: Core, document: str, keys: frozenset[str]) -> set[tuple[str, str]]:
    """Rule and characters of every released marking, from the text that the store holds."""
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        texts = documents.texts_of(connection, document, row.version)
        parts = {part.position: part for part in documents.parts_of(connection, document, row.version)}
        marks = connection.execute(
            select(quarantine.c.marks).where(quarantine.c.document == document)
        ).scalar()
    words = set()
    for mark in marks or ():
        if mark["key"] not in keys or mark["part"] not in texts:
            continue
        named = mark["segment"] < 0
        segments = name_segments(parts[mark["part"]].name or "") if named else texts[mark["part"]].segments
        ranges = [(mark["segment"], mark["start"], mark["end"]), *map(tuple, mark.get("more", ()))]
        words.add((mark["rule"], _words(segments, ranges)))
    return words


def _segments(core: Core, file: SourceFile, segment: int) -> Sequence[Segment]:
    return name_segments(file.name) if segment < 0 else core.host.extract(file).segments


def _words(segments: Sequence[Segment], ranges: Iterable[Range]) -> str:
    """The characters of a marking, without white space and signs that no reader sees; empty if there are none."""
    pieces = []
    for number, start, end in ranges:
        index = -1 - number if number < 0 else number
        if index >= len(segments):
            return ""
        pieces.append(segments[index].text[start:end])
    shown = (char for char in "".join(pieces) if unicodedata.category(char) not in ("Cc", "Cf"))
    return "".join("".join(shown).split())
