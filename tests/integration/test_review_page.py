"""What the review page shows of real files: pictures, boxes, marked text, and whether all of it was shown."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select
from support import BODY, CLERK, FINAL, FIRST, OTHER_DEPARTMENT, PHONE, SECRECY, Office, refused
from typeset import Written, reportlab_pdf, set_in_type

from disclosure_pipeline.errors import DisclosureError, NotFound, Refused, StoreFault
from disclosure_pipeline.hooks import page_pictures
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.page_pictures import PagePrinter
from disclosure_pipeline.model.difference import Changed
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.model.words import page_in_words
from disclosure_pipeline.pipeline import differences, reading_view, shown
from disclosure_pipeline.pipeline.pages import PagePictures
from disclosure_pipeline.pipeline.reading_view import TableView, TextView
from disclosure_pipeline.pipeline.shelf import TextShelf
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.store import people, purging
from disclosure_pipeline.store.console_tables import page_view
from disclosure_pipeline.store.people import Person
from disclosure_pipeline.store.tables import access

PDF, PNG, JPEG, TIFF = "application/pdf", "image/png", "image/jpeg", "image/tiff"
DAY_BEFORE = "2026-01-01T00:00:00.000000Z"


@pytest.fixture(scope="module")
def printer() -> Iterator[PagePrinter]:
    with PagePrinter(Settings(), processes=1) as made:
        yield made


@pytest.fixture
def desk(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite alone: nothing here depends on the database."""
    store = tmp_path / "one.sqlite"
    store.write_bytes(sqlite_template.read_bytes())
    made = open_office(f"sqlite:///{store}")
    made.staff()
    return made


@pytest.fixture
def pictures(desk: Office) -> Iterator[PagePictures]:
    with PagePictures(desk.core, processes=1) as made:
        yield made


def paper(*, filler: int = 24) -> bytes:
    """A 公文 of two pages; a telephone number that a line break cuts stands on the second."""
    written = [Written("关于冬季养老服务补贴发放时间的通知", "center", 22.0, 0.0)]
    written += [Written(f"第{number}条规定的事项由各镇人民政府负责落实。") for number in range(filler)]
    written.append(Written(f"各镇人民政府在办理过程中如果遇到问题请及时拨打电话号码{PHONE}进行咨询。"))
    return reportlab_pdf(set_in_type(written))


def source(folder: Path, data: bytes) -> SourceFile:
    path = folder / "original"
    path.write_bytes(data)
    return SourceFile(0, path, "", sha256=hashlib.sha256(data).hexdigest())


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


def person(office: Office, name: str) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


# ----------------------------------------------------------------------- pictures


def test_pages_of_a_pdf_are_drawn_and_show_what_is_printed(printer: PagePrinter, tmp_path: Path) -> None:
    file = source(tmp_path, paper())
    first, second = printer.picture(file, PDF, 1, 1240), printer.picture(file, PDF, 2, 620)
    sizes = printer.sizes(file, PDF)

    assert [(round(wide), round(high)) for wide, high in sizes] == [(595, 842), (595, 842)]
    # A fraction of a pixel at the edge of a page is one.
    assert size_of(first.data)[0] in (1240, 1241)
    assert size_of(second.data)[0] in (620, 621)
    with Image.open(io.BytesIO(first.data)) as drawn:
        assert 0 < sum(drawn.convert("L").histogram()[:64]) < 100_000
    assert "冬季养老服务" in printer.letters(file, PDF, 1).text


def test_a_page_that_there_is_not_is_not_drawn(printer: PagePrinter, tmp_path: Path) -> None:
    file = source(tmp_path, paper(filler=1))

    for number in (0, 2, -1):
        with pytest.raises(NotFound):
            printer.picture(file, PDF, number, 1240)


def test_a_file_that_was_changed_is_not_drawn(printer: PagePrinter, tmp_path: Path) -> None:
    file = source(tmp_path, paper(filler=2))
    file.path.write_bytes(paper(filler=3))

    with pytest.raises(StoreFault):
        printer.picture(file, PDF, 1, 1240)


@pytest.mark.parametrize("media_type", [PDF, PNG])
def test_a_broken_file_is_an_error_with_a_code(printer: PagePrinter, tmp_path: Path, media_type: str) -> None:
    with pytest.raises(DisclosureError) as raised:
        printer.picture(source(tmp_path, b"%PDF-1.7 nothing" + media_type.encode()), media_type, 1, 1240)
    assert raised.value.code == "pages.undrawn"


def test_a_scan_of_several_pages_is_drawn_page_by_page(printer: PagePrinter, tmp_path: Path) -> None:
    pages = [Image.new("L", (1654, 2339), shade) for shade in (255, 0)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    file = source(tmp_path, data)

    assert [(round(wide), round(high)) for wide, high in printer.sizes(file, TIFF)] == [
        (595, 842),
        (595, 842),
    ]
    shades = []
    for number in (1, 2):
        with Image.open(io.BytesIO(printer.picture(file, TIFF, number, 620).data)) as drawn:
            shades.append((drawn.size, drawn.convert("L").getpixel((300, 300))))
    assert shades == [((620, 877), 255), ((620, 877), 0)]
    assert printer.letters(file, TIFF, 2).text == ""


def test_a_photograph_held_sideways_is_shown_upright(printer: PagePrinter, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph = Image.effect_noise((1600, 1200), 90).convert("RGB")
    ImageDraw.Draw(photograph).rectangle((0, 0, 200, 1200), "blue")
    file = source(tmp_path, saved(photograph, "JPEG", exif=exif))
    drawn = printer.picture(file, JPEG, 1, 600)

    assert (drawn.media_type, size_of(drawn.data)) == (JPEG, (600, 800))
    ((wide, high),) = printer.sizes(file, JPEG)
    assert wide < high


def test_boxes_frame_the_number_and_not_the_paragraph(desk: Office, pictures: PagePictures) -> None:
    case = desk.reviewed(raw=paper(), name="通知.pdf")
    found = next(item for item in desk.findings(case) if item.finding.kind == "privacy.mobile")
    boxes = pictures.boxes(case, 1, 0, 2)
    picture = pictures.picture(case, 1, 0, 2)

    assert found.id not in pictures.boxes(case, 1, 0, 1)
    assert boxes[found.id]
    assert sum(right - left for left, _, right, _ in boxes[found.id]) < 0.25
    wide, high = size_of(picture.data)
    with Image.open(io.BytesIO(picture.data)) as drawn:
        for left, top, right, bottom in boxes[found.id]:
            framed = drawn.convert("L").crop(
                (int(left * wide), int(top * high), int(right * wide), int(bottom * high))
            )
            assert sum(framed.histogram()[:96]) > 0
    assert reading_view.read(desk.core, case, 1).page_of(found.id) == (0, 2)


def test_a_picture_that_was_drawn_is_kept_but_never_given_away(desk: Office, pictures: PagePictures) -> None:
    case = desk.reviewed(raw=paper(filler=1), name="通知.pdf")
    drawn = pictures.picture(case, 1, 0, 1, 5000)
    assert pictures.picture(case, 1, 0, 1, 2000) is drawn

    desk.sql("UPDATE document SET state = 'quarantined'")
    for ask in (
        lambda: pictures.picture(case, 1, 0, 1, 2000),
        lambda: pictures.page_sizes(case, 1, 0),
        lambda: pictures.boxes(case, 1, 0, 1),
        lambda: reading_view.read(desk.core, case, 1),
        lambda: differences.between_versions(desk.core, case, 1, 1),
        lambda: shown.note_shown(desk.core, person(desk, SECRECY), case, 1, part=0, page=1),
    ):
        assert refused(ask) == "content_sealed"


def test_only_checked_originals_are_drawn(desk: Office, pictures: PagePictures) -> None:
    case = desk.reviewed(raw=paper(filler=1), name="通知.pdf")
    text = desk.reviewed()

    assert refused(lambda: pictures.picture(text, 1, 0, 1)) == "pages.no_pictures"
    for version, part in ((2, 0), (0, 0), (1, 5)):
        with pytest.raises(NotFound):
            pictures.picture(case, version, part, 1)
    waiting = desk.hand_in(raw=paper(filler=1), name="再报.pdf").case
    assert refused(lambda: pictures.picture(waiting, 1, 0, 1)) == "content_sealed"
    desk.sql(f"DELETE FROM extract WHERE document = '{case}'")
    assert refused(lambda: pictures.picture(case, 1, 0, 1)) == "original_missing"


def test_a_page_that_takes_too_long_is_given_up_and_not_tried_again_at_once(
    desk: Office, pictures: PagePictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = desk.reviewed(raw=paper(filler=1), name="通知.pdf")
    with monkeypatch.context() as hurry:
        hurry.setattr(page_pictures, "SECONDS", 0.001)
        assert refused(lambda: pictures.picture(case, 1, 0, 1)) == "sandbox.timeout"

    assert refused(lambda: pictures.picture(case, 1, 0, 1)) == "sandbox.timeout"
    assert pictures.picture(case, 1, 0, 1, 500).data


# -------------------------------------------------------------------- reading view


def workbook(rows: int) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名册"
    sheet.append(["户主", "电话"])
    for number in range(rows):
        sheet.append([f"第{number}户", f"1391234{number:04}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word_draft() -> bytes:
    from docx import Document

    draft = Document()
    draft.add_paragraph("关于发放补贴的通知")
    draft.add_paragraph("一、总体要求")
    draft.add_paragraph(f"联系人电话{PHONE}\u202e。<script>alert(1)</script>")
    table = draft.add_table(rows=2, cols=2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"格{number}"
    out = io.BytesIO()
    draft.save(out)
    return out.getvalue()


def test_a_word_draft_is_shown_block_by_block(desk: Office) -> None:
    case = desk.reviewed(raw=word_draft(), name="通知.docx")
    shown_part = reading_view.read(desk.core, case, 1).parts[0]
    blocks = shown_part.pages[0].blocks

    assert [(block.kind, block.level) if isinstance(block, TextView) else "table" for block in blocks] == [
        ("paragraph", 0), ("heading", 1), ("paragraph", 0), "table",
    ]  # fmt: skip
    telephone = next(item.id for item in desk.findings(case) if item.finding.kind == "privacy.mobile")
    assert isinstance(blocks[2], TextView)
    pieces = blocks[2].spans[0].pieces
    assert [piece.text for piece in pieces if telephone in piece.marks] == [PHONE]
    assert "".join(piece.shown for piece in pieces).endswith("‹RLO›。<script>alert(1)</script>")
    assert isinstance(blocks[3], TableView)
    assert [len(row.cells) for row in blocks[3].rows] == [2, 2]
    assert {group.kind for panel in shown_part.hidden for group in panel.groups} >= {"metadata"}


def test_texts_are_kept_until_the_document_takes_a_step(desk: Office) -> None:
    case = desk.reviewed(raw=word_draft(), name="通知.docx")
    shelf = TextShelf()

    def words() -> str:
        page = reading_view.read(desk.core, case, 1, shelf).parts[0].pages[0]
        return "".join(
            piece.text
            for block in page.blocks
            if isinstance(block, TextView)
            for span in block.spans
            for piece in span.pieces
        )

    assert PHONE in words()
    desk.sql("UPDATE extract SET segments = '[]'")
    assert PHONE in words()
    desk.sql("UPDATE document SET revision = revision + 1")
    assert words() == ""

    desk.sql("UPDATE document SET state = 'destroyed'")
    assert refused(words) == "content_sealed"


def test_a_list_of_telephones_is_one_finding_over_the_pages_of_its_sheet(desk: Office) -> None:
    case = desk.reviewed(raw=workbook(450), name="名册.xlsx")
    view = reading_view.read(desk.core, case, 1)
    listed = next(item for item in view.findings.values() if item.settled.finding.kind == "privacy.mobile")

    assert [page_in_words(page.label) for page in view.parts[0].pages] == [
        "“名册”第1—200行", "“名册”第201—400行", "“名册”第401—451行",
    ]  # fmt: skip
    assert (listed.count, len(listed.cells), listed.numbers) == (450, 450, (1, 2, 3))
    assert (listed.cells[0], listed.cells[-1]) == ("名册!B2", "名册!B451")


# --------------------------------------------------------------------------- shown


def unseen(office: Office, case: str, name: str) -> list[tuple[int, int]]:
    with office.core.database.read() as connection:
        return [(item.part, item.page) for item in shown.all_shown(connection, case, 1, name)]


def test_every_page_and_every_hidden_panel_must_be_shown(office: Office) -> None:
    case = office.reviewed(raw=paper(), name="通知.pdf")
    officer = person(office, SECRECY)
    assert unseen(office, case, SECRECY) == [(0, 0), (0, 1), (0, 2)]

    shown.note_shown(office.core, officer, case, 1, part=0, page=2)
    shown.note_shown(office.core, officer, case, 1, part=0, page=0)
    assert unseen(office, case, SECRECY) == [(0, 1)]
    assert len(unseen(office, case, FINAL)) == 3
    with office.core.database.read() as connection, pytest.raises(Refused) as raised:
        shown.check_shown(connection, case, 1, SECRECY)
    assert raised.value.code == "pages_not_shown"

    shown.note_shown(office.core, officer, case, 1, part=0, page=1)
    with office.core.database.read() as connection:
        shown.check_shown(connection, case, 1, SECRECY)


def test_a_look_is_logged_once_a_day_and_keeps_its_first_moment(office: Office) -> None:
    case = office.reviewed(raw=paper(), name="通知.pdf")
    officer = person(office, SECRECY)

    def logged() -> int:
        with office.core.database.read() as connection:
            rows = connection.execute(
                select(access.c.actor, access.c.what).where(access.c.document == case)
            ).all()
        assert set(rows) == {(SECRECY, "review")}
        return len(rows)

    for page in (1, 2, 1, 2, 0):
        shown.note_shown(office.core, officer, case, 1, part=0, page=page)
    assert logged() == 1

    office.sql(f"UPDATE page_view SET at = '{DAY_BEFORE}', last_at = '{DAY_BEFORE}'")
    for page in (2, 1, 2):
        shown.note_shown(office.core, officer, case, 1, part=0, page=page)
    assert logged() == 2
    with office.core.database.read() as connection:
        rows = connection.execute(select(page_view).order_by(page_view.c.page)).all()
    assert [(row.page, row.at == DAY_BEFORE, row.last_at == DAY_BEFORE) for row in rows] == [
        (0, True, True), (1, True, False), (2, True, False),
    ]  # fmt: skip


def test_nobody_notes_what_they_may_not_see(desk: Office) -> None:
    case = desk.reviewed()
    desk.hire("外人", Role.CLERK, OTHER_DEPARTMENT)

    with pytest.raises(NotFound):
        shown.note_shown(desk.core, person(desk, "外人"), case, 1, part=0, page=1)
    with pytest.raises(NotFound):
        shown.note_shown(desk.core, person(desk, SECRECY), case, 1, part=3, page=1)
    assert unseen(desk, case, "外人") == [(0, 1)]


# --------------------------------------------------------------------- differences


def test_a_corrected_draft_is_compared_with_the_one_that_was_signed(desk: Office) -> None:
    case = desk.reviewed("关于补贴的通知", BODY + f"联系电话{PHONE}。", name="通知.txt")
    desk.clear(case, Settlement.ACCEPT)
    desk.sign(case, SECRECY)
    desk.decide(case, FIRST, Verb.RETURN, reason="请改日期")
    desk.hand_in(
        "关于补贴的通知",
        BODY.replace("冬季", "春季") + f"联系电话{PHONE}。",
        name="通知.txt",
        case=case,
        by=CLERK,
    )
    desk.work()

    with desk.core.database.read() as connection:
        assert differences.signed_before(connection, case, SECRECY, 2) == 1
        assert differences.signed_before(connection, case, FINAL, 2) is None
    found = differences.between_versions(desk.core, case, 1, 2)
    (changed,) = (item for item in found.parts[0].text if isinstance(item, Changed))
    assert [(item.how.value, item.text) for item in changed.words if item.how.value != "same"] == [
        ("removed", "冬"), ("added", "春"),
    ]  # fmt: skip
    assert [(item.old and item.old.settled, item.new and item.new.settled) for item in found.findings] == [
        (Settlement.ACCEPT, None)
    ]
    assert (found.head_known, found.fields) == (True, ())


def test_what_a_version_was_called_and_reviewed_as_is_compared(desk: Office) -> None:
    case = desk.reviewed("关于补贴的通知", BODY, name="通知.txt")
    desk.decide(case, SECRECY, Verb.RETURN, reason="请改标题和属性")
    desk.hand_in("关于津贴的通知", BODY, name="通知.txt", case=case, by=CLERK, attribute="依申请公开")
    desk.work()
    found = differences.between_versions(desk.core, case, 1, 2)
    assert found.head_known
    assert ("title", "关于补贴的通知", "关于津贴的通知") in [
        (item.name, item.before, item.after) for item in found.fields
    ]

    with desk.core.database.write() as connection:
        purging.purge_text(connection, case)
    assert desk.query("SELECT count(*) FROM version_head") == [(0,)]
