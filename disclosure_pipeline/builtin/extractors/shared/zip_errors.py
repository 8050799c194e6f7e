"""What Python's ``zipfile`` raises at archives that are damaged, encrypted or packed in an unusual way."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # a wrong password; NotImplementedError, an unknown method
    ValueError,
    struct.error,
)
"""Of the directory and of members alike. zlib's stands for memory that ran out too: see
:func:`~disclosure_pipeline.builtin.extractors.failures.check_memory`."""
