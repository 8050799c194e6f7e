"""Papers through the real office: their pages go out with the text layer, as pictures, or not at all."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pikepdf
import pytest
from support import FIRST, PHONE, SECOND, SECRECY, SIGNERS, Office
from typeset import Written, reportlab_pdf, set_in_type

from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.pipeline import reprinting
from disclosure_pipeline.store import documents
from tests.hiding.pdf import PLACES
from tests.hiding.pdf_paper import VISIBLE
from tests.hiding.picture import page, stored
from tests.hiding.wordfile import paragraph
from tests.unit.pictured import SECRET, draft, in_run, inline

TITLE = "关于冬季养老服务补贴发放时间的通知"
WITHHELD = "本文有部分内容依法不予公开"


@pytest.fixture
def office(staffed: Callable[..., Office]) -> Office:
    """Pages do not depend on the database."""
    return staffed()


def paper(office: Office, *lines: str) -> str:
    """A pdf with a phone number that waits for its first signature."""
    written = [Written(TITLE, "center", 22.0, 0.0), *map(Written, lines)]
    return office.reviewed(TITLE, name="通知.pdf", raw=reportlab_pdf(set_in_type(written)))


def frozen(office: Office, case: str) -> dict[str, Path]:
    """Where the frozen public files lie, by name."""
    with office.core.database.read() as connection:
        rows = documents.artefacts_of(connection, case, office.row(case).version)
    return {row.name: office.core.vault.path(row.sha256) for row in rows}


def read(office: Office, path: Path) -> Text:
    return office.core.host.extract(SourceFile(0, path, "公开件.pdf"))


def page_of(office: Office, case: str) -> str:
    return frozen(office, case)["page.html"].read_text("utf-8")


def test_a_paper_without_anything_withheld_keeps_its_text_layer(office: Office) -> None:
    case = paper(office, "现就发放时间通知如下。", "各镇人民政府要按时办理。")
    office.sign(case, *SIGNERS[:3])
    files = frozen(office, case)
    assert set(files) == {"page.html", f"{TITLE}.txt", f"{TITLE}.pdf"}
    said = read(office, files[f"{TITLE}.pdf"])
    assert "各镇人民政府要按时办理。" in [item.text for item in said.segments]
    assert {item.place.kind for item in said.segments if item.visible} == {"body"}
    assert [item.text for item in said.segments if not item.visible] == [TITLE]
    assert WITHHELD not in page_of(office, case)


def test_a_text_layer_that_hides_something_goes_out_as_pictures(office: Office) -> None:
    place = next(item for item in PLACES if item.name == "white")
    case = office.reviewed(VISIBLE, name="通知.pdf", raw=place.data)
    office.clear(case, Settlement.DISMISS)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    with pikepdf.open(frozen(office, case)[f"{VISIBLE}.pdf"]) as document:
        assert [list(page.Resources.keys()) for page in document.pages] == [["/XObject"]]
    assert place.marker not in page_of(office, case)


def struck(office: Office) -> str:
    case = paper(office, f"咨询请拨打经办人电话{PHONE}，工作日接听。", "各镇人民政府要按时办理。")
    office.clear(case, Settlement.REDACT)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    return case


def test_what_is_struck_out_is_burnt_into_pictures_and_the_note_names_the_article(office: Office) -> None:
    case = struck(office)
    files = frozen(office, case)
    data = files[f"{TITLE}.pdf"].read_bytes()
    with pikepdf.open(io.BytesIO(data)) as document:
        assert [list(page.Resources.keys()) for page in document.pages] == [["/XObject"]] * 2
    words = "".join(item.text for item in read(office, files[f"{TITLE}.pdf"]).segments)
    assert "各镇人民政府要按时办理" in words
    assert "工作日接听" in words
    assert not any(PHONE[at : at + 4] in words for at in range(len(PHONE) - 3))
    with pikepdf.open(io.BytesIO(data)) as document:
        last = len(document.pages)
        assert str(document.docinfo["/Title"]) == TITLE
    note = "".join(
        item.text for item in read(office, files[f"{TITLE}.pdf"]).segments if item.place.page == last
    )
    assert WITHHELD in note
    article = next(ground.article for ground in office.core.rulebook.grounds if ground.code == "R15")
    assert f"<p>{WITHHELD}，依据：{article}。</p>" in page_of(office, case)


def test_pages_that_still_show_a_struck_number_never_go_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: object) -> Mapping[int, object]:
        return {}

    monkeypatch.setattr(reprinting, "boxes_of", nothing)
    case = struck(office)
    assert set(frozen(office, case)) == {"page.html", f"{TITLE}.txt", f"{TITLE}.docx"}
    assert PHONE not in page_of(office, case)


def test_where_nobody_knows_the_place_of_a_number_the_text_goes_out_without_pages(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reprinting, "aligned", lambda *_: None)
    case = struck(office)
    assert set(frozen(office, case)) == {"page.html", f"{TITLE}.txt", f"{TITLE}.docx"}


# ------------------------------------------------------------------------------------ pictures of documents


def illustrated(office: Office, *lines: str) -> str:
    """A Word document with a picture of some lines that waits for its first signature."""
    words = paragraph("补贴发放流程见下图。") + in_run(inline())
    return office.reviewed(TITLE, name="通知.docx", raw=draft(words, stored(page(*lines), "PNG")))


def test_a_picture_of_a_document_goes_out_in_the_page_and_in_the_document(office: Office) -> None:
    case = illustrated(office, "补贴发放流程示意图", "先申请后审核再发放")
    office.clear(case, Settlement.DISMISS)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    html = page_of(office, case)
    assert '<p>补贴发放流程见下图。</p>\n<p><img src="data:image/png;base64,' in html
    assert SECRET not in html
    files = frozen(office, case)
    said = read(office, files[f"{TITLE}.docx"]).segments
    assert "补贴发放流程示意图" in [item.text for item in said if item.place.kind == "ocr"]
    assert WITHHELD not in html


def test_a_picture_in_which_something_was_struck_out_does_not_go_out(office: Office) -> None:
    case = illustrated(office, "补贴发放流程示意图", f"经办人电话{PHONE}")
    office.clear(case, Settlement.REDACT)
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    html = page_of(office, case)
    assert "<img" not in html
    assert WITHHELD in html
    with zipfile.ZipFile(frozen(office, case)[f"{TITLE}.docx"]) as package:
        assert not [name for name in package.namelist() if "media" in name]
