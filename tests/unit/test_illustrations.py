"""Which pictures of a draft go out with its text: the real recognition reads them before and after."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from PIL import Image

from disclosure_pipeline.builtin.public.illustrations import Placed
from disclosure_pipeline.builtin.public.notes import PICTURES
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.text import Doubt, Place
from tests.hiding.picture import page, stored
from tests.hiding.reading import read
from tests.hiding.wordfile import paragraph
from tests.recognition_desk import desk, submission  # noqa: F401 -- fixtures
from tests.unit.illustrated import WORDS, Version, everything, sign, struck
from tests.unit.pictured import SECRET, draft, in_run, inline, pic, web

PAPER = draft(paragraph("见下图：") + in_run(inline()) + paragraph("图后文字。"), sign(*WORDS))


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return Version(tmp_path_factory.mktemp("approved"), PAPER)


def test_a_picture_goes_out_at_its_place_and_is_proved(approved: Version) -> None:
    beside = approved.beside()
    files = approved.built(beside)
    assert beside.notes == {}
    assert approved.proved(files, beside) == []
    html = files[0][1].read_text("utf-8")
    before, _, after = html.partition('<p><img src="data:image/png;base64,')
    assert before.endswith("<p>见下图：</p>\n")
    data, _, rest = after.partition('"')
    assert rest.startswith(' alt="图1" width="760" height="230"></p>\n<p>图后文字。</p>')
    assert SECRET.encode() not in everything(files)
    (path,) = (path for item, path in files if item.role == "copy")
    paper = docx.Document(str(path))
    (shape,) = paper.inline_shapes
    assert shape.width.cm <= 15.6
    assert base64.b64decode(data) in [part.blob for part in paper.part.package.iter_parts()]
    assert path.read_bytes() == approved.built(beside)[2][1].read_bytes()


def test_the_words_of_a_picture_are_no_text_of_the_copy(approved: Version) -> None:
    files = approved.built(approved.beside())
    assert WORDS[0] in "".join(segment.text for segment in approved.text.segments)
    assert all(
        WORDS[0] not in path.read_text("utf-8") for item, path in files if item.role in ("page", "text")
    )


@pytest.mark.parametrize("words", [WORDS[1], "联系电话"], ids=["a line", "some of it"])
def test_a_picture_with_something_struck_out_stays_in_and_readers_are_told(
    approved: Version, words: str, tmp_path: Path
) -> None:
    version = Version(tmp_path, PAPER, findings=[struck(approved.text, words)])
    beside = version.beside()
    assert beside.pictures == {}
    (withheld, pictures) = beside.notes[0]
    assert withheld.startswith("本文有部分内容依法不予公开")
    assert pictures == PICTURES
    assert b"<img" not in everything(version.built(beside))


def test_words_struck_out_in_the_text_stay_in_with_the_picture_that_shows_them(tmp_path: Path) -> None:
    data = draft(paragraph("负责人欧阳若兰。") + in_run(inline()), sign("道路整治负责人欧阳若兰"))
    plain = Version(tmp_path, data)
    assert plain.illustrations().chosen
    version = Version(tmp_path, data, findings=[struck(plain.text, "欧阳若兰")])
    assert version.illustrations().chosen == {}


def test_a_box_in_the_file_keeps_all_its_pictures_in(approved: Version, tmp_path: Path) -> None:
    box = Finding("privacy.health", Severity.REVIEW, None, 0, 0, 0, Place("word/media/image1.png", "ocr", bbox=(0, 0, 9, 9)), "person.mark")  # fmt: skip
    assert Version(tmp_path, PAPER, findings=[box]).illustrations().chosen == {}


def test_a_picture_without_words_stays_in(tmp_path: Path) -> None:
    view = Image.radial_gradient("L").resize((760, 230)).convert("RGB")
    version = Version(tmp_path, draft(in_run(inline()), stored(view, "PNG")))
    assert not any(item.place.kind == "ocr" for item in version.text.segments)
    assert version.illustrations().chosen == {}


def faint() -> bytes:
    """Letters that nobody tells from paper below those that are seen."""
    shown, hidden = page(*WORDS), page("内部留存不予公开", fill=(250, 250, 250))
    whole = Image.new("RGB", (shown.width, shown.height + hidden.height), "white")
    whole.paste(shown, (0, 0))
    whole.paste(hidden, (0, shown.height))
    return stored(whole, "PNG")


def transparent() -> bytes:
    """Black letters on nothing below those that are seen: their colour differs from what surrounds them."""
    shown, letters = page(*WORDS).convert("RGBA"), page("内部留存不予公开").convert("RGBA")
    letters.putalpha(0)
    whole = Image.new("RGBA", (shown.width, shown.height + letters.height), (255, 255, 255, 0))
    whole.paste(shown, (0, 0))
    whole.paste(letters, (0, shown.height))
    return stored(whole, "PNG")


@pytest.mark.parametrize("data", [faint(), transparent()], ids=["faint", "transparent"])
def test_a_picture_that_hides_words_in_its_pixels_stays_in(data: bytes, tmp_path: Path) -> None:
    version = Version(tmp_path, draft(in_run(inline()), data))
    hidden = [item for item in version.text.segments if item.place.kind == "ocr" and not item.visible]
    assert hidden
    assert version.illustrations().chosen == {}


@pytest.mark.parametrize(
    "doubt",
    [
        Doubt("ocr.unsure", "x", Place("word/media/image1.png", "ocr")),
        Doubt("picture.thumbnail", "x", Place("word/media/image1.png", "hidden")),
        Doubt("picture.unread", "x", Place("word/media/image1.png!surplus", "ocr")),
        Doubt("picture.unread", "x"),
    ],
    ids=["unsure", "another thumbnail", "another picture behind it", "somewhere"],
)
def test_a_picture_in_doubt_stays_in_whoever_settled_it(
    approved: Version, doubt: Doubt, tmp_path: Path
) -> None:
    version = Version(tmp_path, PAPER)
    assert version.illustrations().chosen
    text = replace(version.text, doubts=(doubt,))
    version.case = replace(version.case, texts=(PartText(0, PartRole.MAIN, text),))
    assert version.illustrations().chosen == {}


def test_words_that_the_draft_crops_away_do_not_keep_a_picture_in(tmp_path: Path) -> None:
    below = pic(crop='<a:srcRect b="62000"/>')
    version = Version(
        tmp_path, draft(in_run(inline(below)), sign(WORDS[0], "剪裁掉的内部意见", "剪裁掉的电话"))
    )
    assert "剪裁掉的内部意见" in [item.text for item in version.text.segments if not item.visible]
    beside = version.beside()
    files = version.built(beside)
    assert version.proved(files, beside) == []
    words = "".join(item.text for item in read(files[2][1].read_bytes(), "公开件.docx").segments)
    assert WORDS[0] in words
    assert "剪裁" not in words


def test_a_scan_pasted_into_a_document_goes_out_as_its_text(tmp_path: Path) -> None:
    out = io.BytesIO()
    paper = docx.Document()
    paper.add_picture(io.BytesIO(sign(*WORDS)))
    paper.save(out)
    version = Version(tmp_path, out.getvalue())
    assert version.illustrations().chosen == {}
    assert WORDS[0] in version.built(version.beside())[1][1].read_text("utf-8")


def test_a_picture_of_a_page_goes_out_too(tmp_path: Path) -> None:
    source = base64.b64encode(sign(*WORDS)).decode()
    body = f'<p>见下图：</p><p><img src="data:image/png;base64,{source}" alt="{SECRET}"></p><p>图后文字。</p>'
    version = Version(tmp_path, web(body), "网页.html")
    beside = version.beside()
    files = version.built(beside)
    assert version.proved(files, beside) == []
    assert 'alt="图1"' in files[0][1].read_text("utf-8").partition("<p>图后文字。</p>")[0]
    assert SECRET.encode() not in everything(files)


# ------------------------------------------------------------------------------------------- a copy that leaks


def exchanged(placed: Placed, data: bytes) -> Placed:
    return {
        index: tuple(replace(shown, data=data) for shown in pictures) for index, pictures in placed.items()
    }


@pytest.mark.parametrize(
    ("picture", "codes"),
    [
        (sign(*WORDS, "内部意见暂缓办理"), {"public.foreign_text"}),
        (stored(Image.new("RGB", (760, 230), "white"), "PNG"), {"public.missing_text"}),
        (sign("内部意见暂缓办理"), {"public.foreign_text", "public.missing_text"}),
        (faint(), {"public.hidden", "public.foreign_text"}),
    ],
    ids=["more words", "blank", "another picture", "faint words"],
)
def test_pictures_that_are_not_those_that_were_reviewed_are_caught(
    approved: Version, picture: bytes, codes: set[str]
) -> None:
    beside = approved.beside()
    wrong = replace(beside, pictures={0: exchanged(beside.pictures[0], picture)})
    found = approved.proved(approved.built(wrong), wrong)
    assert {problem.code for problem in found} == codes
    assert {problem.artefact for problem in found} == {0, 2}


def test_what_stands_for_a_picture_is_its_number_and_nothing_else(approved: Version) -> None:
    beside = approved.beside()
    files = approved.built(beside)
    path = files[0][1]
    path.write_text(path.read_text("utf-8").replace('alt="图1"', 'alt="经办人石某"'), "utf-8")
    assert {(problem.code, problem.artefact) for problem in approved.proved(files, beside)} == {
        ("public.hidden", 0), ("public.foreign_text", 0),
    }  # fmt: skip
