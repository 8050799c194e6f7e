"""What gathers the words of a file: invisible characters in any format, and what embedded files bring."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.word.reader import DocxExtractor
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import docx, limits, paragraph

LIMITS = Limits.of(limits())
SECRET = "hidden words"


def bits(text: str) -> str:
    return "".join("\u200b" if bit == "0" else "\u200c" for byte in text.encode() for bit in f"{byte:08b}")


SPELLED = {
    "tags": "".join(chr(0xE0000 + ord(letter)) for letter in SECRET),
    "selectors": "".join(chr(0xE0100 + byte - 16) for byte in SECRET.encode()),
    "bits": bits(SECRET),
}


def collector(media_type: str = "text/plain") -> Collector:
    return Collector(media_type, "builtin.test", LIMITS)


def found(text: Text) -> list[tuple[str, str, bool]]:
    return [(segment.text, segment.place.kind, segment.visible) for segment in text.segments]


@pytest.mark.parametrize("letters", SPELLED.values(), ids=SPELLED)
def test_invisible_words_are_found_in_any_format(letters: str) -> None:
    text = DocxExtractor(limits()).read(docx(paragraph(f"正文{letters}")), "a.docx")
    hidden = [segment for segment in text.segments if segment.text == SECRET]
    assert [(segment.place.kind, segment.visible) for segment in hidden] == [("hidden", False)]
    assert hidden[0].place.part == "word/document.xml"


def test_a_row_that_spells_nothing_is_a_doubt_once() -> None:
    out = collector()
    for number in range(3):
        out.add("正文" + "\u200b" * 20, "body", "text", paragraph=number)
    assert [doubt.code for doubt in out.text().doubts] == ["text.invisible"]


def test_invisible_words_of_an_embedded_file_are_kept_once() -> None:
    inner, out = collector(), collector()
    inner.add(f"正文{SPELLED['tags']}", "body", "text")
    inner.add("正文" + "\u200b" * 20, "body", "text")
    out.adopt(inner.text(), "member 1", shown=True)
    text = out.text()
    assert [item for item in found(text) if item[0] == SECRET] == [(SECRET, "attachment", False)]
    assert [doubt.code for doubt in text.doubts] == ["text.invisible"]


def test_ordinary_characters_between_letters_are_no_doubt() -> None:
    out = collector()
    out.add("各\u200b单\u00ad位\ufeff：\u2764\ufe0f 👨\u200d👩\u200d👧", "body", "text")
    text = out.text()
    assert text.doubts == ()
    assert len(text.segments) == 1


@pytest.mark.parametrize(("media_type", "doubts"), [("image/png", []), ("application/pdf", ["text.empty"])])
def test_only_a_picture_need_not_hold_words(media_type: str, doubts: list[str]) -> None:
    out = collector()
    out.add("正文", "body", "text")
    out.adopt(collector(media_type).text(), "member 1")
    assert [doubt.code for doubt in out.text().doubts] == doubts
    assert [doubt.code for doubt in collector(media_type).text().doubts] == ["text.empty"]
