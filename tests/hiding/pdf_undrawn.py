"""Words in the pixels of a pdf's pictures that no page draws."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.hiding.pdf_paper import annotate, append, changed, form, orphaned, picture
from tests.hiding.picture import page, stored
from tests.hiding.place import Hiding


def written(document: Pdf, marker: str, **entries: object) -> pikepdf.Object:
    """An image whose pixels show words."""
    face = page(marker).convert("L")
    image = Stream(
        document, zlib.compress(face.tobytes()), Type=Name.XObject, Subtype=Name.Image, Width=face.width,
        Height=face.height, ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.FlateDecode, **entries,
    )  # fmt: skip
    return document.make_indirect(image)


def _unused(document: Pdf, marker: str) -> None:
    document.pages[0].Resources.XObject.X9 = written(document, marker)


def _photograph(document: Pdf, marker: str) -> None:
    face = page(marker)
    document.pages[0].Resources.XObject.X9 = Stream(
        document, stored(face, "JPEG", quality=90), Type=Name.XObject, Subtype=Name.Image, Width=face.width,
        Height=face.height, ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip


def _alternate(document: Pdf, marker: str) -> None:
    shown = document.make_indirect(picture(document))
    shown.Alternates = Array([Dictionary(Image=written(document, marker), DefaultForPrinting=False)])
    document.pages[0].Resources.XObject.X1 = shown
    append(document, b"q 40 0 0 40 400 100 cm /X1 Do Q\n")


def _thumbnail(document: Pdf, marker: str) -> None:
    image = written(document, marker)
    del image["/Type"], image["/Subtype"]  # thumbnails need none
    document.pages[0].Thumb = image


def _unused_form(document: Pdf, marker: str) -> None:
    own = Dictionary(XObject=Dictionary(X9=written(document, marker)))
    spare = form(document, b"q 400 0 0 90 0 0 cm /X9 Do Q")
    spare.Resources = own
    document.pages[0].Resources.XObject.F9 = document.make_indirect(spare)


def _said_to_be_drawn(content: bytes) -> Callable[[Pdf, str], None]:
    def change(document: Pdf, marker: str) -> None:
        _unused(document, marker)
        append(document, content)

    return change


def _masked(document: Pdf, marker: str) -> None:
    """Nothing of it shows even for who takes it out."""
    image = written(document, marker)
    image.SMask = document.make_indirect(picture(document, 0))
    document.pages[0].Resources.XObject.X9 = image


def _hidden_note(document: Pdf, marker: str) -> None:
    look = form(document, b"q 300 0 0 60 0 0 cm /X9 Do Q")
    look.Resources = Dictionary(XObject=Dictionary(X9=written(document, marker)))
    annotate(document, Subtype=Name.Stamp, F=2, AP=Dictionary(N=document.make_indirect(look)))


def _place(name: str, make: Callable[[str], bytes]) -> Hiding:
    return Hiding(name, ".pdf", ("ocr",), make)


UNDRAWN: tuple[Hiding, ...] = (
    _place("pixels of an unused picture", changed(_unused)),
    _place("pixels of an unused photograph", changed(_photograph)),
    _place("pixels of an alternate picture", changed(_alternate)),
    _place("pixels of a thumbnail", changed(_thumbnail)),
    _place("pixels in an unused form", changed(_unused_form)),
    _place("pixels of an orphan picture", orphaned(written)),
    _place("pixels drawn in a comment only", changed(_said_to_be_drawn(b"% /X9 Do\n"))),
    _place("pixels drawn in a string only", changed(_said_to_be_drawn(b"BT /F1 9 Tf (/X9 Do ) pop ET\n"))),
    _place("pixels of an unused picture behind its mask", changed(_masked)),
    _place("pixels in a hidden stamp", changed(_hidden_note)),
)
