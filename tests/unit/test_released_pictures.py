"""Pictures without words: they go out only if an officer ruled that just these pixels are public, and are proved."""

from __future__ import annotations

import base64
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from disclosure_pipeline.builtin.public import Beside
from disclosure_pipeline.builtin.public.picture_proof import compare_held
from disclosure_pipeline.builtin.stages import FreezeStage
from disclosure_pipeline.errors import PluginFault
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.hooks.pictures import FREEZE, JudgedPicture, PictureSource, judge
from disclosure_pipeline.hooks.stages import Stage
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.pictures import Outlook, Ruling
from disclosure_pipeline.model.text import Doubt, Place
from tests.hiding import decks
from tests.hiding.opc import Relation
from tests.hiding.picture import page, stored
from tests.hiding.wordfile import paragraph
from tests.recognition_desk import desk, submission  # noqa: F401 -- fixtures
from tests.unit.illustrated import WORDS, Tools, Version, everything, sign, struck
from tests.unit.pictured import SECRET, draft, in_run, inline, photo, web

PUBLIC, KEPT, OPEN = Ruling.PUBLIC, Ruling.KEPT, Ruling.OPEN


def drawing() -> bytes:
    """Ink on paper in which nothing is read."""
    sheet = Image.new("RGB", (900, 700), "white")
    ImageDraw.Draw(sheet).line([(50, 650), (300, 200), (500, 500), (850, 50)], fill="black", width=12)
    return stored(sheet, "PNG")


def ring() -> bytes:
    """Ink that recognition takes for a letter."""
    sheet = Image.new("RGB", (900, 700), "white")
    ImageDraw.Draw(sheet).ellipse((100, 50, 800, 650), outline="black", width=14)
    return stored(sheet, "PNG")


def paper(picture: bytes) -> bytes:
    """A document that shows a picture which bears a secret beside its pixels."""
    return draft(paragraph("见下图：") + in_run(inline()) + paragraph("图后文字。"), picture)


@pytest.fixture
def version(tmp_path: Path) -> Version:
    return Version(tmp_path, paper(photo()))


def outlooks(version: Version) -> list[Outlook]:
    return [item.outlook for item in version.illustrations().judged]


def codes(version: Version, beside: Beside) -> set[str]:
    return {problem.code for problem in version.proved(version.built(beside), beside)}


# ------------------------------------------------------------------------------------------ what goes out


def test_a_picture_that_was_ruled_public_goes_out_and_is_proved(version: Version) -> None:
    version.rule(PUBLIC)
    beside = version.beside()
    files = version.built(beside)
    assert version.proved(files, beside) == []
    ((_, (shown,)),) = beside.pictures[0].items()
    html = files[0][1].read_text("utf-8")
    assert re.findall(r'<img src="data:[^,]*,([^"]*)"', html) == [base64.b64encode(shown.data).decode()]
    (paper_file,) = (path for item, path in files if item.role == "copy")
    with zipfile.ZipFile(paper_file) as package:
        media = [package.read(name) for name in package.namelist() if "media" in name]
    assert media == [shown.data]
    assert SECRET.encode() not in everything(files)


@pytest.mark.parametrize(
    ("ruling", "outlook"), [(None, Outlook.UNRULED), (KEPT, Outlook.KEPT), (OPEN, Outlook.UNRULED)]
)
def test_without_such_a_ruling_it_stays_in(version: Version, ruling: Ruling | None, outlook: Outlook) -> None:
    version.rule(*[ruling] if ruling else [])
    assert outlooks(version) == [outlook]
    beside = version.beside()
    assert beside.pictures == {}
    assert b"<img" not in everything(version.built(beside))
    assert beside.notes == {}


def test_a_picture_of_a_page_goes_out_too(tmp_path: Path) -> None:
    source = base64.b64encode(photo()).decode()
    body = f'<p>见下图：</p><p><img src="data:image/png;base64,{source}" alt="{SECRET}"></p><p>图后文字。</p>'
    version = Version(tmp_path, web(body), "网页.html")
    assert outlooks(version) == [Outlook.UNRULED]
    version.rule(PUBLIC)
    beside = version.beside()
    files = version.built(beside)
    assert version.proved(files, beside) == []
    assert b"<img" in files[0][1].read_bytes()
    assert SECRET.encode() not in everything(files)


def test_a_picture_of_a_slide_goes_out_too(tmp_path: Path) -> None:
    shown = decks.picture("rId2", at=(100, 200), size=(300, 150)).replace(
        "<a:stretch/>", "<a:stretch><a:fillRect/></a:stretch>"
    )
    slides = decks.Deck(
        shapes=shown + decks.box("旁白文字在图下", at=(450, 400)), parts={"ppt/media/image1.png": photo()},
        relations={"ppt/slides/slide1.xml": [Relation("image", "../media/image1.png")]},
    ).data()  # fmt: skip
    version = Version(tmp_path, slides, "幻灯.pptx")
    assert outlooks(version) == [Outlook.UNRULED]
    assert version.beside().pictures == {}
    version.rule(PUBLIC)
    beside = version.beside()
    assert version.proved(version.built(beside), beside) == []
    assert len(beside.pictures[0]) == 1


def test_ink_in_which_nothing_is_read_goes_out_when_it_was_released(tmp_path: Path) -> None:
    version = Version(tmp_path, paper(drawing()))
    assert [doubt.code for doubt in version.text.doubts] == ["picture.no_words"]
    assert outlooks(version) == [Outlook.UNRULED]
    version.rule(PUBLIC)
    beside = version.beside()
    assert version.proved(version.built(beside), beside) == []
    assert "public.unread" in codes(version, replace(beside, released=frozenset()))


def test_a_stray_letter_is_no_word(tmp_path: Path) -> None:
    version = Version(tmp_path, paper(ring()))
    assert [item.text for item in version.text.segments if item.place.kind == "ocr"] == ["O"]
    assert outlooks(version) == [Outlook.UNRULED]
    assert version.beside().pictures == {}
    version.rule(PUBLIC)
    beside = version.beside()
    assert version.proved(version.built(beside), beside) == []


def test_the_stage_that_makes_the_copy_tells_the_same(version: Version) -> None:
    version.rule(PUBLIC)
    told = FreezeStage().illustrations(version.case, Tools(version.folder))
    assert told == version.illustrations().judged
    assert [item.outlook for item in told] == [Outlook.RELEASED]


class Wayward(FreezeStage):
    """Answers what it was told to, or raises words of the document."""

    def __init__(self, answer: object):
        self._answer = answer

    def illustrations(self, case: Case, source: PictureSource) -> tuple[JudgedPicture, ...]:
        if self._answer is None:
            raise RuntimeError(SECRET)
        return self._answer  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ({}, "stage.missing"),
        ({FREEZE: Wayward([])}, "stage.nonsense"),
        ({FREEZE: Wayward(None)}, "stage.raised"),
    ],
    ids=["none", "nonsense", "raised"],
)
def test_a_stage_that_does_not_answer_is_a_fault_and_no_empty_list(
    version: Version, stages: dict[str, Stage], code: str
) -> None:
    with pytest.raises(PluginFault) as caught:
        judge(stages, version.case, Tools(version.folder))
    assert caught.value.code == code
    assert SECRET not in f"{caught.value} {caught.value.advice}"


# ------------------------------------------------------------------------------- what no ruling lets out


def test_a_ruling_on_other_pixels_under_the_same_name_releases_nothing(
    version: Version, tmp_path: Path
) -> None:
    (key,) = version.rule(PUBLIC)
    folder = tmp_path / "other"
    folder.mkdir()
    other = Version(folder, paper(photo(1)))
    other.case = replace(other.case, rulings=version.case.rulings)
    (judged,) = other.illustrations().judged
    assert (judged.key.part, judged.key.name) == (key.part, key.name)
    assert judged.key.pixels != key.pixels
    assert judged.outlook is Outlook.UNRULED
    assert other.beside().pictures == {}


@pytest.mark.parametrize("change", [{"part": 1}, {"name": "0" * 64}], ids=["another file", "another name"])
def test_a_ruling_on_another_picture_with_these_pixels_releases_nothing(
    version: Version, change: dict[str, object]
) -> None:
    (key,) = version.rule()
    version.case = replace(version.case, rulings={key._replace(**change): PUBLIC})
    assert outlooks(version) == [Outlook.UNRULED]


@pytest.mark.parametrize(
    "doubt",
    [
        Doubt("ocr.unsure", "x", Place("word/media/image1.png", "ocr")),
        Doubt("picture.unread", "x", Place("word/media/image1.png!surplus", "ocr")),
        Doubt("picture.unread", "x"),
    ],
    ids=["unsure", "another picture behind it", "somewhere"],
)
def test_a_picture_in_doubt_stays_in_whatever_was_ruled(version: Version, doubt: Doubt) -> None:
    version.rule(PUBLIC)
    text = replace(version.text, doubts=(doubt,))
    version.case = replace(version.case, texts=(PartText(0, PartRole.MAIN, text),))
    assert outlooks(version) == [Outlook.DOUBTFUL]
    assert version.beside().pictures == {}


def test_a_box_in_the_file_keeps_it_in_whatever_was_ruled(tmp_path: Path) -> None:
    place = Place("word/media/image1.png", "ocr", bbox=(0, 0, 9, 9))
    box = Finding("privacy.health", Severity.REVIEW, None, 0, 0, 0, place, "person.mark")
    version = Version(tmp_path, paper(photo()), findings=[box])
    version.rule(PUBLIC)
    assert outlooks(version) == [Outlook.BOXED]


def test_a_picture_with_words_is_none_that_a_ruling_releases(tmp_path: Path) -> None:
    data = paper(sign(*WORDS))
    plain = Version(tmp_path, data)
    version = Version(tmp_path, data, findings=[struck(plain.text, WORDS[1])])
    version.rule(PUBLIC)
    assert outlooks(version) == [Outlook.STRUCK]
    assert version.beside().pictures == {}


def test_a_picture_that_hides_words_in_its_pixels_stays_in_whatever_was_ruled(tmp_path: Path) -> None:
    version = Version(tmp_path, paper(stored(page("内部留存不予公开", fill=(250, 250, 250)), "PNG")))
    version.rule(PUBLIC)
    assert outlooks(version) == [Outlook.HIDING]
    assert version.beside().pictures == {}


# --------------------------------------------------------------------------------------- a copy that leaks


def test_a_picture_that_nobody_released_is_caught(version: Version) -> None:
    version.rule(PUBLIC)
    beside = version.beside()
    assert codes(version, replace(beside, released=frozenset())) == {"public.unreleased_picture"}


def test_other_pixels_in_the_place_of_those_released_are_caught(version: Version) -> None:
    version.rule(PUBLIC)
    beside = version.beside()
    ((index, (shown,)),) = beside.pictures[0].items()
    wrong = replace(beside, pictures={0: {index: (replace(shown, data=photo(1)),)}})
    assert codes(version, wrong) == {"public.unreleased_picture"}


def test_a_file_that_is_not_the_planned_one_is_caught(version: Version) -> None:
    version.rule(PUBLIC)
    beside = version.beside()
    files = [(replace(item, sha256="0" * 64), path) for item, path in version.built(beside)]
    found = {(problem.code, problem.artefact) for problem in version.proved(files, beside)}
    assert found == {("public.foreign_picture", 0), ("public.foreign_picture", 2)}


def test_a_picture_beside_those_that_were_chosen_is_caught(version: Version) -> None:
    version.rule(PUBLIC)
    beside = version.beside()
    content = version.built(beside)[0][1].read_bytes()
    more = base64.b64encode(photo(1))
    wrong = content.replace(b"</body>", b'<img src="data:image/png;base64,' + more + b'" alt=""></body>')
    assert wrong != content
    given = (version.case.texts, beside.pictures, beside.released)
    assert compare_held(content, "text/html", *given) == []
    (problem,) = compare_held(wrong, "text/html", *given)
    assert (problem.code, problem.count) == ("public.foreign_picture", 1)
