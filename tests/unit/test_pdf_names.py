"""Names that somebody gave are told from those that programs make up."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.pdf.names import is_given
from disclosure_pipeline.builtin.extractors.pdf.words import is_binary, kept_as


@pytest.mark.parametrize(
    "words",
    [
        "HIDDENMARK00042",
        "MARKERALPHA",
        "Zhangsan",
        "wangxiaoming_phone",
        "salary-plan.final",
        "form1[0].ApplicantName[0]",
    ],
)
def test_given(words: str) -> None:
    assert is_given(words)
    assert kept_as(words, "/Dest", "link") == "name"


@pytest.mark.parametrize(
    "words",
    [
        "section.1", "subsection.1.2", "section*.3", "page.12", "cite.Knuth1984", "Item.3", "figure.caption.2",
        "equation.2.1", "Doc-Start", "Hfootnote.4", "_Toc123456", "_Ref98765", "__RefHeading___Toc12_34", "_GoBack",
        "Check Box1", "Text1", "Button2", "TextField1", "CheckBox12", "Signature1", "topmostSubform[0].Page1[0]",
        "#subform[0]", "Date5_af_date", "node00000012", "page12", "Bookmark1", "G3f1a", "R12", "D:20260102030405Z",
        "0f8fad5b-d9cb-469f-a165-70867728950e", "d41d8cd98f00b204e9800998ecf8427e", "pdfjs_internal_editor_0",
        "ABCDEF+SimSun", "Identity", "Identity-H", "UniGB-UTF16-H", "WinAnsiEncoding", "zh-Hans", "zh-Hans-CN", "sRGB",
        "qk3Zt9WbX2LmP0aRdY7c", "preamble", "xdp:xdp",
    ],
)  # fmt: skip
def test_made_up(words: str) -> None:
    assert not is_given(words)


def test_what_describes_fonts_is_never_a_name() -> None:
    assert kept_as("MARKERALPHA", "/FontFamily") is None


def test_words_under_a_key_of_bytes() -> None:
    assert not is_binary(b"MARKERALPHA", "/ID")
    assert is_binary(b"d41d8cd98f00b204e9800998ecf8427e", "/ID")
    assert is_binary(b"\x01\x02MARKERALPHA\xff", "/ID")
