"""Attacks on suspected secrets: where could a character of a marked submission survive? (design 7)."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from support import (
    BODY,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OTHER_DEPARTMENT,
    SECOND,
    SECRECY,
    SECRECY_2,
    SIGNERS,
    Office,
)
from traces import files_with, holds

from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import Fenced
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.pipeline import backup, isolation, leases, letters, quarantine, reconcile
from disclosure_pipeline.pipeline.recording import record
from disclosure_pipeline.pipeline.run import conclude, next_case
from disclosure_pipeline.pipeline.toolbox import CaseTools
from disclosure_pipeline.service.desk import submit

MARKED = "机密★10年"
WORD = "乌骓工程选址"
"""Stands in every secret here; found anywhere but in quarantine, it is a leak."""


@pytest.fixture
def office(open_office: Callable[..., Office], tmp_path: Path) -> Office:
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def leaks(office: Office) -> list[str]:
    """Every place outside of quarantine that holds the word: rows, database files, folders."""
    rows = [f"rows:{name}" for name in holds(office.dump(), WORD)]
    kept = [
        name for name in files_with(office.core.workspace.data, WORD) if not name.startswith("quarantine/")
    ]
    store = office.core.database.engine.url.database
    assert store is not None
    raw = [
        path.name
        for path in Path(store).parent.glob(f"{Path(store).name}*")
        for form in (WORD.encode(), WORD.encode("unicode_escape"))
        if form in path.read_bytes()
    ]
    return rows + kept + raw


def hand_in_files(office: Office, name: str, files: dict[str, str | bytes]) -> str:
    """Drop a folder of files; the case number."""
    folder = office.folder / "desk" / name
    for member, content in files.items():
        path = folder / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    (answer,) = submit(office.core, [folder], department=DEPARTMENT, submitter=CLERK)
    return answer.case


def test_marking_in_a_file_name_is_a_marking(office: Office) -> None:
    case = office.hand_in(f"关于{WORD}的通知", name=f"{MARKED} {WORD}.txt").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert leaks(office) == []


def test_marking_in_the_name_of_an_attachment_is_a_marking(office: Office) -> None:
    case = hand_in_files(office, "送审", {
        "正文.txt": f"关于{WORD}的通知\n\n{BODY}\n（此件公开发布）\n",
        f"附件1 绝密★长期 {WORD}.txt": "名单。\n",
        "slip.toml": 'attribute = "主动公开"\n',
    })  # fmt: skip
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert leaks(office) == []


def test_marking_that_only_the_parsed_slip_shows(office: Office) -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in f"{MARKED} 关于{WORD}的通知")
    case = hand_in_files(office, "送审", {
        "正文.txt": f"{BODY}\n",
        "slip.toml": f'attribute = "依申请公开"\ntitle = "{escaped}"\n',
    })  # fmt: skip
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert leaks(office) == []


def test_corrected_version_that_is_marked_takes_the_earlier_ones_along(office: Office) -> None:
    case = office.reviewed(f"关于{WORD}的通知", f"{BODY}{WORD}。", name=f"{WORD}.txt")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.row(case).frozen_digest
    office.decide(case, FINAL, Verb.RETURN, reason=f"请核对{WORD}")
    letters.deliver(office.core)
    office.hand_in(f"关于{WORD}的通知", f"{MARKED}\n{WORD}", name=f"{WORD}.txt")
    office.work()
    assert office.state(case) is State.QUARANTINED
    outbox = [name for name in leaks(office) if name.startswith("outbox/")]
    # What the clerk got back is the clerk's own draft, in the clerk's own folder; the letters are ours.
    assert [name for name in outbox if name.endswith(".html")] == []
    assert [name for name in leaks(office) if name not in outbox] == []


def test_nothing_stays_in_the_write_ahead_log_when_a_reader_held_it(
    open_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}", store={"busy_timeout": 0.2})
    office.staff()
    case = office.reviewed(f"关于{WORD}的通知", f"{BODY}{WORD}。")
    office.decide(case, SECRECY, Verb.RETURN, reason="请补充")
    store = str(office.core.database.engine.url.database)
    reader = sqlite3.connect(store, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM document").fetchone()
    try:
        office.hand_in(f"关于{WORD}的通知", f"{MARKED}\n{WORD}", name="通知1.txt")
        (case,) = {row[0] for row in office.query("SELECT id FROM document")}
        office.work()
        assert office.state(case) is State.QUARANTINED
    finally:
        reader.rollback()
        reader.close()
    reconcile.reconcile(office.core)
    assert [name for name in leaks(office) if "sqlite" in name or name.startswith("rows")] == []


def test_released_document_can_be_published(office: Office) -> None:
    body = f"{BODY}本办法所称{MARKED}字样仅为示例。{WORD}。"
    case = office.hand_in("关于公文标注示例的通知", body).case
    office.work()
    assert office.state(case) is State.QUARANTINED
    quarantine.release(office.core, case, SECRECY, "示例文字")
    quarantine.release(office.core, case, SECRECY_2, "示例文字")
    office.work()
    assert office.state(case) is State.IN_REVIEW, office.faults(case)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)


def test_release_covers_no_other_marking_in_the_public_copy(office: Office) -> None:
    case = office.hand_in("关于公文标注示例的通知", f"{BODY}{MARKED}字样仅为示例。").case
    office.work()
    quarantine.release(office.core, case, SECRECY, "示例文字")
    quarantine.release(office.core, case, SECRECY_2, "示例文字")
    office.work()
    tools = CaseTools(office.core, case)
    copies, elsewhere = tools.scratch(), office.folder / "elsewhere"
    elsewhere.mkdir()

    def marked(folder: Path, text: str) -> bool:
        path = folder / f"{len(list(folder.iterdir()))}.txt"
        path.write_text(text, "utf-8")
        return tools.read([SourceFile(0, path, path.name, sha256=file_digest(path))]).marked

    assert not marked(copies, f"另一处：{MARKED}字样。")
    assert marked(copies, "另一处：机密★20年字样。")
    assert marked(copies, f"{MARKED}字样，以及绝密★长期字样。")
    assert marked(elsewhere, f"{MARKED}字样，但这不是公开件。")
    tools.close()


def test_second_copy_of_an_isolated_claim_is_isolated_too(office: Office) -> None:
    case = office.hand_in("关于某事的通知", f"{MARKED}\n{WORD}").case
    office.work()
    name = office.row(case).spool
    again = office.core.workspace.spool / name
    again.mkdir()
    (again / "0000").write_text(WORD, "utf-8")
    reconcile.reconcile(office.core)
    assert leaks(office) == []
    quarantine.confirm(office.core, case, SECRECY, "属实")
    assert files_with(office.core.workspace.data, WORD) == []


def test_worker_that_slept_through_the_isolation_brings_nothing_back(office: Office) -> None:
    """It read the file under older rules; while it slept another worker quarantined the case."""
    case = office.hand_in("关于某事的通知", f"{BODY}{WORD}").case
    with leases.claimed(office.core, case) as lease:
        view = next_case(office.core, lease)
        outcome = conclude(office.core, view, CaseTools(office.core, case))
        office.sql("UPDATE document SET lease_owner = NULL, fence = fence + 1")
        mark = Finding("secrecy.marking", Severity.BLOCK, None, 0, 4, 0, Place("", "body"), "D1.marking")
        isolation.isolate(office.core, case, [mark], "v2")
        with pytest.raises(Fenced):
            record(outcome, office.core, lease, view)
    assert office.state(case) is State.QUARANTINED
    assert leaks(office) == []


def test_same_secret_again_after_destruction_is_seen_again(office: Office) -> None:
    case = office.hand_in("关于某事的通知", f"{MARKED}\n{WORD}", name="某.txt").case
    office.work()
    quarantine.confirm(office.core, case, SECRECY, "属实")
    draft = office.folder / "desk" / "1" / "某.txt"
    (answer,) = submit(office.core, [draft], department=OTHER_DEPARTMENT)
    office.work()
    assert answer.outcome == "accepted"
    assert office.state(answer.case) is State.QUARANTINED


def test_store_is_private(office: Office) -> None:
    store = Path(str(office.core.database.engine.url.database))
    for path in store.parent.glob(f"{store.name}*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_destroyed_secret_does_not_come_back_with_a_backup(office: Office, tmp_path: Path) -> None:
    case = office.reviewed(f"关于{WORD}的通知", f"{BODY}{WORD}。", name="某.txt")
    backup.backup(office.core, tmp_path / "backup")
    office.decide(case, SECRECY, Verb.RETURN, reason="请补充")
    office.hand_in(f"关于{WORD}的通知", f"{MARKED}\n{WORD}", name="某.txt")
    office.work()
    assert office.state(case) is State.QUARANTINED
    quarantine.confirm(office.core, case, SECRECY, "属实")
    backup.restore(office.core, tmp_path / "backup")
    office.work()
    assert [name for name in leaks(office) if not name.startswith("outbox/")] == []


def test_embedded_package_with_a_marking(office: Office, tmp_path: Path) -> None:
    inner = io.BytesIO()
    secret = Document()
    secret.add_paragraph(f"{MARKED} {WORD}")
    secret.save(inner)
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inner.docx", inner.getvalue())
    outer = Document()
    outer.add_paragraph("关于某事的通知")
    outer.add_paragraph(BODY)
    saved = io.BytesIO()
    outer.save(saved)
    content = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item, source.read(item))
        target.writestr("word/embeddings/package.zip", bundle.getvalue())
    case = hand_in_files(
        office, "送审", {"正文.docx": content.getvalue(), "slip.toml": 'attribute = "主动公开"\n'}
    )
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert leaks(office) == []


def test_purged_text_leaves_the_store_s_files_on_each_database(
    open_office: Callable[..., Office], store_url: str
) -> None:
    office = open_office(store_url)
    office.staff()
    case = office.reviewed(f"关于{WORD}的通知", f"{BODY}{WORD}。", name="某.txt")
    office.decide(case, SECRECY, Verb.RETURN, reason=f"请补充{WORD}")
    office.hand_in(f"关于{WORD}的通知", f"{MARKED}\n{WORD}", name="某.txt")
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert holds(office.dump(), WORD) == []
    assert office.query("SELECT value FROM meta WHERE key = 'forget'") == []
    assert office.core.database.forget()
