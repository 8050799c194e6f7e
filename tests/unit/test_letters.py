"""Letters: owed in the step's transaction, written from the rows, never of a suspected secret."""

from __future__ import annotations

from support import CLERK, DEPARTMENT, FINAL, PHONE, SECRECY, SIGNERS, Office
from traces import files_with

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import letters
from disclosure_pipeline.pipeline.takeback import take_back


def note(office: Office, kind: str, department: str = DEPARTMENT) -> str:
    outbox = office.core.workspace.outbox / department
    (path,) = outbox.rglob(f"*_{kind}.html")
    return path.read_text("utf-8")


def test_a_return_note_quotes_reason_and_place(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.decide(case, SECRECY, Verb.RETURN, reason="请删去个人电话")
    letters.deliver(office.core)
    text = note(office, "退回说明")
    assert "请删去个人电话" in text and PHONE in text and "保密审查" in text


def test_a_note_about_hidden_content_names_the_command_that_cleans(office: Office):
    case = office.reviewed(
        body="<!doctype html><p>通知正文。</p><p hidden>底价八百万元</p>", name="通知.html"
    )
    office.decide(case, SECRECY, Verb.RETURN, reason="请清理")
    letters.deliver(office.core)
    assert "disclosure clean" in note(office, "退回说明")


def test_what_was_dismissed_is_not_held_against_the_draft(office: Office):
    case = office.reviewed(body=f"联系电话：{PHONE}。")
    office.clear(case, Settlement.DISMISS)
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    letters.deliver(office.core)
    assert PHONE not in note(office, "退回说明")


def test_the_draft_lies_beside_its_note(office: Office):
    case = office.reviewed(name="年度通知.txt")
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    letters.deliver(office.core)
    assert any(name.endswith("年度通知.txt") for name in office.letters())


def test_a_note_about_an_older_version_brings_the_older_files(office: Office):
    """The note is written late: meanwhile the corrected draft lies in the spool."""
    case = office.reviewed(body="第一稿的内容。", name="通知.txt")
    office.decide(case, SECRECY, Verb.RETURN, reason="请核对日期")
    office.hand_in(body="第二稿的内容。", name=f"{case} 通知.txt")
    letters.deliver(office.core)
    outbox = office.core.workspace.outbox
    assert files_with(outbox, "第二稿的内容") == []


def test_a_letter_that_cannot_be_written_stays_owed(office: Office):
    office.hand_in()
    outbox = office.core.workspace.outbox / DEPARTMENT
    if outbox.is_dir():
        outbox.rename(office.folder / "aside")
    outbox.write_text("no folder")
    assert letters.deliver(office.core) == 0
    with office.core.database.read() as connection:
        assert letters.waiting(connection)
    outbox.unlink()
    assert letters.deliver(office.core) == 1
    with office.core.database.read() as connection:
        assert not letters.waiting(connection)


def test_nothing_is_written_any_more_about_what_became_a_suspected_secret(office: Office):
    case = office.reviewed("关于甲号储备库的通知", name="储备库.txt")
    office.decide(case, SECRECY, Verb.RETURN, reason="甲号储备库须核对")
    office.sql("UPDATE document SET state = 'quarantined'")
    letters.deliver(office.core)
    assert not any("退回" in name for name in office.letters())
    assert files_with(office.core.workspace.outbox, "须核对") == []


def test_each_end_is_told(office: Office):
    published, withheld = (
        office.published(),
        office.reviewed(attribute="不予公开", ground="R16a", reason="内部事务"),
    )
    office.sign(withheld, *SIGNERS)
    taken = office.reviewed()
    take_back(office.core, taken, CLERK)
    letters.deliver(office.core)
    names = office.letters()
    assert f"已发布/{published}_办理结果.html" in names and f"已发布/{withheld}_办理结果.html" in names
    assert any(name.endswith(f"{taken}_撤件回执.html") for name in names)
    assert office.state(published) is State.PUBLISHED


def test_keys_of_letters_are_counted_per_case(office: Office):
    case = office.reviewed()
    office.sign(case, *SIGNERS[:-1])
    office.decide(case, FINAL, Verb.RETURN, reason="请改")
    keys = [row[0] for row in office.query("SELECT key FROM letter ORDER BY at")]
    assert len(set(keys)) == len(keys) and all(key.startswith(case) for key in keys)
    assert office.query("SELECT count(*) FROM letter WHERE document = ''") == [(0,)]
