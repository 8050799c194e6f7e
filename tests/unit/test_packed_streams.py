"""Packages in the middle of a stream: unpacked, whatever they lie in, or a doubt."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.legacy.reader import LegacyExtractor
from disclosure_pipeline.builtin.extractors.ole.packed import unpacked
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.msg_file import compound_file

WORDS = "举报人张小明，家住人民路三号"
BODY = (WORDS * 20).encode()
"""So much that it is packed, not stored."""
SETTINGS = ExtractionSettings(office="").model_dump()


def package(*members: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"drs/shape{number}.xml", member)
    return out.getvalue()


def encrypted(data: bytes) -> bytes:
    """The package, its members marked as encrypted."""
    changed = bytearray(data)
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(head)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(head, at + 1)
    return bytes(changed)


def damaged(data: bytes) -> bytes:
    """The package, the bytes of its first member no stream of its method."""
    start = data.index(b".xml") + 4
    return data[: start + 4] + b"\xff" * 9 + data[start + 13 :]


def oddly_packed(data: bytes) -> bytes:
    """The package, its members packed by a method that nobody knows."""
    changed = bytearray(data)
    for head, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        changed[changed.find(head) + method] = 97
    return bytes(changed)


def nested(depth: int) -> bytes:
    data = BODY
    for _ in range(depth):
        data = package(data)
    return data


def kept(stream: bytes) -> tuple[bytes, list[str]]:
    """The stream unpacked, and codes of doubts."""
    out = Collector("ole", "test", Limits.of(SETTINGS))
    out.add("正文", "body", "document")
    data = unpacked(stream, out, "PowerPoint Document")
    return data, [doubt.code for doubt in out.text().doubts]


@pytest.mark.parametrize(
    "inner",
    [
        package(BODY),
        package(b"first", BODY),
        package(b"first", package(BODY), method=zipfile.ZIP_STORED),
        package(BODY, package(b"last"), method=zipfile.ZIP_STORED),
        nested(4),
    ],
    ids=[
        "one member",
        "two",
        "a package in a stored package",
        "beside a stored package",
        "four in one another",
    ],
)
def test_words_in_packages_are_unpacked(inner: bytes) -> None:
    data, doubts = kept(b"before" + inner + b"behind" + package(b"another"))
    assert WORDS.encode() in data
    assert data.startswith(b"before")
    assert b"behind" in data
    assert b"another" in data
    assert doubts == []


@pytest.mark.parametrize(
    "inner",
    [
        encrypted(package(BODY)),
        oddly_packed(package(BODY)),
        damaged(package(BODY, method=zipfile.ZIP_LZMA)),
        package(bytes(65 << 20) + BODY),
        package(BODY)[:-40],
        package(BODY).replace(b"PK\x01\x02", b"PK??"),
        nested(8),
        package(b"first") * 2001 + package(BODY),
    ],
    ids=[
        "encrypted",
        "oddly packed",
        "damaged",
        "too large",
        "cut",
        "without a directory",
        "too deep",
        "too many",
    ],
)
def test_what_stays_packed_is_a_doubt(inner: bytes) -> None:
    data, doubts = kept(b"before" + inner + b"behind")
    assert WORDS.encode() not in data
    assert doubts == ["attachment.unread"]


def test_a_damaged_member_is_a_doubt_and_its_bytes_are_kept() -> None:
    changed = package(WORDS.encode() + b"0", b"readable", method=zipfile.ZIP_STORED).replace(
        b"0drs", b"1drs", 1
    )
    changed = changed.replace(WORDS.encode() + b"0", WORDS.encode() + b"1", 1)
    data, doubts = kept(changed)
    assert WORDS.encode() in data
    assert b"readable" in data
    assert doubts == ["attachment.unread"]


@pytest.mark.parametrize(
    ("change", "codes"), [(bytes, []), (encrypted, ["attachment.unread"])], ids=["plain", "encrypted"]
)
def test_the_doubt_is_one_about_the_file(change: Callable[[bytes], bytes], codes: list[str]) -> None:
    stream = b"\0" * 600 + change(package(BODY)) + bytes(600)
    text: Text = LegacyExtractor(SETTINGS).read(compound_file({"Data": stream}), "图形.doc")
    assert [doubt.code for doubt in text.doubts if doubt.code == "attachment.unread"] == codes
    assert any(WORDS in segment.text for segment in text.segments) is not bool(codes)
    assert all(WORDS not in doubt.message for doubt in text.doubts)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), max_size=5), st.floats(0, 1))
def test_damaged_packages_raise_nothing(changes: list[tuple[float, bytes]], cut: float) -> None:
    data = bytearray(b"before" + package(BODY, package(b"inner")) + b"behind")
    for share, change in changes:
        at = int(share * len(data))
        data[at : at + len(change)] = change
    kept(bytes(data[: int(cut * len(data))]))
