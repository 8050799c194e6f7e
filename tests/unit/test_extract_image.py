"""Scans and pictures as files: pages, places, doubts, limits; nothing hostile gets through."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from disclosure_pipeline.builtin.extractors.collector import Collector, Limits
from disclosure_pipeline.builtin.extractors.pictures.pictures import _hidden, _on_paper, look_at
from disclosure_pipeline.builtin.extractors.pictures.reader import ImageExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.picture import WORDS, emf, emf_text, face, page, stored, wmf, wmf_record
from tests.recognition_desk import desk, opened, submission  # noqa: F401 -- fixtures

LIMITS = ExtractionSettings().model_dump()


def read(data: bytes, name: str = "扫描件.png", **limits: int) -> Text:
    return ImageExtractor({**LIMITS, **limits}).read(data, name)


def looked_at(data: bytes, *, large: bool = False) -> Text:
    out = Collector("application/docx", "test", Limits.of(LIMITS))
    out.add("正文", "body", "document")
    look_at(out, "word/media/image1.png", data, large=large)
    return out.text()


def codes(text: Text) -> list[str]:
    return [doubt.code for doubt in text.doubts]


def noise(side: int = 700) -> Image.Image:
    """A picture of nothing, as a photograph."""
    pick = random.Random(4)
    picture = Image.new("RGB", (side, side))
    pen = ImageDraw.Draw(picture)
    for _ in range(400):
        x, y, far = pick.randrange(side), pick.randrange(side), pick.randrange(40, 200)
        pen.ellipse(
            (x - far, y - far, x + far, y + far),
            fill=(pick.randrange(90), pick.randrange(60, 160), pick.randrange(90)),
        )
    return picture


def test_a_page_is_read_line_by_line_with_places_in_points() -> None:
    text = read(stored(page("第一行文字内容", "第二行文字内容"), "PNG", dpi=(200, 200)))
    assert text.media_type == "image/png"
    assert codes(text) == []
    assert [segment.text for segment in text.segments] == ["第一行文字内容", "第二行文字内容"]
    places = [segment.place for segment in text.segments]
    assert all(place.kind == "ocr" and place.page == 1 for place in places)
    left, top, right, bottom = places[0].bbox or (0, 0, 0, 0)
    assert left == pytest.approx(60 * 72 / 200, abs=4)
    assert (top, bottom) == (pytest.approx(54 * 72 / 200, abs=6), pytest.approx(102 * 72 / 200, abs=6))
    assert right == pytest.approx((60 + 7 * 44) * 72 / 200, abs=4)


def test_the_pages_of_a_tiff_are_numbered() -> None:
    data = stored(page("第一页的文字"), "TIFF", save_all=True, append_images=[page("第二页的文字")])
    text = read(data, "扫描件.tif")
    assert [(segment.text, segment.place.page) for segment in text.segments] == [
        ("第一页的文字", 1),
        ("第二页的文字", 2),
    ]
    assert text.facts["pages"] == 2


def test_a_wrong_suffix_is_a_warning_and_no_more() -> None:
    text = read(stored(page(WORDS), "JPEG", quality=90), "扫描件.docx")
    assert [segment.text for segment in text.segments] == [WORDS]
    assert len(text.warnings) == 1


def test_the_orientation_that_a_camera_notes_is_obeyed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = page(WORDS, "各镇人民政府").rotate(90, expand=True)
    text = read(stored(picture, "JPEG", quality=95, exif=exif), "a.jpg")
    assert [segment.text for segment in text.segments] == [WORDS, "各镇人民政府"]
    boxes = [segment.place.bbox for segment in text.segments]
    assert all(box is not None and box[2] - box[0] > 3 * (box[3] - box[1]) for box in boxes)


def test_sixteen_bits_of_grey_keep_their_words() -> None:
    deep = page(WORDS).convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    assert [segment.text for segment in read(stored(deep, "TIFF"), "a.tif").segments] == [WORDS]


def test_a_huge_scan_is_read_with_its_places(tmp_path: Path) -> None:
    picture = Image.new("L", (5200, 4200), 255)
    picture.paste(page(WORDS).convert("L").resize((3040, 640)), (400, 400))
    with opened(tmp_path):
        segment = read(stored(picture, "PNG", dpi=(600, 600))).segments[0]
    assert segment.text == WORDS
    assert segment.place.bbox is not None
    assert segment.place.bbox[0] == pytest.approx((400 + 60 * 4) * 72 / 600, abs=6)


def test_recognition_switched_off_is_a_doubt(tmp_path: Path) -> None:
    with opened(tmp_path, enabled=False):
        assert codes(read(stored(page(WORDS), "PNG"))) == ["picture.unread", "text.empty"]


def test_a_photograph_inside_a_document_is_no_doubt(tmp_path: Path) -> None:
    with opened(tmp_path):
        assert codes(looked_at(stored(noise(), "JPEG"))) == []


def test_ink_without_a_word_is_a_doubt(tmp_path: Path) -> None:
    picture = Image.new("RGB", (900, 900), "white")
    pen = ImageDraw.Draw(picture)
    for at in range(0, 900, 90):
        pen.line((0, at, 900, at + 40), fill="black", width=3)
    with opened(tmp_path):
        assert codes(looked_at(stored(picture, "PNG"), large=True)) == ["picture.no_words"]


def test_an_icon_is_not_looked_at(tmp_path: Path) -> None:
    icon = Image.new("RGB", (64, 64), "white")
    with opened(tmp_path, engines=("builtin.nobody",)):
        assert codes(looked_at(stored(icon, "PNG"))) == []
        assert codes(looked_at(stored(Image.new("RGB", (300, 120), "white"), "PNG"))) == []
        assert codes(looked_at(stored(page(WORDS), "PNG"), large=True)) == ["picture.unread"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "file.broken"),
        (stored(Image.new("1", (10_000, 10_000)), "PNG"), "file.too_large"),
        (b"GIF89a", "file.broken"),
    ],
)
def test_refusals(data: bytes, code: str) -> None:
    with pytest.raises(ExtractionFailed) as caught:
        read(data)
    assert caught.value.code == code


def test_a_truncated_picture_is_a_doubt() -> None:
    data = stored(page(WORDS), "PNG")
    assert "picture.broken" in codes(read(data[: len(data) // 2]))


def test_a_text_chunk_that_unpacks_without_end_is_a_doubt() -> None:
    data = stored(page(WORDS), "PNG")
    body = b"Comment\0\0" + zlib.compress(b"A" * (64 << 20))
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    text = read(data[:-12] + chunk + data[-12:])
    assert "picture.metadata" in codes(text)
    assert all(len(segment.text) <= 4 << 20 for segment in text.segments)


def test_pages_over_the_limit_are_refused() -> None:
    data = stored(page("一"), "TIFF", save_all=True, append_images=[page("二"), page("三")])
    with pytest.raises(ExtractionFailed) as caught:
        read(data, max_pages=2)
    assert caught.value.code == "file.too_large"


SEEDS = [
    stored(page(WORDS), "PNG"), stored(page(WORDS), "JPEG"), stored(page(WORDS), "TIFF"), stored(page(WORDS), "GIF"),
    stored(page(WORDS), "BMP"), stored(page(WORDS), "WEBP"), emf(emf_text(WORDS)),
    wmf(wmf_record(0x0521, struct.pack("<H", 4) + b"text" + bytes(4))),
]  # fmt: skip


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with opened(tmp_path_factory.mktemp("nobody"), enabled=False):
        yield


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.sampled_from(SEEDS),
    where=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    cut=st.floats(0.2, 1),
)
def test_mutated_pictures_raise_nothing_else(
    nobody: None, seed: bytes, where: list[tuple[float, bytes]], cut: float
) -> None:
    data = bytearray(seed)
    for share, change in where:
        at = int(share * min(len(data), 4096))
        data[at : at + len(change)] = change
    damaged = bytes(data[: max(1, int(cut * len(data)))])
    with suppress(ExtractionFailed):
        read(damaged)
    looked_at(damaged)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"GIF89a",
            b"II*\0",
            b"MM\0*",
            b"\xd7\xcd\xc6\x9a",
            b"\x01\0\0\0" + bytes(36) + b" EMF",
        ]
    ),
)
def test_random_bytes_raise_nothing_else(nobody: None, data: bytes, head: bytes) -> None:
    with suppress(ExtractionFailed):
        read(head + data)
    looked_at(head + data)


@pytest.mark.parametrize("note", ["13812345678", "110101199003074514", "6222 0212 3456 7890 123"])
def test_a_long_number_in_metadata_is_kept(note: str) -> None:
    texts = [
        segment.text for segment in read(stored(page(WORDS), "JPEG", comment=note.encode()), "a.jpg").segments
    ]
    assert note in texts


def test_the_soft_edges_of_a_seal_on_nothing_hide_no_words() -> None:
    """Its lettering is seen; what lies under the transparent rest of the picture is nothing."""
    stamp = Image.new("RGBA", (320, 320), (255, 255, 255, 0))
    pen = ImageDraw.Draw(stamp)
    pen.ellipse((10, 10, 310, 310), outline=(214, 30, 30), width=9)
    pen.text((60, 130), "示范县财政局", font=face(34), fill=(214, 30, 30))
    soft = stamp.resize((300, 300), Image.Resampling.BICUBIC).rotate(7, Image.Resampling.BICUBIC)
    assert [where for where, _ in _hidden(soft, _on_paper(soft))] == []


def exif(tag: int, kind: int, value: bytes, count: int) -> bytes:
    """A JPEG with an EXIF block of one entry."""
    entry = struct.pack("<HHHII", 1, tag, kind, count, 26) + bytes(4)
    block = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entry + value
    data = stored(Image.new("L", (40, 40), 200), "JPEG")
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


@pytest.mark.parametrize(("kind", "size"), [(3, 2), (4, 4), (5, 8), (9, 4), (12, 8), (99, 1)])
def test_letters_that_say_they_are_numbers_are_read(kind: int, size: int) -> None:
    words = "夹在数字里的举报人姓名甲乙丙丁戊"
    value = words.encode().ljust(56)
    found = read(exif(0x9999, kind, value, len(value) // size), "照片.jpg")
    assert [segment.place.kind for segment in found.segments if words in segment.text] == ["metadata"]


def test_numbers_of_a_camera_are_no_words() -> None:
    settings = struct.pack("<24I", *range(100, 4900, 200))
    assert read(exif(0x9999, 4, settings, 24), "照片.jpg").segments == ()


def test_a_thumbnail_that_cannot_be_read_is_a_doubt() -> None:
    entries = struct.pack("<HHII", 0x0201, 4, 1, 38) + struct.pack("<HHII", 0x0202, 4, 1, 60)
    block = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4) + b"\xff\xd8\xff" + b"?" * 57
    data = stored(Image.new("L", (40, 40), 200), "JPEG")
    whole = data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]
    assert "picture.thumbnail" in codes(read(whole, "照片.jpg"))


@pytest.mark.parametrize("body", [b"Comment\0\0{}", b"Comment\0\1\0\0\0{}"], ids=["zTXt", "iTXt"])
def test_bytes_behind_a_packed_text_are_read(body: bytes) -> None:
    words = "压缩文字之后的举报人姓名"
    name = b"iTXt" if b"\1" in body else b"zTXt"
    chunk = body.replace(b"{}", zlib.compress(b"plain")) + words.encode()
    data = stored(page(WORDS), "PNG")
    whole = struct.pack(">I", len(chunk)) + name + chunk + struct.pack(">I", zlib.crc32(name + chunk))
    found = read(data[:-12] + whole + data[-12:])
    assert [segment.place.kind for segment in found.segments if words in segment.text] == ["metadata"]


ENGINES = Path(__file__).parents[1] / "fault_plugins" / "recogniser_faults.py"
UNREAD = [("picture.unread", None)]


def small(words: str) -> bytes:
    """Words on a picture that is no page and no icon."""
    return stored(page(words).crop((0, 30, 560, 120)), "PNG")


def looked_at_all(*pictures: bytes) -> list[tuple[str, str | None]]:
    """Codes and parts of the doubts of a document with these pictures."""
    out = Collector("application/docx", "test", Limits.of(LIMITS))
    out.add("正文", "body", "document")
    for number, data in enumerate(pictures):
        look_at(out, f"word/media/image{number}.png", data)
    return [(doubt.code, doubt.place.part if doubt.place else None) for doubt in out.text().doubts]


@pytest.mark.parametrize(
    "options",
    [{"enabled": False}, {"engines": ("recogniser_faults.none",)}, {"max_pages": 0}],
    ids=["switched off", "failing again and again", "over the number of pictures"],
)
def test_small_pictures_that_nobody_could_read_are_one_doubt(
    tmp_path: Path, options: dict[str, object]
) -> None:
    with opened(tmp_path, ENGINES, **options):
        assert looked_at_all(*(small(f"第{number}号举报材料") for number in range(5))) == UNREAD
        blank, icon = Image.new("RGB", (300, 120), "red"), Image.new("RGB", (90, 90), "red")
        icon.putpixel((40, 40), (0, 0, 0))
        assert looked_at_all(stored(blank, "PNG"), stored(icon, "PNG")) == []


def test_what_a_picture_hides_and_nobody_could_read_is_a_doubt(tmp_path: Path) -> None:
    picture = page(WORDS).convert("RGBA").resize((400, 84))
    under = Image.new("RGBA", (400, 168), (255, 255, 255, 0))
    under.paste(picture, (0, 84))
    opacity = Image.new("L", under.size, 255)
    opacity.paste(0, (0, 84, 400, 168))
    under.putalpha(opacity)
    with opened(tmp_path, ENGINES, engines=("recogniser_faults.good",), max_pages=1):
        assert looked_at_all(stored(under, "PNG")) == UNREAD
