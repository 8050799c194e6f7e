"""AES encryption of zip members (AE-1 and AE-2), as WinZip, 7-Zip and Bandizip write it."""

from __future__ import annotations

import bz2
import hashlib
import hmac
import lzma
import struct
import zipfile
import zlib
from typing import Any

from disclosure_pipeline.builtin.extractors.failures import check_memory

_METHOD = 99
_AES = 0x9901
_ROUNDS = 1000
_TAG = 10
_SALTS = {1: 8, 2: 12, 3: 16}
_KEYS = {1: 16, 2: 24, 3: 32}


def is_aes(info: zipfile.ZipInfo) -> bool:
    """Whether a member is encrypted with AES."""
    return info.compress_type == _METHOD


def open_aes(packed: bytes, info: zipfile.ZipInfo, password: bytes) -> bytes | None:
    """Decrypt and unpack a member.

    Args:
        packed: the member's bytes.
        info: its entry.
        password: to try.

    Returns:
        ``None`` when the password is wrong, the member damaged, or larger than its entry says.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    strength, method = _description(info.extra)
    if strength not in _SALTS:
        return None
    salt_length, key_length = _SALTS[strength], _KEYS[strength]
    salt, check = packed[:salt_length], packed[salt_length : salt_length + 2]
    secret, tag = packed[salt_length + 2 : -_TAG], packed[-_TAG:]
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, _ROUNDS, 2 * key_length + 2)
    if keys[-2:] != check:
        return None
    if not hmac.compare_digest(hmac.new(keys[key_length:-2], secret, "sha1").digest()[:_TAG], tag):
        return None
    # The counter runs in little-endian order, which no library's CTR mode does: encrypt counters ourselves.
    blocks = -(-len(secret) // 16)
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, blocks + 1))
    encryptor = Cipher(algorithms.AES(keys[:key_length]), modes.ECB()).encryptor()  # noqa: S305
    stream = encryptor.update(counters)[: len(secret)]
    plain = (int.from_bytes(secret, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(secret), "big")
    return _unpacked(plain, method, info.file_size)


def _description(extra: bytes) -> tuple[int, int]:
    """(strength, compression method)."""
    at = 0
    while at + 4 <= len(extra):
        identifier, length = struct.unpack_from("<HH", extra, at)
        if identifier == _AES and length >= 7:
            return struct.unpack_from("<BH", extra, at + 8)
        at += 4 + length
    return 0, 0


def _unpacked(data: bytes, method: int, size: int) -> bytes | None:
    if method == zipfile.ZIP_STORED:
        return data
    unpacker: Any
    if method == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-15)
    elif method == zipfile.ZIP_BZIP2:
        unpacker = bz2.BZ2Decompressor()
    else:
        return None
    try:
        unpacked: bytes = unpacker.decompress(data, size + 1)
    except (zlib.error, OSError, lzma.LZMAError) as error:
        check_memory(error)
        return None
    # Other than its entry says, cut short, or with bytes behind its end: nothing of it is taken for the whole.
    return unpacked if unpacker.eof and not unpacker.unused_data and len(unpacked) == size else None
