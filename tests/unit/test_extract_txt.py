"""Plain text: encodings are found by strict decoding, characters come out unchanged."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.txt import TxtExtractor, decode
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import codes, limits

SENTENCE = "各镇人民政府，县政府各部门：现将《示范县人民政府2026年工作要点》印发给你们，请认真贯彻执行。\n"
CHARACTERS = st.text(
    st.one_of(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), st.sampled_from("，。：《》（）AZaz09 \t")),
    max_size=60,
)  # fmt: skip


def read(data: bytes, name: str = "a.txt", **changes: int) -> Text:
    return TxtExtractor(limits(**changes)).read(data, name)


def test_each_line_is_a_segment_at_its_line_number(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("甲\r\n\r\n 乙 \n丙".encode())
    text = TxtExtractor(limits()).extract(SourceFile(0, path, path.name))
    assert [(s.text, s.place.paragraph, s.place.kind) for s in text.segments] == [
        ("甲", 1, "body"), (" 乙 ", 3, "body"), ("丙", 4, "body"),
    ]  # fmt: skip
    assert text.facts == {"encoding": "utf-8"}


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (SENTENCE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + SENTENCE.encode(), "utf-8-sig"),
        (SENTENCE.encode("gb18030"), "gb18030"),
        (SENTENCE.encode("gbk"), "gb18030"),
        (SENTENCE.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "utf-16"),
        (SENTENCE.encode("utf-16-le"), "utf-16-le"),
        (SENTENCE.encode("utf-16-be"), "utf-16-be"),
        ("通知".encode("gb18030"), "gb18030"),
        (b"plain ASCII", "utf-8"),
    ],
)
def test_finds_the_encoding(data: bytes, encoding: str) -> None:
    text, found = decode(data)
    assert found == encoding
    assert text in (SENTENCE, "通知", "plain ASCII")


@given(CHARACTERS)
def test_utf8_round_trip(text: str) -> None:
    assert decode(text.encode())[0] == text


@given(CHARACTERS)
def test_gb18030_round_trip_inside_a_real_text(text: str) -> None:
    whole = SENTENCE * 3 + text
    assert decode(whole.encode("gb18030"))[0] == whole


@given(CHARACTERS, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf16_round_trip_with_a_mark(text: str, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert decode(mark + text.encode(encoding))[0] == text


@given(st.lists(CHARACTERS, max_size=8))
def test_lines_lose_no_character(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    if not data:
        return
    found = {segment.place.paragraph: segment.text for segment in read(data).segments}
    assert [found.get(number, "") or line for number, line in enumerate(lines, 1)] == lines


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        ("绝密\x00\x01\x02内容".encode(), "text.binary"),
        ("绝密".encode() + b"\xff\xff\xff\x80", "text.encoding"),
        (codecs.BOM_UTF8 + "绝密".encode("gbk"), "text.encoding"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "text.encoding"),
    ],
)
def test_refuses_what_is_no_text(data: bytes, code: str) -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        read(data)
    assert refusal.value.code == code
    assert "绝密" not in repr(refusal.value.as_json())


def test_too_many_characters_are_refused_before_reading() -> None:
    with pytest.raises(ExtractionFailed, match="too many characters"):
        read(b"x" * 100, max_characters=10)


def test_uncertain_text_is_a_doubt() -> None:
    big5 = "關於機密文件銷毀辦法之說明會議紀錄".encode("big5")
    try:
        assert codes(read(big5)) == {"text.encoding_unsure"}
    except ExtractionFailed as refusal:
        assert refusal.code in ("text.encoding", "text.binary")
    assert codes(read(("正文\n" + "QUJD" * 60).encode())) == {"text.encoded"}
    assert codes(read(b'{"a": "\\u673a\\u5bc6\\u6587\\u4ef6\\u5185\\u5bb9"}')) == {"text.encoded"}
    assert codes(read(b"\n \n")) == {"text.empty"}


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (SENTENCE.encode() * 2000, 10),
        ((SENTENCE * 2000).encode()[:65536], 10),
        ((SENTENCE * 2000).encode("gb18030")[:65536], 10),
        (b"", 0),
        (b"{\\rtf1 secret}", 0),
        (b"<?xml version='1.0'?><x/>", 0),
        (b"MIME-Version: 1.0\n\nQUJD", 0),
        (b"Subject: x\nMIME-Version: 1.0\n\nQUJD", 0),
        (b"%PDF-1.4", 0),
        (bytes(range(256)), 0),
    ],
)
def test_scores_only_what_is_text_inside_too(head: bytes, score: int) -> None:
    assert TxtExtractor(limits()).score(head, "a.txt") == score
