"""The strings of a workbook: plain ones fast, rich ones with the colour and size of their runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.ooxml.tags import Tags
from disclosure_pipeline.builtin.extractors.ooxml.vocabulary import tags_of, vocabulary
from disclosure_pipeline.builtin.extractors.packages.package import ElementStream, Package, parse_xml
from disclosure_pipeline.builtin.extractors.shared.digits import natural
from disclosure_pipeline.builtin.extractors.shared.markup import local

if TYPE_CHECKING:
    from lxml import etree

_NAME = "xl/sharedstrings.xml"
_ITEM = re.compile(
    r'\s*<si><t(?: xml:space="preserve")?>([^<]*)</t>(?:<phoneticPr fontId="\d{1,5}"(?: type="\w{1,20}")?(?: alignment="\w{1,20}")?/>)?</si>',
    re.ASCII,
)
_ITEMS = re.compile(rf"(?:{_ITEM.pattern.replace('([^<]*)', '[^<]*')})*+\s*")
_OPENING = re.compile(
    r'\s*(?:<\?xml version="1.0"(?: encoding="[Uu][Tt][Ff]-8")?[^?<>]*\?>)?\s*<sst((?: [\w:]+="[^"<>]*")*)>'
)
_SAFE_ATTRIBUTES = re.compile(r'(?: (?:xmlns(?::\w+)?="[^"]*"|count="\d{1,9}"|uniqueCount="\d{1,9}"))*')
_ENTITY = re.compile(r"&([^;&]{0,12});?")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one formatting; ``color`` is the element that names it, if any."""

    text: str
    color: etree._Element | None
    size: etree._Element | None


Runs = tuple[Run, ...]


@dataclass(slots=True)
class SharedStrings:
    """The strings that cells refer to by number, and which of them a cell has used."""

    part: str = "xl/sharedStrings.xml"
    values: list[str] = field(default_factory=list)
    rich: dict[int, Runs] = field(default_factory=dict)
    readings: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    used: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, package: Package, limits: Limits) -> SharedStrings:
        """Read them; a workbook may have none."""
        strings = cls()
        name = next((name for name in package.names if name.lower() == _NAME), None)
        if name is None:
            return strings
        strings.part = name
        data = package.read(name)
        values = _plain_items(data)
        if values is None:
            strings._stream(package, limits)
            strings.strays += [word for word, _ in vocabulary(_tags(data))]
        else:
            strings.values = values
        if sum(map(len, strings.values)) > limits.max_characters:
            raise failure("file.too_large", "It holds too many characters.")
        strings.used = bytearray(len(strings.values))
        return strings

    def _stream(self, package: Package, limits: Limits) -> None:
        characters = 0
        with package.open(self.part) as stream:
            items = ElementStream(stream, "si")
            for item in items:
                runs = rich_runs(item)
                if runs is not None:
                    self.rich[len(self.values)] = runs
                self.readings.extend(readings(item))
                self.strays.extend(_strays(item))
                text = plain_text(item)
                self.values.append(text)
                characters += len(text)
                if characters > limits.max_characters:
                    raise failure("file.too_large", "It holds too many characters.")
            for element in items.rest.iter():
                self.strays.extend(
                    text for text in (element.text, element.tail) if text and not text.isspace()
                )

    def take(self, index: str) -> int:
        """The number of the string that a cell refers to.

        Raises:
            ExtractionFailed: ``file.broken``: there is no such string.
        """
        number = natural(index)
        if not 0 <= number < len(self.values):
            raise failure("file.broken", "A cell refers to a string that is not there.")
        self.used[number] = 1
        return number

    def leftovers(self, out: Collector) -> None:
        """Strings that no cell refers to, mostly of deleted cells; and readings (注音)."""
        for index, value in enumerate(self.values):
            if not self.used[index]:
                out.add(value, "cache", self.part, paragraph=index + 1, detail="string of no cell")
        for reading in self.readings:
            out.add(reading, "hidden", self.part, detail="reading")
        for stray in self.strays:
            out.add(stray, "unplaced", self.part)


def plain_text(item: etree._Element) -> str:
    """The text of ``si``, ``is``, or a comment's ``text``, readings aside."""
    return decoded(raw_text(item))


def raw_text(item: etree._Element) -> str:
    """The same, with ``_x0031_`` as it is written."""
    return "".join(run.text or "" for run in item.iter("{*}t") if _outside_reading(run))


def readings(item: etree._Element) -> Iterator[str]:
    """The phonetic readings of a string item."""
    return (decoded(run.text or "") for run in item.iterfind("{*}rPh/{*}t"))


def rich_runs(item: etree._Element) -> Runs | None:
    """The runs of a string item, if any of them has a colour or size of its own."""
    if item.find("{*}r/{*}rPr/{*}color") is None and item.find("{*}r/{*}rPr/{*}sz") is None:
        return None
    return tuple(
        Run(decoded(run.findtext("{*}t") or ""), run.find("{*}rPr/{*}color"), run.find("{*}rPr/{*}sz"))
        for run in item.iterfind("{*}r")
    )


def unescaped(text: str) -> str:
    """XML's entities resolved.

    Raises:
        ExtractionFailed: ``file.broken``: an entity that XML does not have.
    """
    return _ENTITY.sub(_character, text) if "&" in text else text


def decoded(text: str) -> str:
    """``_x0031_`` as a spreadsheet shows it: ``1``."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    try:
        if name in _ENTITIES:
            return _ENTITIES[name]
        return chr(int(name[2:], 16) if name[:2] == "#x" else int(name.removeprefix("#")))
    except (ValueError, OverflowError) as error:
        raise failure("file.broken", "A part of it is not well-formed XML.") from error


def _plain_items(data: bytes) -> list[str] | None:
    """All strings, if each of them is plain; ``None`` when a parser must look."""
    if b"<!" in data or b"\x00" in data[:64]:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    opening = _OPENING.match(text)
    if opening is None or not _SAFE_ATTRIBUTES.fullmatch(opening[1]) or not text.rstrip().endswith("</sst>"):
        return None
    items = text[opening.end() : text.rindex("</sst>")]
    if not _ITEMS.fullmatch(items) or next(vocabulary(Tags(opening[0].encode())), None) is not None:
        return None
    return [decoded(unescaped(item)) for item in _ITEM.findall(items)]


def _tags(data: bytes) -> Tags:
    """The tags of a part that is too large to be parsed unless it is not written as usual."""
    tags = Tags(data)
    return tags if tags.is_usual else tags_of(data, parse_xml(data))


def _strays(item: etree._Element) -> Iterator[str]:
    """Text of a string item outside its ``t`` elements."""
    for element in item.iter():
        if local(element) != "t" and element.text and not element.text.isspace():
            yield element.text
        if element.tail and not element.tail.isspace():
            yield element.tail


def _outside_reading(run: etree._Element) -> bool:
    parent = run.getparent()
    return parent is None or local(parent) != "rPh"
