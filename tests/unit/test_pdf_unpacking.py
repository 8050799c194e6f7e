"""Streams of a pdf that unpack to too much are refused before any library unpacks them."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.collector import Limits
from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.builtin.extractors.pdf.unpacking import can_unpack, check_streams, unpacked
from disclosure_pipeline.errors import ExtractionFailed
from tests.hiding.pdf_paper import paper, picture, saved
from tests.unit.hostile import limits, only

MEGA = 1 << 20
ZEROS = bytes(40 * MEGA)


def lzw(data: bytes) -> bytes:
    """Pack as pdf's LZW does."""
    table = {bytes([code]): code for code in range(256)}
    codes, width, following, last = [(256, 9)], 9, 258, b""
    for value in data:
        byte = bytes([value])
        if last + byte in table:
            last += byte
            continue
        codes.append((table[last], width))
        table[last + byte] = following
        following += 1
        if following > 4094:
            codes.append((256, width))
            table = {bytes([code]): code for code in range(256)}
            following = 258
        width = max(9, following.bit_length())
        last = byte
    if last:
        codes.append((table[last], width))
    codes.append((257, width))
    bits = "".join(f"{code:0{wide}b}" for code, wide in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def run_lengths(data: bytes) -> bytes:
    """Pack runs of one byte."""
    packed = bytearray()
    for at in range(0, len(data), 128):
        piece = data[at : at + 128]
        packed += bytes([257 - len(piece), piece[0]]) if len(piece) > 1 else bytes([0, piece[0]])
    return bytes(packed) + b"\x80"


def written(packed: bytes, filters: bytes, more: bytes = b"") -> bytes:
    """A pdf with this stream in it, and a line beside it."""
    data = saved(paper())
    stream = b"99 0 obj\n<< %b /Filter %b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (
        more, filters, len(packed), packed,
    )  # fmt: skip
    at = data.index(b"1 0 obj")
    return data[:at] + stream + data[at:]


BOMBS: dict[str, Callable[[], bytes]] = {
    "flate": lambda: written(zlib.compress(ZEROS), b"/FlateDecode"),
    "short name": lambda: written(zlib.compress(ZEROS), b"/Fl"),
    "escaped name": lambda: written(zlib.compress(ZEROS), b"/#46late#44ecode"),
    "named elsewhere": lambda: written(zlib.compress(ZEROS), b"98 0 R"),
    "in base 85": lambda: written(base64.a85encode(zlib.compress(ZEROS)) + b"~>", b"[/ASCII85Decode /FlateDecode]"),
    "in base 16": lambda: written(zlib.compress(ZEROS).hex().encode() + b">", b"[/AHx /Fl]"),
    "flate in flate": lambda: written(zlib.compress(zlib.compress(ZEROS)), b"[/FlateDecode /FlateDecode]"),
    "runs in flate": lambda: written(zlib.compress(run_lengths(ZEROS)), b"[/FlateDecode /RunLengthDecode]"),
    "runs": lambda: written(run_lengths(ZEROS), b"/RunLengthDecode"),
    "object stream": lambda: written(zlib.compress(ZEROS), b"/FlateDecode", b"/Type /ObjStm /N 1 /First 4"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    data = BOMBS[name]()
    assert len(data) < 2 * MEGA
    with pytest.raises(ExtractionFailed) as refusal:
        PdfExtractor(limits(max_unpacked=32 * MEGA)).read(data, "文件.pdf")
    assert refusal.value.code == "file.bomb"


def test_a_bomb_of_lzw_is_refused() -> None:
    packed = lzw(bytes(600_000))
    data = written(zlib.compress(packed), b"[/FlateDecode /LZWDecode]")
    with pytest.raises(ExtractionFailed, match="unpack"):
        check_streams(data, Limits.of(limits(max_unpacked=400_000)))
    check_streams(data, Limits.of(limits(max_unpacked=800_000)))


@given(st.binary(max_size=3000) | st.binary(max_size=40).map(lambda data: data * 400))
def test_lzw_is_unpacked_as_the_library_does(data: bytes) -> None:
    document = pikepdf.new()
    stream = pikepdf.Stream(document, b"")
    stream.write(lzw(data), filter=pikepdf.Name.LZWDecode)
    assert b"".join(unpacked(lzw(data), ["/LZWDecode"])) == bytes(stream.read_bytes()) == data


@given(st.binary(max_size=600))
def test_other_packings_are_unpacked(data: bytes) -> None:
    filters = ["/ASCII85Decode", "/FlateDecode", "/ASCIIHexDecode"]
    packed = base64.a85encode(zlib.compress(data.hex().encode() + b">")) + b"~>"
    assert can_unpack(filters)
    assert not can_unpack([*filters, "/DCTDecode"])
    assert b"".join(unpacked(packed, filters)) == data


@given(
    st.binary(max_size=300),
    st.sampled_from(["/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"]),
)
def test_nonsense_is_unpacked_as_far_as_it_goes(data: bytes, name: str) -> None:
    assert isinstance(b"".join(unpacked(data, [name])), bytes)


@pytest.mark.parametrize("side", [100, 3000])
def test_words_after_the_rows_of_a_picture_of_any_size(side: int) -> None:
    document = paper()
    image = picture(document)
    image.Width = image.Height = side
    image.write(bytes([200]) * side * side + "藏在行后的字".encode())
    document.pages[0].Resources.XObject.X1 = document.make_indirect(image)
    text = PdfExtractor(limits()).read(saved(document), "文件.pdf")
    assert not only(text, "藏在行后的字").visible


def test_ordinary_files_pass() -> None:
    data = saved(paper())
    assert re.search(rb"/Filter", data)
    check_streams(data, Limits.of(limits()))
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) == 1


def test_a_resource_of_the_name_of_a_filter_is_none() -> None:
    form = b"7 0 obj<</Type/XObject/Subtype/Form/Matrix[1 0 0 1 0 0]/BBox[0 0 9 9]/Resources<</A 1 0 R/B 2 0 R/C 3 0 R>>/Filter/FlateDecode>>endobj\n"
    chained = b"8 0 obj<</Filter[/ASCIIHexDecode /FlateDecode]/Length 0>>stream\n\nendstream endobj\n"
    head = b"9 0 obj<</Resources<</XObject<</F 7 0 R>>>>/Filter/FlateDecode/Length 20>>stream\n"
    check_streams(
        form + chained + head + zlib.compress(b"/F Do") + b"\nendstream endobj", Limits.of(limits())
    )
