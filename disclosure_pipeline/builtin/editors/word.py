"""Clean copies of Word documents: what a reader of the printed page sees, in the same layout.

The copy is a new package. Each part in it is rebuilt from elements that :mod:`.word_rules` lists; tracked
changes are accepted, hidden runs dropped, fields replaced by what they show (page numbers stay fields),
pictures painted anew. Comments, properties, scripts, embedded files and everything else stay behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.editors import word_rules as rules
from disclosure_pipeline.builtin.editors.container import Container
from disclosure_pipeline.builtin.editors.repaint import repaint
from disclosure_pipeline.builtin.editors.word_looks import Looks
from disclosure_pipeline.builtin.editors.word_part import PartCleaner
from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.parts import relation_targets
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.extractors.shared.markup import attribute, local
from disclosure_pipeline.model.text import Segment

if TYPE_CHECKING:
    from lxml import etree

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = "word/document.xml"
_SETTINGS = "word/settings.xml"
_W = f"{{{rules.W}}}"


def clean_word(source: Source, unseen: Sequence[Segment], limits: Limits) -> bytes:
    """The clean copy of a document.

    Args:
        source: the document.
        unseen: what the extractor found in it that a reader does not see.
        limits: the limits of ``[extraction]``.

    Raises:
        ExtractionFailed: the document cannot be read; ``clean.picture``, ``clean.object`` for what is seen
            on the page but cannot be taken over cleanly.
    """
    with Package(source, limits) as package:
        return _WordCopy(package, unseen, limits).save()


class _WordCopy:
    """The copy while it is built; parts are added as they are referred to."""

    def __init__(self, package: Package, unseen: Sequence[Segment], limits: Limits):
        self.unseen = unseen
        self._package = package
        self._limits = limits
        self._out = Container(_MAIN)
        self._done: dict[str, str] = {}
        self.looks = Looks.of(package)

    def save(self) -> bytes:
        main = self._main()
        root = PartCleaner(self, main, _MAIN).rebuild(self._package.xml(main))
        self._add(root, "document.main", _MAIN)
        for name, side in (
            ("styles", self.looks.styles()), ("numbering", self.looks.numbering()), ("settings", self._settings()),
        ):  # fmt: skip
            if side is not None:
                self._add(side, name, f"word/{name}.xml")
                self._out.relate(_MAIN, f"word/{name}.xml", name)
        return self._out.save()

    def picture(self, part: str, relation: str, new_part: str) -> str:
        name = self._target(part, relation, "clean.picture")
        if name not in self._done:
            data, suffix = repaint(self._package.read(name), self._limits.max_pixels)
            self._done[name] = f"word/media/image{len(self._done) + 1}.{suffix}"
            self._out.add(self._done[name], data)
        return self._out.relate(new_part, self._done[name], "image")

    def side(self, part: str, relation: str, kind: str, new_part: str) -> str:
        name = f"word/{kind}.xml" if kind.endswith("notes") else self._target(part, relation, "file.broken")
        if name not in self._done:
            self._done[name] = (
                f"word/{kind}.xml" if kind.endswith("notes") else f"word/{kind}{len(self._done) + 1}.xml"
            )
            root = PartCleaner(self, name, self._done[name]).rebuild(self._package.xml(name))
            self._add(root, kind, self._done[name])
        return self._out.relate(new_part, self._done[name], kind)

    def _target(self, part: str, relation: str, code: str) -> str:
        name = relation_targets(self._package, part).get(relation, "")
        if name not in self._package.names:
            raise failure(code)
        return name

    def _add(self, root: etree._Element, kind: str, name: str) -> None:
        self._out.add_xml(name, root, f"{_TYPE}{kind}+xml")

    def _main(self) -> str:
        for name in relation_targets(self._package, "").values():
            if (
                name in self._package.names
                and name.endswith(".xml")
                and local(self._package.xml(name)) == "document"
            ):
                return name
        raise failure("file.unknown", "It has no main document.")

    def _settings(self) -> etree._Element | None:
        if _SETTINGS not in self._package.names:
            return None
        own = self._package.xml(_SETTINGS)
        root = own.makeelement(_W + "settings", nsmap={"w": rules.W})
        root.extend(_setting(child) for child in own if local(child) in rules.SETTINGS)
        return root


def _setting(element: etree._Element) -> etree._Element:
    """A setting that changes the layout; ``compat`` holds many, most of them without a value."""
    kept = element.makeelement(_W + local(element))
    for key in ("val", "name", "uri"):
        if (value := attribute(element, key)) and (value in rules.SETTING_VALUES or value.isdigit()):
            kept.set(_W + key, value)
    if local(element) == "compat":
        kept.extend(_setting(child) for child in element if _is_compatibility(child))
    return kept


def _is_compatibility(element: etree._Element) -> bool:
    name = local(element)
    return name == "compatSetting" or (name.isalnum() and not element.attrib)
