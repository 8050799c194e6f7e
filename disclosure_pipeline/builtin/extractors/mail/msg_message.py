"""One message of an Outlook file: the storages and streams under one storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.html.page import read_page
from disclosure_pipeline.builtin.extractors.html.reader import decode_page
from disclosure_pipeline.builtin.extractors.mail.bodies import add_body, add_other_version
from disclosure_pipeline.builtin.extractors.mail.headers import header_text
from disclosure_pipeline.builtin.extractors.mail.msg_properties import (
    ATTACHED,
    ATTACHED_NAMES,
    BINARY,
    BODY,
    FIXED,
    HTML,
    LISTS,
    RTF,
    SHOWN,
    STREAM,
    TRANSPORT,
    Property,
    code_page,
    is_usual,
)
from disclosure_pipeline.builtin.extractors.mail.msg_rtf import original, unpack
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile, Entry
from disclosure_pipeline.builtin.extractors.pictures import pictures
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.builtin.extractors.signatures import is_picture
from disclosure_pipeline.builtin.extractors.text.encoding import strictly
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

_RECIPIENT, _ATTACHMENT, _NAMES = "__recip_version", "__attach_version", "__nameid_version"
_NAME_STRINGS = "00040102"
_OUTLOOK = "Olk10SideProps"  # what Outlook notes about the sender's folders
_BODIES = frozenset((BODY, HTML, RTF))
_ROOT_HEADER, _INNER_HEADER = 32, 24


class Message:
    """One message while it is read.

    Args:
        out: gets everything.
        file: the file.
        path: storage of the message, empty for the outermost.
        settings: the keys of ``[extraction]``, with the budget.
        depth: depth of the file.
        level: how many messages enclose this one.
    """

    def __init__(
        self, out: Collector, file: CompoundFile, path: tuple[str, ...], *, settings: Mapping[str, Any], depth: int,
        level: int = 0,
    ):  # fmt: skip
        self._out = out
        self._file = file
        self._path = path
        self._settings = settings
        self._depth = depth
        self._level = level
        self._code_page = ""
        self._told: set[str] = set()
        self._binary: list[tuple[Property, str]] = []

    def read(self) -> None:
        """Read the message."""
        fixed = self._file.find(*self._path, FIXED)
        if fixed is not None:
            header = _INNER_HEADER if self._level else _ROOT_HEADER
            self._code_page = code_page(self._file.read(fixed), header)
        own = self._own()
        found = [item for item in map(self._property, own) if item is not None]
        for item in found:
            if item.number in SHOWN and item.is_text:
                self._add(item, "header", "message", SHOWN[item.number])
        self._bodies([item for item in found if item.number in _BODIES])
        self._told.update(self._out.texts())
        for item in found:
            if item.number not in SHOWN and item.number not in _BODIES:
                self._other(item, "message")
        for entry in own:
            if not STREAM.fullmatch(entry.name) and entry.name != FIXED:
                self._unknown(entry)
        self._storages()
        self._sweep()

    def _own(self) -> list[Entry]:
        return [entry for entry in self._file.streams if entry.path[:-1] == self._path and not entry.lost]

    def _property(self, entry: Entry) -> Property | None:
        match = STREAM.fullmatch(entry.name)
        if match is None:
            return None
        kind = int(match[2], 16)
        if kind in LISTS and match[3] is None:
            kind = BINARY  # the lengths of the list's strings; each string is a stream of its own
        return Property(int(match[1], 16), kind, self._file.read(entry))

    def _add(self, item: Property, kind: str, part: str, detail: str, *, visible: bool | None = None) -> None:
        text = item.text(self._code_page)
        if not is_usual(text):
            self._out.add(text, kind, part, detail=detail, visible=visible)

    def _other(self, item: Property, part: str) -> None:
        """A property that no rule shows."""
        if item.number == TRANSPORT and item.is_text:
            for line in item.text(self._code_page).replace("\r\n\t", " ").replace("\r\n ", " ").splitlines():
                self._out.add(header_text(line), "metadata", part, detail="transport headers")
        elif item.is_text:
            text = item.text(self._code_page)
            if text not in self._told:
                self._told.add(text)
                self._add(item, "metadata", part, item.detail)
        else:
            self._binary.append((item, part))

    def _sweep(self) -> None:
        """Words in binary properties that stand nowhere else."""
        known = Known(self._out.texts())
        told: set[str] = set()
        for item, part in self._binary:
            for run in dict.fromkeys(sweep(item.data)):
                if run not in told and not known.explains(run):
                    told.add(run)
                    self._out.add(run, "unplaced", part, detail=item.detail)

    def _unknown(self, entry: Entry) -> None:
        """A stream of no property."""
        data = self._file.read(entry)
        everything = not entry.name.startswith(_OUTLOOK)
        runs = list(dict.fromkeys(sweep(data, everything=everything))) or [_whole_text(data)]
        for run in runs:
            self._out.add(run, "unplaced", entry.part)
        if everything:
            kind = "name" if entry.name.isascii() else "unplaced"
            self._out.add(entry.name, kind, entry.part)

    # ----------------------------------------------------------------------- bodies

    def _bodies(self, found: list[Property]) -> None:
        """The body that is shown (HTML, else RTF, else text), then what its other versions add."""
        versions = sorted(self._versions(found))
        for number, (_, kind, text) in enumerate(versions):
            part = f"body {kind}"
            if number:
                self._other_version(kind, text, part)
            elif kind == "html":
                read_page(self._out, text, part=part, settings=self._settings, depth=self._depth)
            else:
                add_body(self._out, text, part, settings=self._settings, depth=self._depth)

    def _versions(self, found: list[Property]) -> Iterator[tuple[int, str, str]]:
        """(rank, html or text, body)."""
        for item in found:
            if item.number == HTML:
                yield 0, "html", item.text("") if item.is_text else self._page(item.data)
            elif item.number == BODY and item.is_text:
                yield 3, "text", item.text(self._code_page)
            elif item.number == RTF and item.data:
                rtf = unpack(item.data, Limits.of(self._settings).max_unpacked)
                body = original(rtf)
                if body is not None:
                    yield (1 if body[0] == "html" else 2), body[0], body[1]
                else:
                    read_embedded(self._out, "body rtf", rtf, limits=self._settings, depth=self._depth,
                                  name="body.rtf", shown=True)  # fmt: skip
            else:
                self._other(item, "message")

    def _page(self, data: bytes) -> str:
        try:
            return decode_page(data, self._out, self._code_page)
        except ExtractionFailed:
            self._out.doubt(
                "text.encoding", "邮件正文的编码不能确定，请人工查看原件。", Place("body html", "body")
            )
            return data.decode("gb18030", "replace")

    def _other_version(self, kind: str, text: str, part: str) -> None:
        if kind == "text":
            add_other_version(self._out, text, part)
            return
        inner = Collector("text/html", self._out.extractor, Limits.of(self._settings))
        read_page(inner, text, part=part, settings=self._settings, depth=self._depth)
        add_other_version(self._out, "\n".join(segment.text for segment in inner.text().segments), part)

    # ----------------------------------------------------------------------- storages

    def _storages(self) -> None:
        level = len(self._path)
        names = dict.fromkeys(
            entry.path[level]
            for entry in self._file.streams
            if len(entry.path) > level + 1 and entry.path[:level] == self._path and not entry.lost
        )
        attachments = 0
        for name in names:
            inside = [entry for entry in self._file.streams if entry.path[: level + 1] == (*self._path, name)]
            if name.startswith(_RECIPIENT):
                for entry in inside:
                    item = self._property(entry)
                    if item is not None:
                        self._other(item, "recipient")
            elif name.startswith(_ATTACHMENT):
                attachments += 1
                self._attachment(name, inside, f"attachment {attachments}")
            elif name.startswith(_NAMES):
                self._named(inside)
            else:
                for entry in inside:
                    self._unknown(entry)
        for entry in self._file.streams:
            if entry.lost and not self._level:
                self._unknown(entry)

    def _named(self, inside: list[Entry]) -> None:
        """The names of properties that have one; only those beyond ASCII are an author's."""
        for entry in inside:
            if entry.name.endswith(_NAME_STRINGS):
                for run in dict.fromkeys(_wide_strings(self._file.read(entry))):
                    if not run.isascii():
                        self._out.add(run, "name", "properties")

    def _attachment(self, name: str, inside: list[Entry], part: str) -> None:
        level = len(self._path) + 1
        file_name = ""
        data = b""
        for entry in inside:
            if len(entry.path) != level + 1:
                continue
            item = self._property(entry)
            if item is None:
                if entry.name != FIXED:
                    self._unknown(entry)
            elif item.number in ATTACHED_NAMES and item.is_text:
                text = item.text(self._code_page)
                file_name = file_name if len(file_name) > len(text) else text
                if text not in self._told:
                    self._told.add(text)
                    self._out.add(text, "name", part, visible=True)
            elif item.number == ATTACHED:
                data = item.data
            else:
                self._other(item, part)
        enclosed = [entry for entry in inside if len(entry.path) > level + 1]
        if enclosed:
            self._enclosed((*self._path, name, enclosed[0].path[level]), enclosed, part)
        if is_picture("", data):
            pictures.look_at(self._out, part, data)
        else:
            read_embedded(
                self._out, part, data, limits=self._settings, depth=self._depth, name=file_name, shown=True
            )

    def _enclosed(self, path: tuple[str, ...], inside: list[Entry], part: str) -> None:
        """A message inside the message, or an object in storages."""
        if self._file.find(*path, FIXED) is None:
            place = Place(part, "attachment")
            self._out.doubt("attachment.unread", "邮件中嵌有无法读取的对象，请人工查看。", place)
            for entry in inside:
                for run in dict.fromkeys(sweep(self._file.read(entry))):
                    self._out.add(run, "attachment", part)
            return
        if self._level + self._depth >= int(self._settings["max_depth"]):
            raise failure("file.bomb", "It holds too many messages inside one another.")
        inner = Collector(self._out.media_type, self._out.extractor, Limits.of(self._settings))
        Message(
            inner, self._file, path, settings=self._settings, depth=self._depth, level=self._level + 1
        ).read()
        self._out.adopt(inner.text(), part, shown=True)


def _whole_text(data: bytes) -> str:
    return strictly(data, "utf-8") or ""


def _wide_strings(data: bytes) -> Iterator[str]:
    """The strings of the names stream: each with its length before it, padded to four bytes."""
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        yield data[at + 4 : at + 4 + length].decode("utf-16-le", "replace")
        at += 4 + -(-max(length, 1) // 4) * 4
