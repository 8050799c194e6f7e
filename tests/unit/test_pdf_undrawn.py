"""Pictures that no page draws: in doubt when nobody can look, read once, and only those."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf

from disclosure_pipeline.builtin.extractors.pdf.reader import PdfExtractor
from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_paper import append, form, paper, picture, saved
from tests.hiding.pdf_undrawn import UNDRAWN, written
from tests.hiding.place import Hiding
from tests.recognition_desk import opened
from tests.unit.hostile import limits

MARKER = "暗藏标记56781"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[None]:
    with opened(tmp_path):
        recognition.begin()
        yield


def read(change: Callable[[Pdf], object]) -> Text:
    document = paper()
    change(document)
    return PdfExtractor(limits()).read(saved(document), "a.pdf")


def undrawn(text: Text) -> list[str]:
    return ["".join(part.text.split()) for part in text.segments if part.place.detail == "not drawn"]


@pytest.mark.parametrize("place", UNDRAWN, ids=lambda place: place.name)
def test_nobody_could_look(place: Hiding) -> None:
    text = PdfExtractor(limits()).read(place.data, "a.pdf")
    assert "picture.unread" in {doubt.code for doubt in text.doubts}


def test_a_drawn_picture_is_not_looked_at_again(desk: None) -> None:
    def draw(document: Pdf) -> None:
        inner = form(document, b"q 380 0 0 80 9 9 cm /X#31 Do Q")
        inner.Resources = Dictionary(XObject=Dictionary(X1=written(document, MARKER)))
        document.pages[0].Resources.XObject.F1 = document.make_indirect(inner)
        append(document, b"q 1 0 0 1 9 9 cm /F1 Do Q\n")

    assert undrawn(read(draw)) == []


def test_equal_pictures_are_read_once(desk: None) -> None:
    def add(document: Pdf) -> None:
        for number in range(3):
            document.pages[0].Resources.XObject[f"/X{number}"] = written(document, MARKER)

    assert undrawn(read(add)) == [MARKER]


def test_icons_are_nothing() -> None:
    text = read(lambda d: d.pages[0].Resources.XObject.update({"/X9": d.make_indirect(picture(d))}))
    assert not text.doubts


def test_a_broken_picture_is_in_doubt(desk: None) -> None:
    def add(document: Pdf) -> None:
        image = written(document, MARKER)
        image.write(b"\x00broken", filter=Name.JPXDecode)
        document.pages[0].Resources.XObject.X9 = image

    text = read(add)
    assert undrawn(text) == []
    assert "picture.unread" in {doubt.code for doubt in text.doubts}


def test_it_is_read_in_an_encrypted_file(desk: None) -> None:
    document = paper()
    document.pages[0].Resources.XObject.X9 = written(document, MARKER)
    buffer = io.BytesIO()
    document.save(buffer, encryption=pikepdf.Encryption(owner="o", user=""))
    assert undrawn(PdfExtractor(limits()).read(buffer.getvalue(), "a.pdf")) == [MARKER]
