"""Remarks in a Word document: a comment at each place that needs the clerk's attention.

The copy is the draft as it was, every byte of its other parts included; only the comments are new. A
remark about a place that cannot carry a comment (header, property, deleted text …) stands at the top.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.editors.container import OFFICE
from disclosure_pipeline.builtin.editors.word_rules import W as WORD
from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local
from disclosure_pipeline.hooks.contracts import Remark
from disclosure_pipeline.model.text import VISIBLE_KINDS
from disclosure_pipeline.model.words import place_in_words

if TYPE_CHECKING:
    from lxml import etree

_W = f"{{{WORD}}}"
_AUTHOR, _INITIALS = "信息公开审查", "审"
_COMMENTS = "word/comments.xml"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_TYPES = "[Content_Types].xml"


def annotate_word(source: Source, remarks: Sequence[Remark], limits: Limits) -> bytes:
    """A copy of a document with a comment for each remark.

    Args:
        source: the document.
        remarks: what to say, and where.
        limits: the limits of ``[extraction]``.

    Raises:
        ExtractionFailed: the document cannot be read; ``annotate.unsupported`` for a strict document.
    """
    with Package(source, limits) as package:
        parts = {name: package.read(name) for name in package.names}
        main = next(
            (name for name in relation_targets(package, "").values() if name.endswith(".xml") and name in parts
             and local(package.xml(name)) == "document"), "",
        )  # fmt: skip
        if not main:
            raise failure("file.unknown", "It has no main document.")
        document = package.xml(main)
        if not str(document.tag).startswith(_W):
            raise failure("annotate.unsupported")
        comments = package.xml(_COMMENTS) if _COMMENTS in parts else None
        if comments is None:
            comments = document.makeelement(f"{_W}comments", nsmap={"w": WORD})
            parts[_TYPES] = _with_type(package.xml(_TYPES))
            folder, _, base = main.rpartition("/")
            relations = f"{folder}/_rels/{base}.rels"
            parts[relations] = _with_relation(
                package.xml(relations) if relations in parts else None, document
            )
        _write_remarks(document, main, comments, remarks)
        parts[main], parts[_COMMENTS] = _bytes_of(document), _bytes_of(comments)
    return _packed(parts)


def _write_remarks(
    document: etree._Element, main: str, comments: etree._Element, remarks: Sequence[Remark]
) -> None:
    paragraphs = list(document.iter(f"{_W}p"))
    if not paragraphs:
        raise failure("annotate.unsupported", "It has no paragraph.")
    used = [int(given) for item in comments if (given := attribute(item, "id")).isdigit()]
    for number, remark in enumerate(remarks, start=max(used, default=-1) + 1):
        place = remark.place
        target = _paragraph_of(paragraphs, remark) if place.part == main else None
        text = remark.text if target is not None else f"【{place_in_words(place.as_json())}】{remark.text}"
        _mark(paragraphs[0] if target is None else target, number, whole=place.kind in VISIBLE_KINDS)
        comments.append(_comment(comments, number, text))


def _paragraph_of(paragraphs: Sequence[etree._Element], remark: Remark) -> etree._Element | None:
    """The paragraph that a place names, if its words stand there; else the first one with these words."""
    words = "".join(remark.words.split())
    number = (remark.place.paragraph or 0) - 1
    if 0 <= number < len(paragraphs) and words in _words(paragraphs[number]):
        return paragraphs[number]
    first = "".join(remark.words.strip().partition("\n")[0].split())
    return next((item for item in paragraphs if first and first in _words(item)), None)


def _words(paragraph: etree._Element) -> str:
    texts = (element.text or "" for element in _texts(paragraph))
    return "".join("".join(texts).split())


def _texts(paragraph: etree._Element) -> Iterator[etree._Element]:
    for element in paragraph.iter():
        if local(element) in ("t", "delText", "instrText"):
            yield element


def _mark(paragraph: etree._Element, number: int, *, whole: bool) -> None:
    """Put a comment's range around everything in a paragraph, and its sign behind.

    A remark about what is not seen stands before the paragraph's first word instead: programs do not show a
    sign that follows hidden text.
    """
    start, end = (paragraph.makeelement(f"{_W}{name}") for name in ("commentRangeStart", "commentRangeEnd"))
    sign = paragraph.makeelement(f"{_W}r")
    reference = paragraph.makeelement(f"{_W}commentReference")
    sign.append(reference)
    for element in (start, end, reference):
        element.set(f"{_W}id", str(number))
    first = 0 if paragraph.find(f"{_W}pPr") is None else 1
    paragraph.insert(first, start)
    if whole:
        paragraph.extend((end, sign))
    else:
        paragraph.insert(first + 1, end)
        paragraph.insert(first + 2, sign)


def _comment(parent: etree._Element, number: int, text: str) -> etree._Element:
    comment = parent.makeelement(f"{_W}comment")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for key, value in (("id", str(number)), ("author", _AUTHOR), ("initials", _INITIALS), ("date", now)):
        comment.set(_W + key, value)
    paragraph, run, words = (parent.makeelement(f"{_W}{name}") for name in ("p", "r", "t"))
    words.text = text
    run.append(words)
    paragraph.append(run)
    comment.append(paragraph)
    return comment


def _with_type(types: etree._Element) -> bytes:
    namespace = str(types.tag).rpartition("}")[0] + "}"
    entry = types.makeelement(f"{namespace}Override")
    entry.set("PartName", f"/{_COMMENTS}")
    entry.set("ContentType", _COMMENTS_TYPE)
    types.append(entry)
    return _bytes_of(types)


def _with_relation(relations: etree._Element | None, like: etree._Element) -> bytes:
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    if relations is None:
        relations = like.makeelement(f"{{{namespace}}}Relationships")
    entry = relations.makeelement(f"{{{namespace}}}Relationship")
    taken = {item.get("Id") for item in relations}
    identity = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
    for key, value in (("Id", identity), ("Type", f"{OFFICE}/comments"), ("Target", f"/{_COMMENTS}")):
        entry.set(key, value)
    relations.append(entry)
    return _bytes_of(relations)


def _bytes_of(root: etree._Element) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
