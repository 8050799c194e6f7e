"""Writes Outlook messages ([MS-OXMSG]) in small: a compound file ([MS-CFB]) of property streams."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
"""A storage: its streams and storages by name."""

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = _END
    size: int = 0

    def pack(self) -> bytes:
        name = self.name.encode("utf-16-le")
        length = len(name) + 2
        head = struct.pack("<64sHBBIII", name, length, self.kind, 1, self.left, self.right, self.child)
        return head + bytes(36) + struct.pack("<IQ", self.start, self.size)


@dataclass
class _Chains:
    """Sectors of one size and their allocation table."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def add(self, data: bytes) -> int:
        if not data:
            return _END
        start = len(self.table)
        count = -(-len(data) // self.size)
        self.data += data.ljust(count * self.size, b"\x00")
        self.table += [*range(start + 1, start + count), _END]
        return start


def compound_file(root: Tree) -> bytes:
    """A compound file with these streams and storages."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _storage(entries, root)
    sectors, minis = _Chains(_SECTOR), _Chains(_MINI)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.data)
            entry.start = (minis if entry.size < _CUTOFF else sectors).add(entry.data)
    entries[0].size = len(minis.data)
    entries[0].start = sectors.add(bytes(minis.data))
    mini_table = struct.pack(f"<{len(minis.table)}I", *minis.table)
    mini_table = mini_table.ljust(-(-len(mini_table) // _SECTOR) * _SECTOR, b"\xff")
    mini_start = sectors.add(mini_table)
    directory = b"".join(entry.pack() for entry in entries)
    directory_start = sectors.add(directory)
    fat_start, fat_count = len(sectors.table), 1
    while (fat_start + fat_count) * 4 > fat_count * _SECTOR:
        fat_count += 1
    table = [*sectors.table, *[_FAT] * fat_count]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(fat_count * _SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fat_count,
        directory_start, 0, _CUTOFF, mini_start, len(mini_table) // _SECTOR, _END, 0, fat_start,
    )  # fmt: skip
    rest = [*range(fat_start + 1, fat_start + fat_count), *[_FREE] * 108][:108]
    return header + struct.pack("<108I", *rest) + bytes(sectors.data) + fat


def _storage(entries: list[_Entry], tree: Tree) -> int:
    numbers = []
    for name, content in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(entry := _Entry(name, _STORAGE))
            entry.child = _storage(entries, content)
    return _balance(entries, numbers)


def _balance(entries: list[_Entry], numbers: list[int]) -> int:
    if not numbers:
        return _FREE
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.left = _balance(entries, numbers[:middle])
    entry.right = _balance(entries, numbers[middle + 1 :])
    return numbers[middle]


def stream(identifier: int, value: str | bytes, kind: int | None = None) -> dict[str, bytes]:
    """A property of variable length as its stream: text is Unicode, bytes are binary."""
    if isinstance(value, str):
        return {f"__substg1.0_{identifier:04X}001F": value.encode("utf-16-le")}
    return {f"__substg1.0_{identifier:04X}{kind or 0x0102:04X}": value}


def properties(content: Mapping[str, object], fixed: bytes = b"", header: int = 32) -> dict[str, bytes]:
    """The stream that lists the properties of a storage."""
    rows = [fixed]
    for name, data in content.items():
        if name.startswith("__substg1.0_") and isinstance(data, bytes):
            tag = int(name[12:20], 16)
            size = len(data) + (2 if tag & 0xFFFF == 0x1F else 1 if tag & 0xFFFF == 0x1E else 0)
            rows.append(struct.pack("<IIII", tag, 6, size, 0))
    return {"__properties_version1.0": bytes(header) + b"".join(rows)}


def message(
    subject: str = "会议通知",
    body: str = "请准时参加。",
    *,
    extra: Tree | None = None,
    named: Mapping[int, str] | None = None,
) -> dict[str, bytes | Tree]:
    """The storage of an everyday message.

    Args:
        subject: its subject. body: its plain text.
        extra: further streams and storages.
        named: names of string-named properties by their position.
    """
    content: dict[str, bytes | Tree] = {
        **stream(0x001A, "IPM.Note"), **stream(0x0037, subject), **stream(0x1000, body), **stream(0x0C1A, "张三"),
        **stream(0x0C1F, "zhang@example.org"), **stream(0x0E04, "李四"), **(extra or {}),
    }  # fmt: skip
    names = b"".join(
        struct.pack("<I", len(name.encode("utf-16-le")))
        + name.encode("utf-16-le").ljust(-(-len(name) * 2 // 4) * 4, b"\x00")
        for name in (named or {}).values()
    )
    offsets, at = [], 0
    for name in (named or {}).values():
        offsets.append(at)
        at += 4 + -(-len(name) * 2 // 4) * 4
    entries = b"".join(struct.pack("<IHH", offset, 5, number) for number, offset in enumerate(offsets))
    content["__nameid_version1.0"] = {
        "__substg1.0_00020102": bytes(16), "__substg1.0_00030102": entries, "__substg1.0_00040102": names,
    }  # fmt: skip
    content.update(properties(content, struct.pack("<IIII", 0x340D0003, 6, 0x40000, 0)))
    return content


def attachment(data: bytes | Tree, name: str = "附件.txt", **extra: bytes) -> dict[str, bytes | Tree]:
    """The storage of an attached file or message."""
    content: dict[str, bytes | Tree] = {**stream(0x3707, name), **stream(0x3703, ".txt"), **extra}
    if isinstance(data, bytes):
        content.update(stream(0x3701, data))
    else:
        content["__substg1.0_3701000D"] = data
    method = struct.pack("<IIII", 0x37050003, 6, 1 if isinstance(data, bytes) else 5, 0)
    content.update(properties(content, method, header=8))
    return content


def recipient(name: str, address: str) -> dict[str, bytes]:
    """The storage of a recipient."""
    content = {**stream(0x3001, name), **stream(0x3003, address), **stream(0x3002, "SMTP")}
    return {**content, **properties(content, struct.pack("<IIII", 0x0C150003, 6, 3, 0), header=8)}


def stored_rtf(rtf: bytes) -> bytes:
    """RTF in the container of [MS-OXRTFCP], not compressed."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
