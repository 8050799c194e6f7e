"""A secrecy marking is six characters and a star: it is found in bytes of which nobody knows the structure."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.pdf.words import spoken
from disclosure_pipeline.builtin.extractors.shared.byte_words import sweep

MARKINGS = ("机密★10年", "绝密★30年", "秘密★1年", "机密★长期")


@pytest.mark.parametrize("marking", MARKINGS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_the_sweep_finds_a_marking(marking: str, encoding: str) -> None:
    noise = bytes(range(1, 32))
    assert any(
        marking in run for run in sweep(noise + b"\x00" + marking.encode(encoding) + b"\x00\x00" + noise)
    )


@pytest.mark.parametrize("marking", MARKINGS)
@pytest.mark.parametrize("around", ["{}", 'var a="{}"', "% {}\n"])
def test_a_stream_of_a_pdf_speaks_a_marking(marking: str, around: str) -> None:
    assert marking in spoken(around.format(marking).encode())


@pytest.mark.parametrize("marking", MARKINGS)
def test_a_marking_among_bytes_of_a_pdf_is_spoken(marking: str) -> None:
    assert marking in spoken(b"\x01\x02\xff\xfe\x03" + marking.encode() + b"\x00\xff")
