"""Seals and signatures of an OFD: who signed, with which seal, and whether it covers what is there.

Nobody verifies the signature itself here: a warning says where the package and the signed list differ.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.ofd.geometry import POINTS, box_of
from disclosure_pipeline.builtin.extractors.ofd.parts import Parts
from disclosure_pipeline.builtin.extractors.pictures import metadata as picture_metadata
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.asn1 import NotAsn1, parse, readable, seals, strings
from disclosure_pipeline.builtin.extractors.shared.layout import Box
from disclosure_pipeline.builtin.extractors.signatures import ZIP_MAGIC
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from lxml import etree

_DIGESTS = {
    "1.2.156.10197.1.401": "sm3", "1.2.156.10197.1.401.2": "sm3", "sm3": "sm3", "md5": "md5", "sha1": "sha1",
    "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256",
}  # fmt: skip
_SHORTEST = 3
"""Strings this short say which kind of picture or version follows."""

_LARGEST_SEAL = 80 * POINTS
_UNCOVERED = ("content.xml", "document.xml", "annotation.xml")
_CHANGED = "签名列出的文件与其摘要不符，文件可能在签名后被改动，请核对。"
_NOT_COVERED = "签名没有覆盖全部页面和注释，未覆盖的内容可能是签名后加入的，请核对。"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a seal is printed."""

    page: int | None
    box: Box | None

    @property
    def is_small(self) -> bool:
        """Whether it is no larger than seals are (45 mm across at most, with some room)."""
        return (
            self.box is not None
            and max(self.box[2] - self.box[0], self.box[3] - self.box[1]) <= _LARGEST_SEAL
        )


class SignatureReader:
    """Reads the signatures of one package.

    Args:
        parts: of the package.
        out: gets the segments.
        page_number: 1-based number of a page by its id.
        read_inner: reads an OFD that a seal is drawn as; ``None`` when it lies too deep.
    """

    def __init__(
        self, parts: Parts, out: Collector, page_number: Mapping[str, int], read_inner: Callable[[bytes], Text] | None
    ):  # fmt: skip
        self._parts = parts
        self._out = out
        self._page_number = page_number
        self._read_inner = read_inner
        self._seen: set[str] = set()
        self._pictures: set[bytes] = set()

    def listed(self, name: str) -> None:
        """Read every signature that a ``Signatures.xml`` lists."""
        self._parts.visited.add(name)
        for one in self._parts.xml(name).iter("{*}Signature"):
            member = self._parts.find(name, one.get("BaseLoc"))
            if member is not None:
                self.signature(member)

    def signature(self, name: str) -> None:
        """Read one ``Signature.xml`` with its value and its seal."""
        self._parts.visited.add(name)
        root = self._parts.xml(name)
        stamps = [
            Stamp(self._page_number.get(stamp.get("PageRef", "")), _points(box_of(stamp.get("Boundary"))))
            for stamp in root.iter("{*}StampAnnot")
        ]
        for told in root.iter("{*}SignatureDateTime"):
            self._out.add(told.text or "", "signature", name, detail="SignatureDateTime", visible=False)
            told.text = None
        for location in root.iter("{*}BaseLoc", "{*}SignedValue"):
            member = self._parts.find(name, location.text)
            if member is not None and member not in self._parts.visited:
                self._parts.visited.add(member)
                self.value(member, self._parts.data(member), stamps)
        self._compare(name, root)

    def value(self, name: str, data: bytes, stamps: Sequence[Stamp] = ()) -> None:
        """Read a signed value or a seal.

        Args:
            name: of the member.
            data: its bytes.
            stamps: where the seal is printed; none makes it unseen.
        """
        try:
            nodes = parse(data)
        except NotAsn1:
            self._add(name, readable(data))
            return
        for seal in seals(nodes):
            if seal.name and seal.name not in self._seen:
                self._seen.add(seal.name)
                for stamp in stamps[:1]:
                    self._out.add(
                        seal.name, "signature", name, page=stamp.page, bbox=stamp.box, detail="seal", visible=True
                    )  # fmt: skip
                if not stamps:
                    self._out.add(seal.name, "signature", name, detail="seal", visible=False)
            self._picture(name, seal.picture, stamps)
        self._add(name, strings(nodes))

    def _add(self, name: str, texts: Iterator[str]) -> None:
        for text in texts:
            if text not in self._seen and len(text) > _SHORTEST and not self._parts.known(text):
                self._seen.add(text)
                self._out.add(text, "signature", name, visible=False)

    def _picture(self, name: str, data: bytes, stamps: Sequence[Stamp]) -> None:
        part = f"{name}!seal"
        if not data or data in self._pictures:
            return
        self._pictures.add(data)
        if data.startswith(ZIP_MAGIC):
            self._drawn(part, data, stamps)
        elif stamps and all(stamp.is_small for stamp in stamps):
            self._impression(part, data)
        else:
            pictures.look_at(self._out, part, data, page=stamps[0].page if stamps else None)

    def _impression(self, part: str, data: bytes) -> None:
        """The picture of a seal of ordinary size: its words are its name, so only its metadata is read."""
        try:
            with pictures.open_picture(data, self._out.limits.max_pixels) as picture:
                surplus = picture_metadata.read(self._out, part, data, picture)
        except (OSError, ValueError, SyntaxError):
            pictures.unread(self._out, Place(part, "signature"))
            return
        if surplus:
            picture_metadata.sweep(self._out, part, surplus, "after the end")

    def _drawn(self, part: str, data: bytes, stamps: Sequence[Stamp]) -> None:
        """A seal that is an OFD itself: what it shows is shown where it is stamped."""
        stamp = stamps[0] if stamps else Stamp(None, None)
        try:
            inner = self._read_inner(data) if self._read_inner is not None else None
        except ExtractionFailed as error:
            if error.code in ("file.bomb", "file.too_large"):
                raise
            inner = None
        if inner is None:
            self._out.doubt("attachment.unread", "印章的图形未能读出，请人工查看。", Place(part, "signature"))
            return
        for segment in inner.segments:
            self._out.add(
                segment.text, "signature", part, page=stamp.page, bbox=stamp.box,
                detail=segment.place.kind, visible=segment.visible and bool(stamps),
            )  # fmt: skip
        for doubt in inner.doubts:
            if doubt.code != "text.empty":  # a seal drawn as lines has no letters
                self._out.doubt(doubt.code, doubt.message, Place(part, "signature"))

    # ------------------------------------------------------------------ what is covered

    def _compare(self, name: str, root: etree._Element) -> None:
        covered: set[str] = set()
        for references in root.iter("{*}References"):
            method = _DIGESTS.get((references.get("CheckMethod") or "").lower(), "")
            for reference in references.iterchildren("{*}Reference"):
                member = self._parts.find(name, reference.get("FileRef"))
                if member is None:
                    continue
                covered.add(member)
                told = next((child.text for child in reference.iterchildren("{*}CheckValue")), None)
                if (
                    method in hashlib.algorithms_available
                    and told
                    and not _agrees(method, told, self._parts.data(member))
                ):
                    self._out.warn(_CHANGED)
        bodies = {item for item in self._parts.names if item.lower().endswith(_UNCOVERED)}
        if bodies - covered:
            self._out.warn(_NOT_COVERED)


def _points(box: Box | None) -> Box | None:
    return None if box is None else (box[0] * POINTS, box[1] * POINTS, box[2] * POINTS, box[3] * POINTS)


def _agrees(method: str, told: str, data: bytes) -> bool:
    try:
        wanted = base64.b64decode(told)
    except (binascii.Error, ValueError):
        return False
    return hashlib.new(method, data, usedforsecurity=False).digest() == wanted
