"""Plain text: encodings are found by strict decoding, characters come out unchanged."""

from __future__ import annotations

import base64
import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.claims import TXT
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.builtin.extractors.text.delimited import DelimitedExtractor
from disclosure_pipeline.builtin.extractors.text.encoding import decode, strictly
from disclosure_pipeline.builtin.extractors.text.plain import TxtExtractor
from disclosure_pipeline.builtin.extractors.text.xml import XmlExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.sniff import choose
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
    assert codes(read("关于".encode("utf-7"))) == {"text.encoding_unsure"}
    assert codes(read("通知：".encode("hz"))) == {"text.encoding_unsure"}
    assert codes(read("正文\n".encode() + base64.b64encode(bytes(range(256))))) == {"attachment.unread"}
    assert codes(read(b"\n \n")) == {"text.empty"}


@pytest.mark.parametrize(
    "line",
    ["a ~ b {c} ~} d", "x + y = z", "C++ and A+B-C", "-" * 300, "=" * 300, "a1b2" * 80, "path ~{x", "+86-10-12345678"],
)  # fmt: skip
def test_everyday_ascii_is_no_doubt(line: str) -> None:
    text = read(f"Notice\n{line}\n".encode())
    assert codes(text) == set()
    assert [segment.text for segment in text.segments if segment.visible] == ["Notice", line]


def test_traditional_text_in_big5_is_read() -> None:
    sentence = "各鄉鎮公所：茲檢送本府會議紀錄，請依說明辦理，並請轉知所屬。"
    text = read(sentence.encode("big5"))
    assert (text.facts["encoding"], text.segments[0].text) == ("big5", sentence)
    assert text.doubts == ()


@pytest.mark.parametrize(
    "text", ["Le café coûte 25 m² à Besançon.", "Ünlü, naïve, Škoda 25°C", "2026 © ACME", "nǚ lǜ"]
)
def test_accented_words_are_not_taken_for_han_characters(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize("text", ["姓名,鲁A12345", "目录", "a,毛", "K3路 x", "学校", "通知", "每"])
def test_a_few_han_characters_are_not_taken_for_accented_words(text: str) -> None:
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize(
    ("data", "code"), [(b"ab\xe9\xff\xfe cd", "text.encoding"), (b"ab\x01\x02 cd", "text.binary")]
)
def test_what_calls_itself_text_and_is_none_is_told_so(data: bytes, code: str) -> None:
    reader = choose(builtin_extractors(limits()), data, "名单.txt")
    assert reader is not None and reader.id == "txt"
    with pytest.raises(ExtractionFailed) as caught:
        reader.read(data, "名单.txt")
    assert caught.value.code == code


def test_terminal_sequences_are_obeyed() -> None:
    text = read("机\x1b[31m密\x1b[0m文\b文件".encode())
    assert [(s.text, s.visible) for s in text.segments] == [("机密文件", True)]


def test_escapes_are_decoded_beside_the_line() -> None:
    text = read(b'{"a": "\\u673a\\u5bc6\\u6587\\u4ef6"')  # no JSON: the brace is open
    assert any(s.text.count("机密文件") and s.place.kind == "hidden" for s in text.segments)


def test_cells_of_a_table_keep_their_places() -> None:
    data = '姓名,说明\r\n王某,"甲,乙\r\n丙"\r\n'.encode("gb18030")
    text = DelimitedExtractor(limits()).read(data, "a.csv")
    assert [(s.text, s.place.cell, s.place.kind) for s in text.segments] == [
        ("姓名", "A1", "table"), ("说明", "B1", "table"), ("王某", "A2", "table"), ("甲,乙\r\n丙", "B2", "table"),
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator: str) -> None:
    rows = [["姓名", "数额"], ["王某", "1.5"], ["李某", "2.5"]]
    data = "\n".join(separator.join(row) for row in rows).encode()
    text = DelimitedExtractor(limits()).read(data, "a.csv")
    assert [s.text for s in text.segments] == [cell for row in rows for cell in row]


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(ExtractionFailed, match="too many cells"):
        DelimitedExtractor(limits(max_cells=5)).read(b"1,2,3\n4,5,6\n", "a.csv")


def test_xml_of_any_vocabulary_is_read() -> None:
    text = XmlExtractor(limits()).read(
        '<?xml version="1.0"?><!DOCTYPE a><a b="属性里的话">甲<c/>乙</a>'.encode(), "a.xml"
    )
    assert [(s.text, s.place.kind) for s in text.segments] == [
        ("甲", "body"),
        ("乙", "body"),
        ("属性里的话", "metadata"),
    ]


def test_xml_that_declares_entities_is_refused() -> None:
    data = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    with pytest.raises(ExtractionFailed) as refusal:
        XmlExtractor(limits()).read(data, "a.xml")
    assert refusal.value.code == "file.bomb"


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a.json"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        read(data, name)
        DelimitedExtractor(limits()).read(data, "a.csv")
    except ExtractionFailed:
        return


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
    assert TXT.score(head, "a.log") == score


@pytest.mark.parametrize("name", ["a.pgm", "a.eps", "a.docx", "a.rtf", "a.eml", "a.ofd", "a.zip"])
def test_names_of_other_formats_are_never_plain_text(name: str) -> None:
    assert TXT.score(SENTENCE.encode(), name) == 0


@pytest.mark.parametrize("codec", ["punycode", "unicode_escape", "idna", "base64", "no-such", "utf\x008"])
def test_only_charsets_decode_text(codec: str) -> None:
    assert strictly("通知".encode(), codec) is None
