"""Pictures of drafts for the public copy: only those that are surely shown, only the pixels that are seen."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from disclosure_pipeline.builtin.public.pictures import job
from disclosure_pipeline.builtin.public.pictures.pixels import MOST_BYTES, redrawn
from disclosure_pipeline.builtin.public.pictures.spots import WHOLE
from disclosure_pipeline.errors import StoreFault
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.pictures import PAGE, SLIDES, WORD
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding import decks
from tests.hiding.opc import Relation
from tests.hiding.wordfile import paragraph, part, styles
from tests.unit.pictured import (
    PNG,
    SECRET,
    cell,
    draft,
    floating,
    in_run,
    inline,
    pic,
    plain_picture,
    stored,
    web,
)

LIMITS = ExtractionSettings().model_dump()


def found(data: bytes, media_type: str, folder: Path) -> tuple[ShownPicture, ...]:
    path = folder / "草稿"
    path.write_bytes(data)
    file = SourceFile(0, path, "草稿", sha256=hashlib.sha256(data).hexdigest())
    return job.pictures(file, media_type, LIMITS)


# --------------------------------------------------------------------------------------------------- Word


_FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
_BOX = "<wps:wsp><wps:cNvSpPr/><wps:spPr/><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
_SHAPE = f'<a:graphic><a:graphicData uri="x">{_BOX.format(paragraph("遮"))}</a:graphicData></a:graphic>'
_SVG = (
    '<a:blip r:embed="rId2"><a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rId3"/></a:ext></a:extLst></a:blip>'
)
_LOCAL = (
    '<a:blip r:embed="rId2" cstate="print"><a:extLst><a:ext uri="{28A0092B-C50C-407E-A947-70E740481C1C}">'
    '<a14:useLocalDpi xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" val="0"/></a:ext></a:extLst></a:blip>'
)

SHOWN = {
    "in the text": in_run(inline()),
    "in a cell": cell(in_run(inline())),
    "in a content control": f"<w:sdt><w:sdtContent>{in_run(inline())}</w:sdtContent></w:sdt>",
    "inserted": f'<w:p><w:ins w:id="1" w:author="甲"><w:r>{inline()}</w:r></w:ins></w:p>',
    "in a link": f'<w:p><w:hyperlink r:id="rId9"><w:r>{inline()}</w:r></w:hyperlink></w:p>',
    "beside the text": in_run(floating()),
    "result of a field": f"<w:p>{_FIELD.format('begin')}{_FIELD.format('separate')}<w:r>{inline()}</w:r>{_FIELD.format('end')}</w:p>",
    "usual looks": in_run(inline(pic(_LOCAL)), "<w:noProof/><w:sz w:val='32'/>", '<w:spacing w:line="240" w:lineRule="auto"/>'),
}  # fmt: skip

LEFT_OUT = {
    "hidden": in_run(inline(about=' hidden="1"')),
    "hidden run": in_run(inline(), "<w:vanish/>"),
    "hidden on the web": in_run(inline(), "<w:webHidden/>"),
    "lowered run": in_run(inline(), '<w:position w:val="-3000"/>'),
    "deleted": f'<w:p><w:del w:id="1" w:author="甲"><w:r>{inline()}</w:r></w:del></w:p>',
    "moved away": f'<w:p><w:moveFrom w:id="1" w:author="甲"><w:r>{inline()}</w:r></w:moveFrom></w:p>',
    "instruction of a field": f"<w:p>{_FIELD.format('begin')}<w:r>{inline()}</w:r>{_FIELD.format('separate')}{_FIELD.format('end')}</w:p>",
    "fallback": f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"/><mc:Fallback>{inline()}</mc:Fallback></mc:AlternateContent></w:r></w:p>',
    "text box": in_run(inline(f'<a:graphic><a:graphicData uri="x">{_BOX.format(in_run(inline()))}</a:graphicData></a:graphic>')),
    "behind the text": in_run(floating(about=' behindDoc="1"')),
    "hidden frame": in_run(floating(docpr=' hidden="1"')),
    "off the page": in_run(floating(left=-9_000_000)),
    "partly off the page": in_run(floating(left=-1_500_000)),
    "wider than the page": in_run(inline(wide=9_000_000)),
    "of no size": in_run(inline(wide=0)),
    "under a shape": in_run(inline()) + in_run(floating(_SHAPE)),
    "under another picture": in_run(inline()) + in_run(floating(pic('<a:blip r:embed="rId2"><a:lum/></a:blip>'))),
    "under a shape of old programs": in_run(inline()) + '<w:p><w:r><w:pict><v:rect style="position:absolute;width:90pt;height:90pt"/></w:pict></w:r></w:p>',
    "under a frame of text": in_run(inline()) + paragraph("遮", properties='<w:framePr w:w="4000" w:h="900" w:hRule="exact"/>'),
    "another layer as SVG": in_run(inline(pic(_SVG))),
    "an effect": in_run(inline(pic('<a:blip r:embed="rId2"><a:alphaModFix amt="1000"/></a:blip>'))),
    "linked": in_run(inline(pic('<a:blip r:link="rId2"/>'))),
    "cut by a shape": in_run(inline(pic(shape="ellipse"))),
    "turned": in_run(inline(pic(turn=' rot="5400000"'))),
    "with a filter": in_run(inline(pic(more="<a:effectLst/>"))),
    "cut by the line": in_run(inline(), properties='<w:spacing w:line="560" w:lineRule="exact"/>'),
    "indented off the page": in_run(inline(), properties='<w:ind w:left="31680"/>'),
    "in a frame of its own": in_run(inline(), properties='<w:framePr w:w="2000" w:x="-20000"/>'),
    "cut by its row": cell(in_run(inline()), '<w:trPr><w:trHeight w:val="20" w:hRule="exact"/></w:trPr>'),
    "hidden row": cell(in_run(inline()), "<w:trPr><w:hidden/></w:trPr>"),
    "table off the page": cell(in_run(inline()), table='<w:tblInd w:w="-31680" w:type="dxa"/>'),
    "nowhere": paragraph("正文"),
}  # fmt: skip


@pytest.mark.parametrize("body", SHOWN.values(), ids=SHOWN.keys())
def test_a_picture_of_the_text_is_found_at_its_paragraph(body: str, tmp_path: Path) -> None:
    (shown,) = found(draft(body), WORD, tmp_path)
    assert (shown.part, shown.story, shown.paragraph) == ("word/media/image1.png", "word/document.xml", 3)
    assert (shown.media_type, shown.size) == ("image/png", (400, 200))


@pytest.mark.parametrize("body", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_picture_that_is_not_surely_seen_as_it_is_stays_out(body: str, tmp_path: Path) -> None:
    assert found(draft(body), WORD, tmp_path) == ()


def test_what_stands_elsewhere_can_hide_a_picture(tmp_path: Path) -> None:
    header = part("hdr", f"<w:p><w:r>{floating(_SHAPE)}</w:r></w:p>")
    assert found(draft(in_run(inline()), word__header1_dot_xml=header), WORD, tmp_path) == ()
    hiding = styles(
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    assert found(draft(in_run(inline()), word__styles_dot_xml=hiding), WORD, tmp_path) == ()
    cutting = styles('<w:style w:type="paragraph" w:styleId="C"><w:name w:val="C"/><w:pPr><w:spacing w:line="560" w:lineRule="exact"/></w:pPr></w:style>')  # fmt: skip
    assert found(draft(in_run(inline()), word__styles_dot_xml=cutting), WORD, tmp_path) == ()
    own = in_run(inline(), properties='<w:spacing w:lineRule="auto"/>')
    assert len(found(draft(own, word__styles_dot_xml=cutting), WORD, tmp_path)) == 1
    of_header = part("hdr", f"<w:p><w:r>{inline()}</w:r></w:p>")
    assert found(draft(paragraph("正文"), word__header1_dot_xml=of_header), WORD, tmp_path) == ()


def test_what_is_cropped_away_is_not_in_the_new_picture(tmp_path: Path) -> None:
    halves = Image.new("RGB", (600, 200), (0, 0, 255))
    halves.paste((255, 0, 0), (0, 0, 300, 200))
    body = in_run(inline(pic(crop='<a:srcRect r="50000"/>')))
    (shown,) = found(draft(body, stored(halves)), WORD, tmp_path)
    made = Image.open(io.BytesIO(shown.data))
    assert made.size == (300, 200)
    assert made.getcolors() == [(60_000, (255, 0, 0))]


def test_a_draft_that_is_damaged_broken_or_full_of_pictures_gives_none(tmp_path: Path) -> None:
    assert found(draft(in_run(inline()) * 31), WORD, tmp_path) == ()
    assert found(b"PK\x03\x04 no package", WORD, tmp_path) == ()
    assert found(draft(in_run(inline()), b"\x89PNG\r\n\x1a\n broken"), WORD, tmp_path) == ()
    assert found(draft(in_run(inline())), "application/msword", tmp_path) == ()
    changed = SourceFile(0, tmp_path / "草稿", "草稿", sha256="0" * 64)
    with pytest.raises(StoreFault):
        job.pictures(changed, WORD, LIMITS)


# ------------------------------------------------------------------------------------------ slides, pages


def deck(shapes: str, after: str = "", attributes: str = "", slides: tuple[str, ...] = ()) -> bytes:
    return decks.Deck(
        shapes=shapes, after=after, attributes=attributes, slides=slides,
        parts={"ppt/media/image1.png": PNG},
        relations={"ppt/slides/slide1.xml": [Relation("image", "../media/image1.png")]},
    ).data()  # fmt: skip


PLACED = decks.picture("rId2", at=(100, 200), size=(300, 150)).replace(
    "<a:stretch/>", "<a:stretch><a:fillRect/></a:stretch>"
)


def test_a_picture_of_a_slide_is_found(tmp_path: Path) -> None:
    (shown,) = found(deck(PLACED + decks.box("旁白", at=(450, 400))), SLIDES, tmp_path)
    assert (shown.part, shown.story, shown.paragraph) == (
        "ppt/media/image1.png",
        "ppt/slides/slide1.xml",
        None,
    )


@pytest.mark.parametrize(
    "data",
    [
        deck(PLACED, attributes='show="0"'),
        deck(PLACED, after="<p:timing><p:tnLst/></p:timing>"),
        deck(PLACED + decks.box("遮", at=(150, 220), size=(60, 40))),
        deck(PLACED + decks.placeholder("body", "占位符", "遮")),
        deck(PLACED.replace("<p:cNvPr ", '<p:cNvPr hidden="1" ')),
        deck(f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>{PLACED}</p:grpSp>"),
        deck(decks.picture("rId2", at=(600, 200), size=(300, 150))),
        deck(PLACED.replace("<p:nvPr></p:nvPr>", '<p:nvPr><a:videoFile r:link="rId3"/></p:nvPr>')),
        deck(PLACED.replace('prst="rect"', 'prst="roundRect"')),
        deck(""),
    ],
    ids=["hidden slide", "animated", "under a box", "under a placeholder", "hidden", "in a group", "off the slide",
         "a film", "cut by a shape", "nowhere"],
)  # fmt: skip
def test_a_picture_of_a_slide_that_is_not_surely_seen_stays_out(data: bytes, tmp_path: Path) -> None:
    assert found(data, SLIDES, tmp_path) == ()


SOURCE = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
IMAGE = f'<img src="{SOURCE}" alt="{SECRET}">'


def test_a_picture_in_a_page_is_found_behind_its_words(tmp_path: Path) -> None:
    (shown,) = found(web(f"<p>一 二</p><p>三{IMAGE}四</p>"), PAGE, tmp_path)
    assert (shown.part, shown.before, shown.paragraph) == ("page address 1", "一二三", None)
    again = found(web(f"<p>一</p>{IMAGE}<p>二</p>{IMAGE}"), PAGE, tmp_path)
    assert [item.part for item in again] == ["page address 1", "page address 2"]


@pytest.mark.parametrize(
    "data",
    [
        web(IMAGE, "<style>img{display:none}</style>"),
        web(IMAGE, '<link rel="stylesheet" href="a.css">'),
        web(f"{IMAGE}<script>hide()</script>"),
        web(IMAGE.replace("<img", '<img style="opacity:0"')),
        web(IMAGE.replace("<img", "<img hidden")),
        web(IMAGE.replace("<img", '<img width="1"')),
        web(f'<div style="display:none">{IMAGE}</div>'),
        web(f"<div hidden>{IMAGE}</div>"),
        web(f'{IMAGE}<div style="position:absolute;top:0">遮</div>'),
        web(f"<template>{IMAGE}</template>"),
        web(f"<details>{IMAGE}</details>"),
        web(f'<p><a href="{SOURCE}">文</a>{IMAGE}</p>'),
        web('<img src="picture.png">'),
        web(f'<img src="data:image/svg+xml,<svg><text>{SECRET}</text></svg>">'),
    ],
    ids=["sheet", "linked sheet", "script", "style", "hidden", "one pixel", "hidden block", "hidden attribute", "covered",
         "template", "closed details", "other files", "elsewhere", "SVG"],
)  # fmt: skip
def test_a_picture_of_a_page_that_is_not_surely_seen_stays_out(data: bytes, tmp_path: Path) -> None:
    assert found(data, PAGE, tmp_path) == ()


# ------------------------------------------------------------------------------------------------- pixels


def exif() -> Image.Exif:
    about = Image.Exif()
    about[0x013B] = SECRET
    return about


def chunk() -> PngImagePlugin.PngInfo:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET)
    return words


@pytest.mark.parametrize(
    "data",
    [
        stored(plain_picture(), "JPEG", exif=exif(), comment=SECRET.encode()),
        stored(plain_picture(), "PNG", pnginfo=chunk()),
        stored(plain_picture(), "PNG", icc_profile=SECRET.encode()),
        stored(plain_picture(), "GIF", comment=SECRET.encode()),
        stored(plain_picture(), "TIFF", description=SECRET),
        stored(plain_picture(), "WEBP", exif=exif()),
        PNG + SECRET.encode(),
    ],
    ids=["jpeg", "png", "profile", "gif", "tiff", "webp", "behind the end"],
)
def test_nothing_that_lies_beside_the_pixels_comes_along(data: bytes) -> None:
    media_type, made, size = redrawn(data, WHOLE)
    assert SECRET.encode() not in made
    assert (size, made) == ((400, 200), redrawn(data, WHOLE)[1])
    with Image.open(io.BytesIO(made)) as picture:
        assert f"image/{(picture.format or '').lower()}" == media_type
        assert not picture.getexif()
        assert not {"comment", "exif", "icc_profile", "xmp", "Comment"} & set(picture.info)


def pixels(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(redrawn(data, WHOLE)[1]))


def test_what_lies_under_the_pixels_or_behind_them_is_gone() -> None:
    under = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    ImageDraw.Draw(under).rectangle((50, 50, 150, 150), fill=(9, 90, 200, 0))
    assert pixels(stored(under)).convert("L").getextrema() == (255, 255)
    second = Image.new("RGB", (400, 200), "black")
    film = stored(Image.new("RGB", (400, 200), "white"), "GIF", save_all=True, append_images=[second])
    assert pixels(film).convert("L").getextrema() == (255, 255)
    assert getattr(pixels(film), "n_frames", 1) == 1


def test_what_nobody_sees_in_the_pixels_is_gone() -> None:
    faint = Image.new("RGB", (400, 200), (255, 255, 255))
    ImageDraw.Draw(faint).rectangle((50, 50, 150, 150), fill=(240, 240, 240))
    assert pixels(stored(faint)).convert("L").getextrema() == (255, 255)
    lowest = Image.new("L", (400, 200), 132)
    lowest.paste(133, (50, 50, 150, 150))
    low, high = pixels(stored(lowest)).convert("L").getextrema()
    assert low == high


def test_large_pictures_become_small_ones_and_photographs_jpeg() -> None:
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    media_type, made, size = redrawn(stored(noise, "JPEG"), WHOLE)
    assert media_type == "image/jpeg"
    assert max(size) <= 1600
    assert len(made) <= MOST_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"\x01\x00\x00\x00" + bytes(36) + b" EMF" + bytes(60),
        b"\xd7\xcd\xc6\x9a" + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        stored(plain_picture((90, 90))),
        stored(plain_picture((900, 20))),
        stored(Image.new("1", (9000, 9000), 1)),
        b"",
    ],
    ids=["emf", "wmf", "svg", "icon", "a low strip", "too many pixels", "nothing"],
)
def test_what_is_no_picture_that_was_looked_at_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        redrawn(data, WHOLE)


def test_nothing_is_left_of_a_window_without_a_pixel() -> None:
    with pytest.raises(ValueError, match="nothing"):
        redrawn(PNG, (0.5, 0.0, 0.5, 1.0))
