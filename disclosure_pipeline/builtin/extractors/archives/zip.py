"""Zip archives: every member, and every byte that no member claims.

Threat model: that of :mod:`.package`, except that names may be anything here (nothing is ever written to
disk) and that two members may have one name (both are read).
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from disclosure_pipeline.builtin.extractors.archives.crypt import is_aes, open_aes
from disclosure_pipeline.builtin.extractors.archives.member import Members
from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector
from disclosure_pipeline.builtin.extractors.failures import check_memory, failure
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep
from disclosure_pipeline.builtin.extractors.shared.zip_errors import ZIP_ERRORS

_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL_SIZE = 30
_DESCRIPTOR = b"PK\x07\x08"
_UNICODE_NAME, _UNICODE_COMMENT, _AES = 0x7075, 0x6375, 0x9901
# Times, owners, sizes: no words in them.
_SILENT_EXTRAS = frozenset(
    (0x0001, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE, _AES, 0xA11E, 0xA220, 0x4341)
)
# Members by which formats that are zips inside are known; whoever hides what in them, only their readers know.
_MARKS_OF_DOCUMENTS = frozenset(
    ("[Content_Types].xml", "mimetype", "OFD.xml", "content.xml", "designmap.xml")
)
_UTF8, _ENCRYPTED = 0x800, 1


def read_zip(
    out: Collector, data: bytes, members: Members, budget: Budget, passwords: tuple[str, ...]
) -> None:
    """Read a zip archive.

    Args:
        out: gets its comment.
        data: the archive.
        members: takes its members.
        budget: what may be unpacked.
        passwords: tried on encrypted members.

    Raises:
        ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.encrypted``, ``archive.split``.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _Zip(out, data, members, budget, passwords).read(archive)
    except ZIP_ERRORS as error:
        check_memory(error)
        if _is_split(data):
            raise failure("archive.split") from error
        raise failure("file.broken", "Its zip directory cannot be read.") from error


class _Zip:
    """One archive while it is read."""

    def __init__(
        self, out: Collector, data: bytes, members: Members, budget: Budget, passwords: tuple[str, ...]
    ):
        self._out = out
        self._data = data
        self._members = members
        self._budget = budget
        self._passwords = tuple(word.encode() for word in passwords)
        self._claimed: list[tuple[int, int]] = []

    def read(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if _is_split(self._data):
            raise failure("archive.split")
        for info in members:
            self._budget.member()
            self._describe(info)
        self._claim_directory(archive)
        self._refuse_overlaps()
        self._out.add(decode_name(archive.comment), "comment", "archive", detail="comment")
        if any(info.filename in _MARKS_OF_DOCUMENTS for info in members):
            self._out.doubt(
                "file.partial", "文件是以压缩包形式保存的文档，格式未能识别，可能没有读全，请人工查看。"
            )
        locked = 0
        self._members.number = 0
        for info in members:
            name = _name(info)
            self._members.name(name)
            locked += not self._content(archive, info, name)
        if locked and locked == sum(not info.is_dir() for info in members):
            raise failure("file.encrypted")
        self._unclaimed()

    def _describe(self, info: zipfile.ZipInfo) -> None:
        """Everything about a member but its bytes."""
        self._members.number += 1
        start = info.header_offset
        head = self._data[start : start + _LOCAL_SIZE]
        if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
            raise failure("file.broken", "A member of the archive is not where its directory says.")
        name_length, extra_length = struct.unpack_from("<HH", head, 26)
        raw = self._data[start + _LOCAL_SIZE :][: name_length + extra_length]
        (flags,) = struct.unpack_from("<H", head, 6)
        local_name = (
            raw[:name_length].decode("utf-8", "replace") if flags & _UTF8 else decode_name(raw[:name_length])
        )
        if local_name != _name(info):
            self._members.name(local_name, shown=False)
        end = start + _LOCAL_SIZE + name_length + extra_length + info.compress_size
        self._claimed.append((start, end + self._descriptor(end, flags)))
        self._out.add(decode_name(info.comment), "comment", self._members.part, detail="comment")
        for identifier, field in (*_fields(info.extra), *_fields(raw[name_length:])):
            self._extra(identifier, field)

    def _descriptor(self, at: int, flags: int) -> int:
        """Length of what may follow a member: its sizes, in any of four forms."""
        if not flags & 8:
            return 0
        signed = 4 if self._data[at : at + 4] == _DESCRIPTOR else 0
        for length in (12, 20):
            follow = self._data[at + signed + length :][:4]
            if follow[:2] == b"PK":
                return signed + length
        return signed + 12

    def _extra(self, identifier: int, field: bytes) -> None:
        if identifier in _SILENT_EXTRAS:
            return
        if identifier in (_UNICODE_NAME, _UNICODE_COMMENT):
            kind = "name" if identifier == _UNICODE_NAME else "comment"
            self._out.add(
                decode_name(field[5:]), kind, self._members.part, detail="extra field", visible=kind == "name"
            )
            return
        text = decode_name(field)
        runs = [text] if text.isprintable() and text.strip() else sweep(field, everything=True)
        for run in dict.fromkeys(runs):
            self._out.add(run, "unplaced", self._members.part, detail=f"extra field {identifier:#06x}")

    def _content(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bool:
        """Read a member; whether no lock kept us from it."""
        if info.is_dir() and not info.file_size:
            return True
        self._budget.take(info.file_size)
        if info.flag_bits & _ENCRYPTED:
            data = self._unlocked(archive, info)
            if data is None:
                self._members.locked()
                return False
        else:
            try:
                data = archive.read(info)
            except ZIP_ERRORS as error:
                check_memory(error)
                self._members.unread()
                return True
            self._rest_of_stream(info)
        if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
            self._members.link(decode_name(data))
        else:
            self._members.read(data, name)
        return True

    def _unlocked(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
        for password in self._passwords:
            try:
                if is_aes(info):
                    data = open_aes(self._packed(info), info, password)
                else:
                    data = archive.read(info, password)
            except ZIP_ERRORS as error:
                check_memory(error)
                continue
            if data is not None:
                return data
        return None

    def _packed(self, info: zipfile.ZipInfo) -> bytes:
        name_length, extra_length = struct.unpack_from("<HH", self._data, info.header_offset + 26)
        start = info.header_offset + _LOCAL_SIZE + name_length + extra_length
        return self._data[start : start + info.compress_size]

    def _rest_of_stream(self, info: zipfile.ZipInfo) -> None:
        """Bytes inside a member after the end of its deflate stream."""
        if info.compress_type != zipfile.ZIP_DEFLATED:
            return
        unpacker = zlib.decompressobj(-15)
        unpacker.decompress(self._packed(info), info.file_size + 1)
        self._members.loose(unpacker.unused_data, f"{self._members.part} rest")

    # ------------------------------------------------------------------ unclaimed bytes

    def _claim_directory(self, archive: zipfile.ZipFile) -> None:
        start = archive.start_dir
        end = self._data.rfind(_END, start)
        self._claimed.append((start, end + 22 + len(archive.comment)))

    def _refuse_overlaps(self) -> None:
        """Members that share bytes: a bomb, or two readings of one archive."""
        at = 0
        for start, end in sorted(self._claimed):
            if start < at:
                raise failure("file.bomb", "Members of the archive overlap.")
            at = end

    def _unclaimed(self) -> None:
        at = 0
        for start, end in (*sorted(self._claimed), (len(self._data), len(self._data))):
            gap = self._data[at:start]
            if gap.startswith(_LOCAL) and _END in gap:
                self._members.number += 1
                self._members.read(gap, "stray.zip", shown=False)
            else:
                self._strays(gap, f"bytes at {at}")
            at = max(at, end)

    def _strays(self, gap: bytes, part: str) -> None:
        """Members that no directory names, and the bytes around them."""
        at = 0
        while (start := gap.find(_LOCAL, at)) >= 0 and start + _LOCAL_SIZE <= len(gap):
            self._members.loose(gap[at:start], part)
            self._budget.member()
            data, at = _stray(gap, start, self._budget)
            self._members.number += 1
            self._members.read(data, "stray", shown=False)
        self._members.loose(gap[at:], part)


def _stray(gap: bytes, at: int, budget: Budget) -> tuple[bytes, int]:
    """The bytes of a member that no directory names, and where it ends."""
    (method,) = struct.unpack_from("<H", gap, at + 8)
    (size,) = struct.unpack_from("<I", gap, at + 18)
    start = at + _LOCAL_SIZE + sum(struct.unpack_from("<HH", gap, at + 26))
    packed = gap[start : start + size] if size else gap[start:]
    end = max(start + len(packed), at + 4)
    if method != zipfile.ZIP_DEFLATED:
        return packed, end
    unpacker = zlib.decompressobj(-15)
    try:
        data = unpacker.decompress(packed, budget.left + 1)
    except zlib.error as error:
        check_memory(error)
        return packed, end
    budget.take(len(data))
    return data, end - len(unpacker.unused_data)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        identifier, length = struct.unpack_from("<HH", extra, at)
        yield identifier, extra[at + 4 : at + 4 + length]
        at += 4 + length
    if extra[at:].strip(b"\x00"):
        yield -1, extra[at:]


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the sign for UTF-8 it may be in any encoding."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    return decode_name(info.orig_filename.encode("cp437", "replace"))


def _is_split(data: bytes) -> bool:
    """Whether the directory says that the archive goes over several files."""
    end = data.rfind(_END)
    if end < 0 or end + 22 > len(data):
        return data.startswith(b"PK\x07\x08")
    disk, first, here, total = struct.unpack_from("<HHHH", data, end + 4)
    return (disk, first) not in ((0, 0), (0xFFFF, 0xFFFF)) or here != total
