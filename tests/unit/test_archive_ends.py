"""Archives that say something else than they hold: sizes that lie, ends that are not the end."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zipfile
import zlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from disclosure_pipeline.builtin.extractors.archives.reader import ArchiveExtractor
from disclosure_pipeline.errors import ExtractionFailed
from tests.hiding.archive import rar
from tests.unit.hostile import by_text, limits, only

WORDS = "绝密文件内容"
PASSWORD = "sesame"


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def aes_zip(plain: bytes, *, method: int = zipfile.ZIP_STORED, size: int | None = None) -> bytes:
    """A zip with one member, encrypted as AE-2 with 256 bits.

    Args:
        plain: the member as it is packed. method: how. size: what it claims to unpack to.
    """
    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt, 1000, 66)
    encryptor = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, 1 + -(-len(plain) // 16)))
    secret = bytes(one ^ two for one, two in zip(plain, encryptor.update(counters), strict=False))
    body = salt + keys[64:] + secret + hmac.new(keys[32:64], secret, "sha1").digest()[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, method)
    common = struct.pack("<HHHHHIII", 51, 1, 99, 0, 0, 0, len(body), len(plain) if size is None else size)
    local = b"PK\x03\x04" + common + struct.pack("<HH", 5, len(extra)) + b"a.txt" + extra + body
    central = (
        b"PK\x01\x02"
        + struct.pack("<H", 51)
        + common
        + struct.pack("<HHHHHII", 5, len(extra), 0, 0, 0, 0, 0)
        + b"a.txt"
        + extra
    )
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def reader() -> ArchiveExtractor:
    return ArchiveExtractor({**limits(), "passwords": ("wrong", PASSWORD)})


STORED = WORDS.encode()
GOOD = {"stored": aes_zip(STORED), "packed": aes_zip(deflated(STORED), method=8, size=len(STORED))}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD.keys())
def test_zips_encrypted_with_aes_are_opened(data: bytes) -> None:
    assert only(reader().read(data, "a.zip"), WORDS).visible
    with pytest.raises(ExtractionFailed) as caught:
        ArchiveExtractor(limits()).read(data, "a.zip")
    assert caught.value.code == "file.encrypted"
    assert "绝密" not in repr(caught.value.as_json())


LYING = {
    "more than it says": aes_zip(deflated("公开".encode() + STORED), method=8, size=6),
    "cut short": aes_zip(deflated("公开".encode() * 100 + STORED)[:-6], method=8, size=618),
    "more behind its end": aes_zip(deflated("公开".encode()) + STORED, method=8, size=6),
}


@pytest.mark.parametrize("data", LYING.values(), ids=LYING.keys())
def test_a_locked_member_that_is_not_what_it_says_is_not_taken_for_read(data: bytes) -> None:
    with pytest.raises(ExtractionFailed) as caught:
        reader().read(data, "a.zip")
    assert caught.value.code == "file.encrypted"


def fifth(*, end: bool) -> bytes:
    """A RAR archive of the fifth generation with one stored member, with or without its last block."""

    def block(*fields: int, rest: bytes = b"", data: bytes = b"") -> bytes:
        head = b"".join(map(number, fields)) + rest
        size = number(len(head))
        return struct.pack("<I", zlib.crc32(size + head)) + size + head + data

    name, data = b"a.txt", "公开的内容".encode()
    about = (0, len(data), 0, 0, 1, len(name))
    member = block(2, 2, len(data), *about, rest=name, data=data)
    return b"Rar!\x1a\x07\x01\x00" + block(1, 0, 0) + member + (block(5, 0, 0) if end else b"")


def number(value: int) -> bytes:
    """A number of seven bits a byte."""
    out = b""
    while value > 0x7F:
        out += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return out + bytes((value,))


WITHOUT_END = rar()[:-7]
RARS = {
    "third, behind its end": rar(),
    "third, no last block": WITHOUT_END,
    "fifth, behind its end": fifth(end=True),
    "fifth, no last block": fifth(end=False),
}


@pytest.mark.parametrize("data", RARS.values(), ids=RARS.keys())
def test_words_behind_a_rar_archive_are_read(data: bytes) -> None:
    whole = reader().read(data, "a.rar")
    assert whole.doubts == ()
    found = by_text(reader().read(data + f"尾部 {WORDS}".encode(), "a.rar"), WORDS)
    assert [segment.place.kind for segment in found] == ["unplaced"]


@pytest.mark.parametrize("length", range(3, 12))
def test_a_packed_file_that_is_hardly_there_is_broken(length: int) -> None:
    with pytest.raises(ExtractionFailed) as caught:
        reader().read(b"\x1f\x8b\x08\x1c\0\0\0\0\0\0\0\0"[:length], "a.gz")
    assert caught.value.code == "file.broken"
