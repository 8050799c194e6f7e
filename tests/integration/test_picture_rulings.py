"""Pictures without words through the real office: what officers see of them, rule on them, and what goes out then."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support import ADMIN, FIRST, PHONE, SECOND, SECRECY, SECRECY_2, SIGNERS, Office, refused
from traces import files_with
from web import Seat, signed_in

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import Outlook, Ruling
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import backup, illustrations, marking
from disclosure_pipeline.pipeline.illustrations import PictureView
from disclosure_pipeline.pipeline.pages import PagePictures
from disclosure_pipeline.store import documents
from tests.hiding.picture import page, stored
from tests.hiding.wordfile import paragraph
from tests.unit.pictured import SECRET, draft, in_run, inline, photo, pic

TITLE = "关于冬季养老服务补贴发放时间的通知"
PUBLIC, KEPT, OPEN = Ruling.PUBLIC, Ruling.KEPT, Ruling.OPEN
REASON = f"已核对原图，联系人{PHONE}"


def letter(turn: int = 0, more: str = "") -> bytes:
    """A Word document with a photograph that bears a secret beside its pixels."""
    return draft(paragraph(f"补贴发放现场见下图。{more}") + in_run(inline()), photo(turn))


@pytest.fixture
def alone(staffed: Callable[..., Office]) -> Office:
    """For what does not depend on the database."""
    return staffed()


class Desk:
    """The pictures of an office's documents before its officers."""

    def __init__(self, office: Office, pages: PagePictures):
        self.office = office
        self.pages = pages

    def reviewed(self, turn: int = 0) -> str:
        """A letter whose findings are settled."""
        case = self.office.reviewed(TITLE, name="通知.docx", raw=letter(turn))
        self.office.clear(case, Settlement.DISMISS)
        return case

    def seen(self, case: str) -> PictureView:
        (found,) = illustrations.survey(self.office.core, self.pages, case).pictures
        return found

    def rule(self, case: str, ruling: Ruling, *, by: str = SECRECY, **other: Any) -> int:
        key = self.seen(case).key
        version = self.office.row(case).version
        wish = {"part": key.part, "pixels": key.pixels, "version": version, "by": by, **other}
        return illustrations.rule(self.office.core, self.pages, case, ruling, **wish)


@contextmanager
def desk_of(office: Office) -> Iterator[Desk]:
    with PagePictures(office.core, processes=1) as pages:
        yield Desk(office, pages)


def page_of(office: Office, case: str) -> str:
    with office.core.database.read() as connection:
        rows = documents.artefacts_of(connection, case, office.row(case).version)
    (page,) = (row for row in rows if row.name == "page.html")
    return office.core.vault.path(page.sha256).read_text("utf-8")


def kept_rows(office: Office) -> list[tuple[Any, ...]]:
    return office.query('SELECT version, ruling, "by", reason FROM picture_ruling ORDER BY version, ruling')


# --------------------------------------------------------------------------------------------- the way


def test_a_released_picture_goes_its_whole_way(office: Office) -> None:
    with desk_of(office) as desk:
        case = desk.reviewed()
        seen = desk.seen(case)
        assert (seen.number, seen.outlook, seen.before) == (1, Outlook.UNRULED, "补贴发放现场见下图。")
        assert desk.rule(case, PUBLIC, reason=REASON) == 1
        assert desk.seen(case).outlook is Outlook.RELEASED
        shown = illustrations.picture(desk.pages, case, 1, seen.key.part, seen.key.pixels)
        assert hashlib.sha256(shown.data).hexdigest() == seen.key.pixels
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    assert '<p>补贴发放现场见下图。</p>\n<p><img src="data:image/' in page_of(office, case)
    office.sign(case, SIGNERS[3])
    assert office.state(case) is State.PUBLISHED
    assert files_with(office.core.workspace.site, SECRET) == []
    assert kept_rows(office) == [(1, "public", SECRECY, REASON)]
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'rule_picture'")
    assert seen.key.pixels in detail
    for words in (PHONE, SECRET, "image1", "现场"):
        assert words not in detail
    office.chain_holds()


def test_without_a_ruling_and_after_one_was_taken_back_it_stays_in(office: Office) -> None:
    with desk_of(office) as desk:
        case, other = desk.reviewed(), desk.reviewed(1)
        desk.rule(case, PUBLIC)
        desk.rule(case, OPEN)
        assert desk.seen(case).outlook is Outlook.UNRULED
        before = office.dump()
        desk.rule(case, OPEN)
        desk.rule(other, OPEN)
        assert office.dump() == before
        desk.rule(other, KEPT, reason="人像")
        assert desk.seen(other).outlook is Outlook.KEPT
    for name in (case, other):
        office.sign(name, SECRECY, FIRST, SECOND)
        assert "<img" not in page_of(office, name)


def test_a_ruling_is_good_for_every_picture_of_the_file_with_these_pixels(alone: Office) -> None:
    again = in_run(inline(pic('<a:blip r:embed="rId3"/>')))
    raw = draft(
        paragraph("见下图。") + in_run(inline()) + paragraph("又见下图。") + again,
        photo(),
        word__media__image2_dot_png=photo(),
    )
    case = alone.reviewed(TITLE, name="通知.docx", raw=raw)
    with desk_of(alone) as desk:
        before = illustrations.survey(alone.core, desk.pages, case).pictures
        assert len({item.key.name for item in before}) == len(before) == 2
        (pixels,) = {item.key.pixels for item in before}
        illustrations.rule(alone.core, desk.pages, case, PUBLIC, part=0, pixels=pixels, by=SECRECY, version=1)
        after = illustrations.survey(alone.core, desk.pages, case).pictures
        assert [item.outlook for item in after] == [Outlook.RELEASED] * 2


def test_who_rules_on_what_another_has_just_ruled_is_not_ignored(
    alone: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_of(alone) as desk:
        case = desk.reviewed()
        desk.rule(case, KEPT)
        seen = illustrations.survey(alone.core, desk.pages, case)
        desk.rule(case, PUBLIC, by=SECRECY_2)
        key = seen.pictures[0].key
        monkeypatch.setattr(illustrations, "survey", lambda *_: seen)
        illustrations.rule(
            alone.core, desk.pages, case, KEPT, part=key.part, pixels=key.pixels, by=SECRECY, version=1
        )
    assert [row[:3] for row in kept_rows(alone)] == [(1, "kept", SECRECY)]


def test_signatures_bind_to_a_ruling(office: Office) -> None:
    with desk_of(office) as desk:
        case = desk.reviewed()
        desk.rule(case, KEPT)
    office.sign(case, SECRECY)
    office.sql("UPDATE picture_ruling SET ruling = 'public'")
    assert refused(lambda: office.decide(case, FIRST)) == "content_changed"


def test_a_new_version_takes_the_ruling_over_and_it_may_be_changed_there(office: Office) -> None:
    with desk_of(office) as desk:
        case = desk.reviewed()
        desk.rule(case, PUBLIC)
        office.sign(case, SECRECY)
        (found, *_) = office.findings(case)
        assert office.clear(case, Settlement.ACCEPT, found.id)[1] == 2
        assert desk.seen(case).outlook is Outlook.RELEASED
        desk.rule(case, KEPT)
    assert [row[:2] for row in kept_rows(office)] == [(1, "public"), (2, "kept")]


def test_a_corrected_draft_keeps_the_ruling_only_for_the_same_pixels(alone: Office) -> None:
    with desk_of(alone) as desk:
        same, other = desk.reviewed(), desk.reviewed(1)
        for case, turn in ((same, 0), (other, 2)):
            desk.rule(case, PUBLIC)
            alone.decide(case, SECRECY, Verb.RETURN, reason="请修改措辞")
            alone.hand_in(TITLE, name="通知.docx", raw=letter(turn, "（修改稿）"), case=case)
            alone.work()
            assert (alone.state(case), alone.row(case).version) == (State.IN_REVIEW, 2), alone.faults(case)
        assert desk.seen(same).outlook is Outlook.RELEASED
        assert desk.seen(other).outlook is Outlook.UNRULED
    alone.clear(other, Settlement.DISMISS)
    alone.sign(other, SECRECY, FIRST, SECOND)
    assert "<img" not in page_of(alone, other)


# ---------------------------------------------------------------------------------------------- refused


def test_only_a_secrecy_officer_of_the_unit_rules(office: Office) -> None:
    office.hire("外密", Role.SECRECY, unit="other")
    with desk_of(office) as desk:
        case = desk.reviewed()
        for who in (FIRST, SECOND, ADMIN, "孙办", "外密"):
            assert refused(lambda by=who: desk.rule(case, PUBLIC, by=by)) == "wrong_role"
    assert kept_rows(office) == []
    assert office.query("SELECT 1 FROM audit WHERE action = 'rule_picture'") == []


def test_who_drafted_it_does_not_rule(alone: Office) -> None:
    with desk_of(alone) as desk:
        case = alone.reviewed(TITLE, name="通知.docx", raw=letter(), by=SECRECY_2)
        assert refused(lambda: desk.rule(case, PUBLIC, by=SECRECY_2)) == "drafter"
    assert kept_rows(alone) == []


def test_nothing_is_ruled_after_the_secrecy_review_is_concluded(office: Office) -> None:
    with desk_of(office) as desk:
        case = desk.reviewed()
        desk.rule(case, KEPT)
        office.sign(case, SECRECY)
        before = office.dump()
        for by in (SECRECY, SECRECY_2):
            assert refused(lambda by=by: desk.rule(case, PUBLIC, by=by)) == "picture_concluded"
        assert office.dump() == before
        office.sign(case, FIRST, SECOND, SIGNERS[3])
        assert refused(lambda: desk.rule(case, PUBLIC)) == "refused"
    assert kept_rows(office) == [(1, "kept", SECRECY, "")]
    assert files_with(office.core.workspace.site, "data:image") == []


@pytest.mark.parametrize("of_another", [True, False], ids=["of another document", "invented"])
def test_pixels_that_the_version_does_not_show_are_not_ruled_on(alone: Office, *, of_another: bool) -> None:
    with desk_of(alone) as desk:
        case = desk.reviewed()
        pixels = desk.seen(desk.reviewed(1)).key.pixels if of_another else "0" * 64
        before = alone.dump()
        assert refused(lambda: desk.rule(case, PUBLIC, pixels=pixels)) == "picture_changed"
        assert refused(lambda: desk.rule(case, PUBLIC, part=1)) == "picture_changed"
        assert refused(lambda: desk.rule(case, PUBLIC, version=2)) == "stale_version"
        assert alone.dump() == before
        with pytest.raises(DisclosureError, match="no such picture"):
            illustrations.picture(desk.pages, case, 1, 0, pixels)


def test_a_ruling_written_for_other_pixels_lets_nothing_out(alone: Office) -> None:
    with desk_of(alone) as desk:
        case = desk.reviewed()
        desk.rule(case, PUBLIC)
        alone.sql("UPDATE picture_ruling SET pixels = :other", other="0" * 64)
        assert desk.seen(case).outlook is Outlook.UNRULED
    alone.sign(case, SECRECY, FIRST, SECOND)
    assert "<img" not in page_of(alone, case)


def test_a_picture_with_words_is_none_to_rule_on(alone: Office) -> None:
    lines = stored(page("补贴发放流程示意图", f"经办人电话{PHONE}"), "PNG")
    case = alone.reviewed(TITLE, name="通知.docx", raw=draft(in_run(inline()) + paragraph("说明。"), lines))
    with desk_of(alone) as desk:
        assert desk.seen(case).outlook is Outlook.WORDS
        assert refused(lambda: desk.rule(case, KEPT)) == "picture_not_ruled"
        alone.clear(case, Settlement.REDACT)
        assert desk.seen(case).outlook is Outlook.STRUCK
        assert refused(lambda: desk.rule(case, PUBLIC)) == "picture_not_ruled"


# --------------------------------------------------------------------------------- kept, and kept no more


def test_rulings_of_an_isolated_case_are_gone_and_its_pictures_shown_to_nobody(office: Office) -> None:
    with desk_of(office) as desk:
        case, other = desk.reviewed(), desk.reviewed(1)
        key = desk.seen(case).key
        desk.rule(case, PUBLIC, reason=REASON)
        desk.rule(other, PUBLIC, reason="无异议")
        typed = marking.suspicion(case, english=False)
        marking.suspect(office.core, case, by=SECRECY, reason="疑似", typed=typed)
        assert office.state(case) is State.QUARANTINED
        assert [row[3] for row in kept_rows(office)] == ["无异议"]
        assert (
            refused(lambda: illustrations.picture(desk.pages, case, 1, key.part, key.pixels))
            == "content_sealed"
        )
        assert refused(lambda: desk.seen(case)) == "content_sealed"


def test_rulings_are_in_the_backup(alone: Office, tmp_path: Path) -> None:
    with desk_of(alone) as desk:
        desk.rule(desk.reviewed(), PUBLIC, reason="无异议")
    made = tmp_path / "kept"
    backup.backup(alone.core, made)
    (row,) = (made / "rows" / "picture_ruling.jsonl").read_text("utf-8").splitlines()
    assert '"public"' in row
    assert SECRET not in row


# ------------------------------------------------------------------------------------------- the console


@pytest.fixture
def officer(app: Any, office: Office) -> Iterator[Seat]:
    with signed_in(app, office, SECRECY) as made:
        yield made


class TestConsole:
    """The review page, the preview and the signing page."""

    @pytest.fixture
    def office(self, alone: Office) -> Office:
        return alone

    @pytest.fixture
    def case(self, office: Office) -> str:
        case = office.reviewed(TITLE, name="通知.docx", raw=letter())
        office.clear(case, Settlement.DISMISS)
        return case

    def test_the_officer_sees_and_releases_a_picture(self, office: Office, officer: Seat, case: str) -> None:
        officer.get(f"/documents/{case}/review")
        (picture,) = officer.page.xpath("//section[@id='pictures']//img")
        assert (picture.get("loading"), picture.get("alt")) == ("lazy", "图1")
        assert "图1，在“…补贴发放现场见下图。”之后" in officer.words
        assert "不公开（未判定）" in officer.words
        answer = officer.client.get(picture.get("src"))
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["cache-control"] == "no-store"
        assert SECRET.encode() not in answer.content
        assert Image.open(io.BytesIO(answer.content)).size == (760, 230)
        officer.press("//section[@id='pictures']//form", "public", why_picture="已核对")
        assert officer.status == 200, officer.refusal
        assert "随文公开（已判定）" in officer.words
        assert kept_rows(office) == [(1, "public", SECRECY, "已核对")]
        officer.get(f"/documents/{case}/sheet")
        assert "准予公开" in officer.words
        officer.get(f"/documents/{case}/preview")
        assert officer.page.xpath("//section[@id='pictures']//img/@src") == [picture.get("src")]
        officer.get(f"/documents/{case}/review")
        officer.press("//section[@id='pictures']//form", "open")
        officer.get(f"/documents/{case}/preview")
        assert officer.page.xpath("//img") == []

    def test_a_page_that_is_behind_rules_on_nothing(self, office: Office, officer: Seat, case: str) -> None:
        officer.get(f"/documents/{case}/review")
        (form,) = officer.page.xpath("//section[@id='pictures']//form")
        sent = {**dict(form.form_values()), "do": "public"}
        office.sign(case, SECRECY)
        officer.client.post(form.get("action"), data=sent)
        officer._took(officer.client.post(form.get("action"), data=sent))
        assert "保密审查已经签署" in officer.refusal
        officer._took(officer.client.post(form.get("action"), data={**sent, "do": "erase"}))
        assert officer.status == 400
        assert kept_rows(office) == []

    def test_readers_see_pictures_and_have_no_buttons(self, app: Any, office: Office, case: str) -> None:
        with signed_in(app, office, FIRST) as reader:
            reader.get(f"/documents/{case}/review")
            assert len(reader.page.xpath("//section[@id='pictures']//img")) == 1
            assert reader.page.xpath("//section[@id='pictures']//form") == []
            (source,) = reader.page.xpath("//section[@id='pictures']//img/@src")
            answer = reader.client.post(
                re.sub(r"pictures/.*", "pictures", source),
                data={"csrf": reader.token, "do": "public", "version": "1", "part": "0", "pixels": source.rpartition("/")[2]},
            )  # fmt: skip
            assert answer.status_code == 403
        assert kept_rows(office) == []

    def test_pictures_that_cannot_be_made_are_told_and_stay_in(
        self, office: Office, officer: Seat, case: str
    ) -> None:
        with office.core.database.read() as connection:
            (part,) = (item for item in documents.parts_of(connection, case, 1) if item.name == "通知.docx")
        path = office.core.vault.path(part.sha256)
        path.chmod(0o600)
        path.write_bytes(letter(1))
        officer.get(f"/documents/{case}/review")
        assert officer.status == 200
        assert "图片不能显示时一律不公开" in officer.words
        assert officer.page.xpath("//section[@id='pictures']//img") == []
