"""How the pages about a document show its text, what its pages are called, and which of them somebody may open."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from openpyxl import Workbook
from support import BODY, DEPARTMENT, SECRECY, SIGNERS, Office
from web import Seat, signed_in

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role

HEADER, WORDS, BOTH = "示范县民政局内部编号甲一", "柳河村名册甲字第九号", "两边人"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    return staffed()


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


def in_english(seat: Seat) -> None:
    seat.get("/account")
    seat.post("/account", {"language": "en"})


def with_header() -> bytes:
    draft = docx.Document()
    draft.sections[0].header.paragraphs[0].text = HEADER
    for line in ("关于补贴的通知", BODY, "示范县民政局", "2026年11月2日"):
        draft.add_paragraph(line)
    packed = io.BytesIO()
    draft.save(packed)
    return packed.getvalue()


def long_list() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名册"
    for row in ((WORDS, "金额"), *((f"第{number}户", "300") for number in range(1, 250))):
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("page", ["review", "preview"])
def test_what_stands_apart_from_the_text_is_told_from_it(office: Office, officer: Seat, page: str) -> None:
    case = office.reviewed(name="通知.docx", raw=with_header())
    officer.get(f"/documents/{case}/{page}")
    (apart,) = officer.page.xpath("//article//p[@class='apart']")
    assert " ".join(apart.text_content().split()) == f"页眉 {HEADER}"
    plain = [item.text_content() for item in officer.page.xpath("//article//p[@class='para']")]
    assert (BODY in "".join(plain), HEADER in "".join(plain)) == (True, False)


def test_what_is_covered_in_the_first_row_of_a_list_is_covered_on_all_its_pages(
    office: Office, officer: Seat
) -> None:
    case = office.reviewed(name="名册.xlsx", raw=long_list())
    officer.get(f"/documents/{case}/review")
    officer.press("//form[@data-marking]", "redact", words=WORDS, kind="process.information")
    assert officer.refusal == ""
    for number in ("1", "2"):
        officer.get(f"/documents/{case}/preview", part="0", page=number)
        assert (officer.status, "户" in officer.words, WORDS in officer.words) == (200, True, False)


def test_pages_are_called_in_the_readers_language(office: Office, officer: Seat) -> None:
    body = "\n".join(f"第{number}条，补贴按月发放，请各镇按时核对。" for number in range(1, 300))
    case = office.reviewed(body=body)
    listed = office.reviewed(name="名册.xlsx", raw=long_list())
    officer.get(f"/documents/{case}/review")
    assert "第1屏" in officer.words
    in_english(officer)
    for page in ("review", "preview"):
        officer.get(f"/documents/{case}/{page}")
        (head,) = officer.page.xpath("//h2[@class='sheethead']")
        assert head.text_content().strip().endswith("Screen 1")
        assert "Screen 2" in officer.words
        officer.get(f"/documents/{listed}/{page}")
        assert "“名册”, rows 1–200" in officer.words


def test_an_english_officer_confirms_in_english(office: Office, officer: Seat) -> None:
    case = office.reviewed()
    in_english(officer)
    officer.get(f"/documents/{case}/review")
    assert f"isolate {case}" in officer.words
    form = "//form[contains(@action, '/suspect')]"
    officer.press(form, reason="疑似涉密", typed=case)
    assert (officer.status, office.state(case)) == (409, State.IN_REVIEW)
    officer.press(form, reason="疑似涉密", typed=f"isolate {case}")
    assert office.state(case) is State.QUARANTINED
    officer.get(f"/quarantine/{case}")
    assert f"destroy {case}" in officer.words
    assert "Recycle bin of the share" in officer.words
    assert "回收站" not in officer.words


def test_a_role_in_another_unit_opens_no_further_page(office: Office, app: Any) -> None:
    office.hire(BOTH, Role.CLERK, DEPARTMENT)
    office.hire(BOTH, Role.SECOND, unit="elsewhere")
    office.hire(BOTH, Role.ADMIN, unit="elsewhere")
    case = office.published()
    with signed_in(app, office, BOTH) as both:
        both.get(f"/documents/{case}/timeline")
        shown = [path.rpartition("/")[2] for path in both.page.xpath("//nav[@class='tabs']//a/@href")]
        assert shown == ["review", "preview", "difference", "timeline", "clock", "queue"]
        before = office.query("SELECT actor, what FROM access")
        for page in ("sign", "sheet", "public/nothing.html"):
            both.get(f"/documents/{case}/{page}")
            assert both.status == 403, page
        assert office.query("SELECT actor, what FROM access") == before


def test_a_head_offers_recording_to_administrators_of_its_unit_only(office: Office, app: Any) -> None:
    office.hire(BOTH, Role.ADMIN, unit="elsewhere")
    office.hire(BOTH, Role.ADMIN)
    case = office.reviewed()
    office.sql("UPDATE document SET unit = 'elsewhere' WHERE id = :d", d=case)
    with signed_in(app, office, BOTH) as both:
        both.get(f"/documents/{case}")
        assert "代录纸质或 OA 签署" in both.words


def test_a_file_that_is_not_there_was_not_looked_at(office: Office, app: Any) -> None:
    case = office.published()
    with signed_in(app, office, SIGNERS[-1]) as signer:
        signer.get(f"/documents/{case}/public/nothing.html")
        assert signer.status == 404
        assert office.query("SELECT what FROM access WHERE document = :d", d=case) == []
