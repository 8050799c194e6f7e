"""Drafts and issued files (正式件) of an office that publishes only what was issued."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Sequence

import docx
from invariants import violations
from support import (
    CLERK,
    DEPARTMENT,
    OTHER_DEPARTMENT,
    PHONE,
    SIGNERS,
    Office,
)
from typeset import Written, reportlab_pdf, set_in_type

from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import ISSUE
from disclosure_pipeline.model.text import Segment
from disclosure_pipeline.pipeline import letters
from disclosure_pipeline.pipeline.intake import Accepted
from disclosure_pipeline.service.desk import submit
from disclosure_pipeline.store import documents

ONLY_ISSUED = {"unit": [{"departments": [DEPARTMENT, OTHER_DEPARTMENT], "issued_only": True}]}
TITLE = "关于冬季养老服务补贴发放的通知"
HANDLER = "专人受理后转交核定"
BODY = (
    "各镇人民政府：",
    "补贴标准为每人每月300元，由各镇于12月10日前发放到位。",
    f"发放情况报送电话{PHONE}，{HANDLER}。",
)
BODIES = f"示范县{DEPARTMENT}"
DRAFT = (TITLE, *BODY, BODIES, "2026年 月 日")
NUMBER = "示民发〔2026〕18号"
ISSUED = (NUMBER, TITLE, *BODY, BODIES, "2026年11月20日", "（此件公开发布）")


def word(lines: Sequence[str], hidden: str = "") -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if hidden:
        document.add_paragraph().add_run(hidden).font.hidden = True
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def printed(lines: Sequence[str]) -> bytes:
    """The lines as a pdf with numbered pages, as a 公文 is set."""
    number, title, *body, bodies, date, note = lines
    written = [
        Written(number, "center", indent=0.0), Written(title, "center", 22.0, 0.0), *map(Written, body),
        Written(bodies, "right", inset=4.0), Written(date, "right", inset=4.0), Written(note),
    ]  # fmt: skip
    return reportlab_pdf(set_in_type(written))


def drop(
    office: Office, name: str, content: bytes, *, department: str = DEPARTMENT, by: str | None = CLERK,
    slip: str = "",
) -> Accepted:  # fmt: skip
    """Drop a file as it is; nothing is said about it unless ``slip`` does."""
    folder = office.folder / "issued" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    if slip:
        (folder / f"{name}.slip.toml").write_text(slip, "utf-8")
    (answer,) = submit(office.core, [folder / name], department=department, submitter=by)
    return answer


def plain(lines: Sequence[str]) -> bytes:
    return "\n".join(lines).encode()


def approved(office: Office, name: str = "通知.txt", raw: bytes = plain(DRAFT)) -> str:
    """A draft with a number struck out that waits for its issued file."""
    case = office.reviewed(TITLE, name=name, raw=raw)
    office.clear(case, Settlement.REDACT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.AWAITING_ISSUE, office.faults(case)
    return case


def issue(
    office: Office, case: str, content: bytes = plain(ISSUED), suffix: str = ".txt", **more: str
) -> None:
    """Drop the issued file of a case and let it be read."""
    answer = drop(office, f"{case}正式件{suffix}", content, **more)
    assert (answer.outcome, answer.case) == ("accepted", case)
    office.work()


def tiers(office: Office, case: str) -> list[tuple[str, str]]:
    return [(name, state) for name, state, _ in office.tiers(case)]


def told(office: Office, case: str, kind: str) -> set[str]:
    return {item.finding.rule for item in office.findings(case) if item.finding.kind == kind}


def route_said(office: Office, case: str) -> dict[str, object]:
    rows = office.query(
        "SELECT detail FROM audit WHERE document = :case AND action = 'route' ORDER BY seq", case=case
    )
    said: dict[str, object] = json.loads(rows[-1][0])
    return said


def page_of(office: Office, case: str) -> str:
    query = "SELECT address FROM publication WHERE document = :case AND channel = 'builtin.site'"
    ((address,),) = office.query(query, case=case)
    return (office.core.workspace.site / address).read_text("utf-8")


def whole(office: Office) -> None:
    letters.deliver(office.core)
    assert violations(office.core, idle=True) == []
    office.chain_holds()


IN_FULL = [("secrecy", "open"), ("first", "open"), ("second", "open"), ("final", "open")]
CONFIRMED_ONLY = [(ISSUE.name, "open")]


def waiting(office: Office, name: str, title: str) -> str:
    case = office.published(title, name=name)
    assert office.state(case) is State.AWAITING_ISSUE
    return case


def segments_of(office: Office, case: str) -> Sequence[Segment]:
    with office.core.database.read() as connection:
        return documents.texts_of(connection, case, office.row(case).version)[0].segments
