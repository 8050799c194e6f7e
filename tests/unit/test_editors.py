"""Clean copies: of every hiding place nothing comes along, and what the page shows does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import pytest

from disclosure_pipeline.builtin.editors.sheets import clean_workbook
from disclosure_pipeline.builtin.editors.slides import clean_presentation
from disclosure_pipeline.builtin.editors.word import clean_word
from disclosure_pipeline.builtin.extractors.collector import Limits, Source
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.editing import prove
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding import docx, pptx, xlsx
from tests.hiding.place import Hiding
from tests.hiding.reading import read

LIMITS = Limits.of(ExtractionSettings().model_dump())
CLEANERS: dict[str, Callable[[Source, Sequence[Segment], Limits], bytes]] = {
    ".docx": clean_word, ".docm": clean_word, ".dotx": clean_word, ".xlsx": clean_workbook,
    ".xlsm": clean_workbook, ".pptx": clean_presentation, ".pptm": clean_presentation,
}  # fmt: skip
PLACES = [place for module in (docx, xlsx, pptx) for place in module.PLACES if place.suffix in CLEANERS]
REFUSALS = ("clean.formula", "clean.object", "clean.picture", "clean.nothing", "clean.incomplete")


def content(data: bytes) -> str:
    """Every byte of every member, its name and comment included, as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
        return "\n".join([*package.namelist(), package.comment.decode("utf-8", "replace"), *members])


def cleaned(place: Hiding) -> bytes | None:
    """The proved clean copy, ``None`` where it is refused: something seen cannot be taken over cleanly."""
    before = read(place.data, f"文件{place.suffix}")
    unseen = [segment for segment in before.segments if not segment.visible]
    try:
        copy = CLEANERS[place.suffix](place.data, unseen, LIMITS)
        prove(before, read(copy, f"副本{place.suffix}"))
    except ExtractionFailed as error:
        assert error.code in REFUSALS, error.code
        return None
    return copy


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.suffix} {place.name}")
def test_nothing_hidden_comes_along_and_nothing_visible_is_lost(place: Hiding) -> None:
    copy = cleaned(place)
    if copy is None:
        return
    assert (place.marker in content(copy)) <= place.visible
    shown = [
        "".join(item.text.split()) for item in read(copy, f"副本{place.suffix}").segments if item.visible
    ]
    assert any(place.marker in text for text in shown) == place.visible


def test_most_places_can_be_cleaned() -> None:
    refused = [place.name for place in PLACES if cleaned(place) is None]
    assert len(refused) <= 0.15 * len(PLACES), refused


def test_a_copy_with_a_doubt_that_its_draft_did_not_have_is_not_proved() -> None:
    shown = (Segment("看得见的正文", Place("word/document.xml", "body")),)
    known, new = Doubt("macro.unread", "宏"), Doubt("attachment.unread", "附件")
    before = Text("text/plain", "test", shown, doubts=(known,))
    prove(before, Text("text/plain", "test", shown, doubts=(known,)))
    prove(before, Text("text/plain", "test", shown))
    with pytest.raises(ExtractionFailed) as caught:
        prove(before, Text("text/plain", "test", shown, doubts=(new,)))
    assert caught.value.code == "clean.incomplete"
