"""`disclosure quarantine {list,release,confirm}`: suspected state secrets, judged offline.

Nothing here prints a name or a text: the secrecy officer looks at the originals in the quarantine
folder, on a machine fit for it.
"""

from __future__ import annotations

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import ID
from disclosure_pipeline.cli.session import ACTING, REASON, Session, group, prove, subcommand
from disclosure_pipeline.cli.settle import print_state

quarantine = group("quarantine")


@subcommand(quarantine, "list", "列出隔离的收件（不含名称和文字）")
def listing(session: Session) -> None:
    """Quarantined cases: ids, folders, hashes, rules and places."""
    from disclosure_pipeline.pipeline import quarantine as cases

    with session.core() as core:
        found = cases.listing(core)
    if session.as_json:
        output.print_json(found)
        return
    output.table(
        ("收件号", "部门", "隔离时间", "标志数", "已提出解除", "文件夹"),
        [
            (item["id"], item["department"], item["at"], len(item["marks"]), item["released_by"], item["folder"])
            for item in found
        ],
    )  # fmt: skip


@subcommand(quarantine, "release", "解除隔离：须两名保密审查员先后提出")
@ID
@ACTING
@REASON
def release(session: Session, document: str, user: str, reason: str) -> None:
    """Say that this is no secret; the second officer's word releases it."""
    from disclosure_pipeline.pipeline import quarantine as cases

    with session.core() as core:
        state = cases.release(core, document, prove(core, user), reason)
    print_state(session, document, state.value)


@subcommand(quarantine, "confirm", "确认涉密：销毁文件，留下销毁记录")
@ID
@ACTING
@REASON
def confirm(session: Session, document: str, user: str, reason: str) -> None:
    """Confirm the suspicion: the bytes are destroyed; prints the incident note."""
    from disclosure_pipeline.pipeline import quarantine as cases

    with session.core() as core:
        note = cases.confirm(core, document, prove(core, user), reason)
    if session.as_json:
        output.print_json(note)
        return
    output.say(f"{document}：已销毁 {note['files']} 个文件。以下位置可能仍有副本，请逐一核查：")
    for place in note["copies_may_lie_in"]:
        output.say(f"- {place}")
