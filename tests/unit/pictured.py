"""Drafts with pictures, written by hand."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from tests.hiding.wordfile import Draft

SECRET = "HIDDENMARK77"
WIDE, HIGH = 3_000_000, 1_500_000


def stored(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def plain_picture(size: tuple[int, int] = (400, 200)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle(
        (size[0] // 8, size[1] // 5, size[0] // 2, size[1] * 4 // 5), fill=(200, 40, 40)
    )
    return picture


def photo(turn: int = 0) -> bytes:
    """Something without words; another one for each quarter turn."""
    view = Image.linear_gradient("L").rotate(90 * turn).resize((760, 230)).convert("RGB")
    return stored(view)


PNG = stored(plain_picture())


def pic(
    blip: str = '<a:blip r:embed="rId2"/>',
    *,
    crop: str = "",
    turn: str = "",
    shape: str = "rect",
    more: str = "",
) -> str:
    return (
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="9" name="{SECRET}" descr="{SECRET}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>{blip}{crop}'
        f"<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm{turn}><a:off x='0' y='0'/>"
        f'<a:ext cx="{WIDE}" cy="{HIGH}"/></a:xfrm><a:prstGeom prst="{shape}"><a:avLst/></a:prstGeom>{more}</pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic>"
    )


def inline(inside: str | None = None, about: str = "", wide: int = WIDE) -> str:
    return (
        f'<w:drawing><wp:inline><wp:extent cx="{wide}" cy="{HIGH}"/><wp:docPr id="1" name="图片 1" descr="{SECRET}"{about}/>'
        f"{inside or pic()}</wp:inline></w:drawing>"
    )


def floating(inside: str | None = None, about: str = "", left: int = 900_000, docpr: str = "") -> str:
    return (
        f'<w:drawing><wp:anchor{about}><wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>'
        '<wp:positionV relativeFrom="page"><wp:posOffset>900000</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{WIDE}" cy="{HIGH}"/><wp:docPr id="2" name="图片 2"{docpr}/>{inside or pic()}</wp:anchor></w:drawing>'
    )


def in_run(drawing: str, looks: str = "", properties: str = "") -> str:
    about = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    of_paragraph = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{of_paragraph}<w:r>{about}{drawing}</w:r></w:p>"


def cell(inside: str, row: str = "", table: str = "") -> str:
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr>{row}<w:tc>{inside}</w:tc></w:tr></w:tbl><w:p/>"


def draft(body: str, data: bytes = PNG, **parts: str | bytes) -> bytes:
    media = {"word/media/image1.png": data}
    more = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return Draft(body, {**media, **more}).data()


def web(body: str, head: str = "") -> bytes:
    return f'<html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()
