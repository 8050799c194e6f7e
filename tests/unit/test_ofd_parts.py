"""What OFD files are made of besides XML: seals, fonts, outlines, packed scans."""

from __future__ import annotations

import contextlib
import struct

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.ofd.fonts import CharacterMap
from disclosure_pipeline.builtin.extractors.ofd.geometry import covers_point, outlines
from disclosure_pipeline.builtin.extractors.ofd.jbig2 import as_png
from disclosure_pipeline.builtin.extractors.shared.asn1 import NotAsn1, parse, seals, strings
from disclosure_pipeline.builtin.extractors.shared.layout import IDENTITY
from tests.hiding.ofd_file import seal


def test_asn1_finds_names_in_wrapped_certificates() -> None:
    nodes = parse(seal("某局", certificate="持证单位"))
    assert [found.name for found in seals(nodes)] == ["某局"]
    assert "持证单位" in set(strings(nodes))


@given(st.binary(max_size=300))
def test_asn1_never_raises_anything_else(data: bytes) -> None:
    with contextlib.suppress(NotAsn1):
        list(strings(parse(data)))


@given(st.binary(max_size=300))
def test_fonts_never_raise(data: bytes) -> None:
    CharacterMap(b"\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00cmap" + data)
    CharacterMap(data)


def test_font_with_segments_is_read() -> None:
    segments = struct.pack(">4H", 4, 4, 0, 0) + struct.pack(">2H", 0x4E00, 0xFFFF) + b"\0\0"
    segments += (
        struct.pack(">2H", 0x4E00, 0xFFFF)
        + struct.pack(">2H", (7 - 0x4E00) & 0xFFFF, 1)
        + struct.pack(">2H", 0, 0)
    )
    table = struct.pack(">3H", 4, 6 + len(segments), 0) + segments
    data = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table
    font = (
        b"\x00\x01\x00\x00"
        + struct.pack(">4H", 1, 16, 0, 0)
        + b"cmap"
        + struct.pack(">III", 0, 28, len(data))
        + data
    )
    found = CharacterMap(font)
    assert found.letter(7) == "一"
    assert found.disagrees(7, "二")
    assert not found.disagrees(7, "⼀")  # the radical looks the same


@given(st.text(alphabet="MLQBACSZ0123456789. -xe", max_size=200))
def test_outlines_never_raise(data: str) -> None:
    for shape in outlines(data, IDENTITY):
        assert shape


def test_outlines_of_curves_keep_their_area() -> None:
    circle = outlines(
        "M 10 0 B 10 5.5 5.5 10 0 10 B -5.5 10 -10 5.5 -10 0 B -10 -5.5 -5.5 -10 0 -10 B 5.5 -10 10 -5.5 10 0 C",
        IDENTITY,
    )
    assert covers_point(circle, 6, 6)
    assert not covers_point(circle, 9.5, 9.5)


def test_jbig2_that_is_broken_or_too_large_is_not_turned() -> None:
    head = b"\x97JB2\r\n\x1a\n\x01\x00\x00\x00\x01"
    page_information = struct.pack(">IBBBIIIIIBH", 0, 48, 0, 1, 19, 60000, 60000, 0, 0, 0, 0)
    assert as_png(head + page_information, 80_000_000) is None
    assert as_png(head, 80_000_000) is None
    assert as_png(b"", 80_000_000) is None


def test_jbig2_page_is_turned_into_a_picture() -> None:
    head = b"\x97JB2\r\n\x1a\n\x01\x00\x00\x00\x01"
    black = struct.pack(">IBBBIIIIIBH", 0, 48, 0, 1, 19, 64, 32, 0, 0, 4, 0)
    made = as_png(head + black, 80_000_000)
    assert made is not None
    assert made.startswith(b"\x89PNG")
