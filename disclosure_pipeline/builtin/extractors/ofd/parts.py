"""The members of an OFD package, found by the loose paths that its writers put down, parsed once.

Paths in the wild have back slashes, another case than the member, a leading slash or none where one is
due, or no folder at all. Members in the wild have byte order marks, or GBK bytes that claim to be UTF-8.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.packages.package import Package, parse_xml
from disclosure_pipeline.errors import ExtractionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<[?!:\w]")
_UTF16 = (b"\xff\xfe<\x00", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")


class Parts:
    """Members by name and by path.

    Args:
        package: the checked package.
    """

    def __init__(self, package: Package):
        self._package = package
        self.names = package.names
        self._folded = {name.casefold(): name for name in self.names}
        self._bases: dict[str, list[str]] = {}
        for name in self.names:
            self._bases.setdefault(posixpath.basename(name).casefold(), []).append(name)
        self._roots: dict[str, etree._Element | None] = {}
        self.main = self._main()
        self._top = posixpath.dirname(self.main)
        self.visited: set[str] = set()
        """Members that a rule has read; the rest is swept."""

    def _main(self) -> str:
        found = sorted(self._bases.get("ofd.xml", ()), key=len)
        if not found:
            raise failure("file.broken", "It has no OFD.xml.")
        return found[0]

    def find(self, base: str, location: str | None, *, exact: bool = False) -> str | None:
        """The member that a path names.

        Args:
            base: the member in which the path stands, or a folder ending in a slash.
            location: the path; ``None`` or empty for none.
            exact: its folders must be right, too: all pages have one file name.
        """
        path = (location or "").strip().replace("\\", "/")
        if not path:
            return None
        relative = path.lstrip("/")
        folders = [self._top] if path.startswith("/") else [posixpath.dirname(base), self._top]
        for folder in folders:
            wanted = posixpath.normpath(posixpath.join(folder, relative)).lstrip("/")
            found = self._folded.get(wanted.casefold())
            if found is not None:
                return found
        return None if exact else self._by_base(posixpath.dirname(base), relative)

    def _by_base(self, folder: str, path: str) -> str | None:
        """The one member of that file name, the nearest one when there are several."""
        found = self._bases.get(posixpath.basename(path).casefold(), [])
        top = folder.partition("/")[0]
        near = [name for name in found if name.startswith(f"{folder}/")] or [
            name for name in found if name.partition("/")[0] == top
        ]
        return near[0] if len(near) == 1 else found[0] if len(found) == 1 else None

    def folder(self, base: str, location: str | None) -> str:
        """A folder named in a member (``Res/@BaseLoc``), with a slash at its end."""
        path = (location or "").strip().replace("\\", "/")
        start = self._top if path.startswith("/") else posixpath.dirname(base)
        joined = posixpath.normpath(posixpath.join(start, path.lstrip("/"))).strip("/")
        return f"{joined}/" if joined not in ("", ".") else ""

    def known(self, location: str) -> bool:
        """Whether a path ends in the file name of some member."""
        return posixpath.basename(location.strip().replace("\\", "/")).casefold() in self._bases

    def data(self, name: str) -> bytes:
        """The bytes of a member."""
        return self._package.read(name)

    def xml(self, name: str) -> etree._Element:
        """The root of a member.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``.
        """
        root = self.try_xml(name)
        if root is None:
            raise failure("file.broken", "A part of it is not well-formed XML.")
        return root

    def try_xml(self, name: str) -> etree._Element | None:
        """The root of a member; ``None`` when it is no well-formed XML.

        Raises:
            ExtractionFailed: ``file.bomb``.
        """
        if name not in self._roots:
            data = self.data(name)
            self._roots[name] = parse_loosely(data) if is_markup(data) else None
        return self._roots[name]

    def forget(self, name: str) -> None:
        """Let go of a parsed member, once it was swept."""
        self._roots.pop(name, None)

    def unvisited(self) -> Iterator[str]:
        """Members that no rule has read so far."""
        return (name for name in self.names if name not in self.visited)


def is_markup(data: bytes) -> bool:
    """Whether bytes begin as XML does."""
    return _MARKUP.match(data[:64]) is not None or data[:4] in _UTF16


def parse_loosely(data: bytes) -> etree._Element | None:
    """Parse XML; bytes that are GB 18030, whatever they claim, are read as such.

    Returns:
        ``None`` for what is not well-formed.

    Raises:
        ExtractionFailed: ``file.bomb``.
    """
    try:
        return parse_xml(data.lstrip())
    except ExtractionFailed as error:
        if error.code == "file.bomb":
            raise
    try:
        words = data.removeprefix(b"\xef\xbb\xbf").decode("gb18030")
    except UnicodeDecodeError:
        return None
    try:
        return parse_xml(_DECLARATION.sub("", words).encode())
    except ExtractionFailed as error:
        if error.code == "file.bomb":
            raise
        return None
