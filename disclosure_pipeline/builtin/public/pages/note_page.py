"""A page of its own that tells readers what was withheld, as a picture: a pdf of pictures has no text layer.

The letters come from the Chinese font that the system has, and become pixels here: no font is embedded. Where there is
none the page is illegible; the proof sees that, and the part goes out as a document.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

A4 = (595.0, 842.0)
_SIZE = 14.0
_LEADING = 24.0
_MARGIN = 72.0
_FONT, _COLLECTION = "/STSong-Light", "GB1"
"""Names by which programs take the system's Chinese font when a file embeds none (ISO 32000-1, 9.7.5.2)."""


def drawn(notes: Sequence[str], scale: float) -> tuple[Image, tuple[float, float]]:
    """The page in grey, and its size in points.

    Args:
        notes: paragraphs.
        scale: pixels of a point.
    """
    import pypdfium2

    with pypdfium2.PdfDocument(_written(notes)) as document:
        page = document[0]
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            return bitmap.to_pil().convert("L").copy(), A4
        finally:
            bitmap.close()
            page.close()


def _written(notes: Sequence[str]) -> bytes:
    """The page as a pdf that is drawn here and never kept."""
    import pikepdf
    from pikepdf import Dictionary, Name

    lines = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in _broken(notes))
    drawing = f"BT /F {_SIZE} Tf {_LEADING} TL {_MARGIN} {A4[1] - _MARGIN - _SIZE} Td\n{lines}ET"
    with pikepdf.new() as pdf:
        page = Dictionary(
            Type=Name.Page, MediaBox=[0, 0, *map(int, A4)],
            Resources=Dictionary(Font=Dictionary(F=pdf.make_indirect(_font()))),
            Contents=pdf.make_stream(drawing.encode("ascii")),
        )  # fmt: skip
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = BytesIO()
        pdf.save(out)
        return out.getvalue()


def _broken(notes: Sequence[str]) -> list[str]:
    """The lines of some paragraphs; a letter that is not in the basic plane has no place in the encoding."""
    room = int((A4[0] - 2 * _MARGIN) // _SIZE)
    lines = []
    for note in notes:
        shown = "".join(letter if ord(letter) < 0x10000 else "\u3013" for letter in " ".join(note.split()))
        lines += [shown[at : at + room] for at in range(0, len(shown), room)]
    most = int((A4[1] - 2 * _MARGIN) // _LEADING)
    if len(lines) > most:
        raise ValueError("notes that fill more than a page")
    return lines


def _font() -> Any:
    from pikepdf import Array, Dictionary, Name, String

    about = Dictionary(
        Type=Name.FontDescriptor, FontName=Name(_FONT), Flags=6, FontBBox=[-25, -254, 1000, 880], ItalicAngle=0,
        Ascent=880, Descent=-120, CapHeight=880, StemV=93,
    )  # fmt: skip
    letters = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name(_FONT), DW=1000, FontDescriptor=about,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String(_COLLECTION), Supplement=4),
    )  # fmt: skip
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(_FONT), Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array([letters]),
    )  # fmt: skip
