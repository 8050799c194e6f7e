"""What every archive reader does with a member, and with bytes that belong to none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.archives.names import is_of_the_system, leads_out
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.embedded import read_embedded
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.text.encoding import decode
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place

_PART = "archive"


class Members:
    """Adds the members of one archive.

    Args:
        out: gets everything.
        settings: the keys of ``[extraction]``, with the budget.
        depth: depth of the archive.
    """

    def __init__(self, out: Collector, settings: Mapping[str, Any], depth: int):
        self._out = out
        self._settings = settings
        self._depth = depth
        self._names: set[str] = set()
        self.number = 0
        """Number of the present member; doubts name members by it, never by their names."""

    @property
    def part(self) -> str:
        """Name of the present member's place."""
        return f"member {self.number}"

    def name(self, name: str, *, shown: bool = True) -> None:
        """The name of the next member is text too, and every program that opens the archive shows it."""
        if shown:
            self.number += 1
            if name in self._names:
                self._out.warn("压缩包内有同名的文件，各份均已读取。")
            self._names.add(name)
        if leads_out(name):
            self._out.warn("压缩包内有指向包外位置的文件名。")
        self._out.add(name, "name", _PART, paragraph=self.number, visible=shown)

    def read(self, data: bytes, name: str, *, shown: bool = True) -> None:
        """Read a member.

        Args:
            data: its bytes.
            name: its name.
            shown: whether a program that opens the archive shows it.
        """
        if is_of_the_system(name) and not name.lower().endswith(".ini"):
            self.loose(data, self.part, kind="metadata")
        else:
            read_embedded(
                self._out, self.part, data, limits=self._settings, depth=self._depth, name=name, shown=shown
            )

    def link(self, target: str) -> None:
        """The member is a link."""
        self._out.add(target, "link", self.part, detail="link")

    def unread(self) -> None:
        """The member cannot be unpacked."""
        place = Place(self.part, "attachment")
        self._out.doubt("archive.unread", f"压缩包内第{self.number}个文件未能读出，请人工查看。", place)

    def locked(self) -> None:
        """The member is encrypted and no password opens it."""
        place = Place(self.part, "attachment")
        self._out.doubt(
            "archive.encrypted", f"压缩包内第{self.number}个文件有密码，未能读出，请人工查看。", place
        )

    def loose(self, data: bytes, part: str, *, kind: str = "unplaced") -> None:
        """Bytes that belong to no member: text in them is kept, a file in them is read."""
        if not data.strip(b"\x00"):
            return
        try:
            text = decode(data.strip(b"\x00"))[0]
        except ExtractionFailed:
            text = ""
        if text.isprintable() or kind == "metadata":
            self._words(text, data, part, kind)
        else:
            self._file(text, data, part, kind)

    def _file(self, text: str, data: bytes, part: str, kind: str) -> None:
        if text:
            self._out.add(text, kind, part)
            return
        place = Place(part, "unplaced")
        self._out.doubt("archive.loose", "压缩包内有不属于任何文件的数据，请人工查看。", place)
        self._words("", data, part, kind)
        read_embedded(self._out, part, data, limits=self._settings, depth=self._depth)

    def _words(self, text: str, data: bytes, part: str, kind: str) -> None:
        if text:
            self._out.add(text, kind, part)
            return
        swapped = bytes(byte for pair in zip(data[1::2], data[::2], strict=False) for byte in pair)
        for run in dict.fromkeys((*sweep(data, everything=True), *sweep(swapped))):
            self._out.add(run, kind, part)
