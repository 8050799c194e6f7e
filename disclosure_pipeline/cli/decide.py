"""`disclosure decide`: a person's decision, under the same rules as the console's.

A decision signed on paper or in the office's own system is recorded (代录) by an administrator, who
proves their own token; it counts as the decision of the person who signed, and the scan of the
paper is kept in the vault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import ID
from disclosure_pipeline.cli.session import ACTING, DAY, REASON, Session, command, prove
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.judgement import Risk, RiskLevel
from disclosure_pipeline.model.route import Verb

if TYPE_CHECKING:
    from disclosure_pipeline.model.lifecycle import State
    from disclosure_pipeline.pipeline.core import Core


@dataclass(frozen=True, slots=True)
class Wish:
    """The words of one call.

    Args:
        verb: what is decided. version: on which version. user: who calls. reason: why.
        attribute: the attribute held right. ground: 不予公开理由. meeting: 会议文号.
        risk: level of the 风险评估, or ``None``. risk_text: its words.
        recorded_for: who signed the paper that ``user`` records, or ``None``.
        number: 文号 of an outside answer. body: who answered. outcome: ``agree`` or ``refuse``.
        scan: scan of the paper or of the answer. signed_on: the day that the paper bears, or ``None``.
    """

    verb: Verb
    version: int
    user: str
    reason: str
    attribute: Attribute | None
    ground: str
    meeting: str
    risk: str | None
    risk_text: str
    recorded_for: str | None
    number: str
    body: str
    outcome: str | None
    scan: Path | None
    signed_on: datetime | None


def read_attribute(ctx: click.Context, param: click.Parameter, value: str | None) -> Attribute | None:
    """A token or a Chinese name of an attribute; never guessed.

    Raises:
        BadParameter: it is neither.
    """
    found = None if value is None else Attribute.parse(value)
    if value is not None and found is None:
        known = "、".join(f"{item.value}（{item.chinese}）" for item in Attribute)
        raise click.BadParameter(f"no attribute of this name; known: {known}", ctx, param)
    return found


@command("decide")
@ID
@click.argument("verb", type=click.Choice([verb.value for verb in Verb]))
@click.option("--version", metavar="V", type=click.IntRange(min=1), required=True, help="所决定的版本号。")
@ACTING
@REASON
@click.option("--attribute", metavar="A", callback=read_attribute, help="认定的公开属性（代码或中文名称）。")
@click.option("--ground", metavar="R", default="", help="不予公开理由代码，如 R16b。")
@click.option("--meeting", metavar="N", default="", help="集体审议的会议文号。")
@click.option(
    "--risk",
    metavar="LEVEL",
    type=click.Choice([level.value for level in RiskLevel]),
    help="风险评估等级：low 低、medium 中、high 高。",
)
@click.option("--risk-text", metavar="T", default="", help="风险评估意见，与 --risk 同用。")
@click.option("--recorded-for", metavar="USER", help="代录：纸面签署人；--as 须为系统管理员。")
@click.option("--number", metavar="N", default="", help="答复文号（answer）。")
@click.option("--body", metavar="B", default="", help="答复单位（answer）。")
@click.option("--outcome", type=click.Choice(["agree", "refuse"]), help="答复意见（answer）。")
@click.option("--scan", metavar="FILE", type=click.Path(path_type=Path), help="代录原件或答复的扫描件。")
@click.option("--signed-on", metavar="DATE", type=DAY, help="代录：纸面上的签署日期，如 2026-12-01。")
def decide(session: Session, *, document: str, verb: str, **words: Any) -> None:
    """Decide on one version of a document.

    `approve` signs the open tier, `return` sends the draft back, `withhold` judges it 不予公开,
    `refer` stops it until an outside body has answered, `answer` records that reply.
    """
    wish = Wish(Verb(verb), **words)
    _check_words(wish)
    with session.core() as core:
        prove(core, wish.user)
        state = _answer(core, document, wish) if wish.verb is Verb.ANSWER else _decide(core, document, wish)
        version = _version(core, document)
    if session.as_json:
        output.print_json({"id": document, "state": state.value, "version": version})
    else:
        output.say(f"{document}：当前状态 {state.value}，版本 {version}。")


def _check_words(wish: Wish) -> None:
    """Refuse words that do not belong together, before anything is touched.

    Raises:
        UsageError: they do not.
    """
    if wish.verb is Verb.ANSWER:
        if wish.recorded_for:
            raise UsageError("An answer is recorded by its own scan; --recorded-for does not go with it.")
        if wish.signed_on:
            raise UsageError("--signed-on goes with --recorded-for, not with an answer.")
        if wish.risk or wish.risk_text:
            raise UsageError("--risk and --risk-text go with a signature, not with an answer.")
        if wish.outcome is None:
            raise UsageError("An answer needs --outcome agree or --outcome refuse.")
        return
    if wish.number or wish.body or wish.outcome:
        raise UsageError("--number, --body and --outcome go with 'answer' only.")
    if bool(wish.risk) != bool(wish.risk_text.strip()):
        raise UsageError("A risk assessment needs both --risk LEVEL and --risk-text T.")
    if bool(wish.recorded_for) != bool(wish.scan):
        raise UsageError("A decision signed on paper needs both --recorded-for USER and --scan FILE.")
    if wish.signed_on and not wish.recorded_for:
        raise UsageError("--signed-on goes with --recorded-for.")


def _decide(core: Core, document: str, wish: Wish) -> State:
    from disclosure_pipeline.pipeline import decisions, paper

    decision = decisions.Decision(
        verb=wish.verb, version=wish.version, by=wish.recorded_for or wish.user, reason=wish.reason,
        attribute=wish.attribute, ground=wish.ground, meeting=wish.meeting,
        risk=Risk(RiskLevel(wish.risk), wish.risk_text.strip()) if wish.risk else None,
        signed_on=wish.signed_on.date() if wish.signed_on else None,
    )  # fmt: skip
    if wish.scan is not None:
        return paper.record(core, document, decision, wish.scan, by=wish.user, any_kind=True)
    return decisions.decide(core, document, decision)


def _answer(core: Core, document: str, wish: Wish) -> State:
    from disclosure_pipeline.pipeline import referrals, scans

    scan = "" if wish.scan is None else scans.keep_scan(core, wish.scan, wish.user, any_kind=True)
    reply = referrals.Answer(wish.number, wish.body, scan=scan, agree=wish.outcome == "agree")
    return referrals.answer(core, document, wish.version, wish.user, reply, reason=wish.reason)


def _version(core: Core, document: str) -> int:
    from disclosure_pipeline.store import documents

    with core.database.read() as connection:
        return int(documents.fetch(connection, document).version)
