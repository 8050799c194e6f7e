"""`disclosure lexicon {list,diff,add,propose,replay,approve,reject}`: rules, changed by two people.

`lexicon test` is in `lexicon_trial.py`. Only `diff` prints words of the office's own list, for whoever judges a change;
nothing here logs them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.lexicon_trial import trial
from disclosure_pipeline.cli.screening import STANDARD_INPUT, decoded
from disclosure_pipeline.cli.session import ACTING, REASON, Session, actor, group, prove, subcommand
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.finding import MARKING, Severity

lexicon = group("lexicon")
lexicon.add_command(trial)

CHANGE = click.argument("change", metavar="CHANGE")
BEFORE = click.option("--preceded-by", "before", metavar="WORDS", default="", help="紧接在前的文字。")
AFTER = click.option("--followed-by", "after", metavar="WORDS", default="", help="紧跟在后的文字。")

_ACTIONS = {"term": "增加词语", "guard": "增加排除条件", "revoke": "撤销"}
_STATES = {"proposed": "待批准", "approved": "已生效", "rejected": "未采纳", "revoked": "已撤销"}


@subcommand(lexicon, "list", "列出现行规则（不显示词语）")
@click.option("--kind", metavar="KIND", default="", help="只列出该类型的规则。")
def listing(session: Session, kind: str) -> None:
    """The rules in force: id, kind, article, version, source, expiry, how many terms and guards."""
    from disclosure_pipeline.pipeline import rule_views

    with session.core() as core:
        version = core.rulebook.version
        found = [item for item in rule_views.listing(core) if item["kind"].startswith(kind)]
    if session.as_json:
        output.print_json({"rules_version": version, "rules": found})
        return
    output.say(f"规则版本：{version}")
    output.table(
        ("规则", "类型", "级别", "版本", "词语", "排除", "来自", "有效期", "依据"),
        [
            (
                item["id"], item["kind"], item["severity"], item["version"], item["terms"],
                item["guards"] + item["office_guards"], "本单位" if item["origin"] == "office" else "文件",
                item["expires"], item["article"],
            )
            for item in found
        ],
    )  # fmt: skip


@subcommand(lexicon, "diff", "查看规则变更：待批准的，或两个规则版本之间的")
@click.option("--from", "since", metavar="VERSION", default="", help="该规则版本之后生效的变更。")
@click.option("--to", "until", metavar="VERSION", default="", help="截至该规则版本。")
@click.option("--all", "everything", is_flag=True, help="全部变更，包括已生效和未采纳的。")
def diff(session: Session, since: str, until: str, everything: bool) -> None:
    """What is proposed and not in force yet; or the changes between two rules versions.

    Prints the words of the changes: mind who stands behind you.
    """
    from disclosure_pipeline.pipeline import rule_views

    with session.core() as core:
        found = rule_views.changes(core, since=since, until=until, everything=everything)
        version = core.rulebook.version
    if session.as_json:
        output.print_json({"rules_version": version, "changes": found})
        return
    output.say(f"现行规则版本：{version}；变更 {len(found)} 项")
    output.table(
        ("变更", "内容", "规则", "状态", "提出人", "批准人", "重放：新增/消失"),
        [
            (
                item["id"], f"{_ACTIONS[item['action']]} {_words(item['content'])}", item["rule"],
                _STATES[item["state"]], item["proposed_by"], item["decided_by"], _replayed(item["replay"]),
            )
            for item in found
        ],
    )  # fmt: skip


def _words(content: Mapping[str, Any]) -> str:
    if "terms" in content:
        return f"{content['kind']}：{'、'.join(content['terms'])}"
    before, after = content.get("before"), content.get("after")
    beside = [f"前有“{before}”"] if before else []
    beside += [f"后有“{after}”"] if after else []
    return f"{content.get('words') or '任何命中'} {'，'.join(beside)}" if beside else ""


def _replayed(replay: Mapping[str, Any] | None) -> str:
    return f"{replay['appear']}/{replay['vanish']}" if replay else ""


@subcommand(lexicon, "add", "提出：在本单位词库中增加词语，或给某条规则增加排除条件")
@click.argument("terms", metavar="[TERM]...", nargs=-1)
@click.option("--kind", metavar="KIND", default="", help="词语的疑点类型，如 secrecy.term。")
@click.option(
    "--severity",
    type=click.Choice([level.value for level in Severity]),
    help="级别；默认 review，标志为 block。",
)
@click.option("--article", metavar="TEXT", default="", help="法律依据。")
@click.option("--suggestion", metavar="TEXT", default="", help="给审查员的处理建议。")
@click.option(
    "--expires",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="有效期；过期后筛查一律待核，直至续期。",
)
@click.option("--guard-of", "rule", metavar="RULE", default="", help="改为给该规则增加排除条件。")
@click.option("--words", metavar="WORDS", default="", help="排除条件只对命中这些文字时有效。")
@click.option("--revoke", "revoked", metavar="CHANGE", default="", help="改为撤销一项已生效的变更。")
@click.option("--source", metavar="TEXT", default="", help="来源，如本单位国家秘密事项一览表的编号。")
@BEFORE
@AFTER
@ACTING
@REASON
def add(session: Session, *, user: str, reason: str, **given: Any) -> None:
    """Propose terms (TERM with --kind, --article, --source), a guard (--guard-of) or to take a change back (--revoke).

    A single - reads the terms from standard input, one a line (UTF-8): so they stay out of the shell's history.
    It is only a proposal: `lexicon replay` shows what it would do, and a second secrecy officer approves it.
    """
    from disclosure_pipeline.pipeline import rules

    if given["terms"] == (STANDARD_INPUT,):
        given["terms"] = tuple(filter(None, map(str.strip, decoded(sys.stdin.buffer.read()).splitlines())))
    with session.core() as core:
        change = rules.propose(core, _amendment(given), by=prove(core, user), reason=reason)
    _print_proposed(session, change)


def _amendment(given: Mapping[str, Any]) -> Any:
    from disclosure_pipeline.model.amendment import Action, Amendment, Guard

    if sum(bool(given[name]) for name in ("terms", "rule", "revoked")) != 1:
        raise UsageError("Name terms, or --guard-of RULE, or --revoke CHANGE: exactly one of them.")
    if given["revoked"]:
        return Amendment("", Action.REVOKE, given["source"] or f"撤销 {given['revoked']}", given["revoked"])
    if given["rule"]:
        guard = Guard(given["before"].strip(), given["after"].strip(), given["words"].strip())
        return Amendment("", Action.GUARD, given["source"], given["rule"], guard)
    default = Severity.BLOCK if given["kind"] == MARKING else Severity.REVIEW
    return Amendment(
        "", Action.TERM, given["source"], terms=given["terms"], kind=given["kind"], article=given["article"],
        severity=Severity(given["severity"]) if given["severity"] else default, suggestion=given["suggestion"],
        expires=_day(given["expires"]),
    )  # fmt: skip


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


@subcommand(lexicon, "propose", "由一处疑点提出规则变更：误报提出排除条件，漏报提出词语")
@click.argument("document", metavar="ID")
@click.argument("finding", metavar="FINDING")
@click.option("--term", "terms", metavar="WORDS", multiple=True, help="提出同类词语，可重复。")
@BEFORE
@AFTER
@ACTING
@REASON
def propose(
    session: Session, *, document: str, finding: str, terms: tuple[str, ...], before: str, after: str,
    user: str, reason: str,
) -> None:  # fmt: skip
    """Propose a guard from a dismissed finding (--preceded-by, --followed-by), or terms of its kind (--term).

    The guard must explain this very finding away. A number that was found is never kept.
    """
    if bool(terms) == bool(before or after):
        raise UsageError("Give --preceded-by or --followed-by for a guard, or --term.")
    from disclosure_pipeline.pipeline import rules

    with session.core() as core:
        by = prove(core, user)
        if terms:
            change = rules.propose_terms(core, document, finding, terms, by=by, reason=reason)
        else:
            change = rules.propose_guard(
                core, document, finding, before=before, after=after, by=by, reason=reason
            )
    _print_proposed(session, change)


def _print_proposed(session: Session, change: str) -> None:
    if session.as_json:
        output.print_json({"id": change, "state": "proposed"})
    else:
        output.say(
            f"已提出规则变更 {change}。请先重放（disclosure lexicon replay {change}），再由另一名保密审查员批准。"
        )


@subcommand(lexicon, "replay", "重放：变更会使已存档的文件新增、消失多少疑点")
@CHANGE
@click.option("--as", "user", metavar="USER", help="以谁的名义（须以本人令牌证明）；不写则记为操作系统账号。")
def replay(session: Session, change: str, user: str | None) -> None:
    """Screen all stored text with and without a proposed change, and keep what it shows beside it.

    Samples are ids and places, never words.
    """
    from disclosure_pipeline.pipeline import replay as replaying

    def tell(count: int) -> None:
        if count % 100 == 0:
            output.progress(f"已重放 {count} 件")

    with session.core() as core:
        found = replaying.replay(core, change, actor(core, user), tell)
    if session.as_json:
        output.print_json(found)
        return
    output.say(
        f"{change}：重放 {found['documents']} 件，新增疑点 {found['appear']} 处，消失 {found['vanish']} 处，"
        f"涉及 {found['documents_hit']} 件，其中已公开或待发布的有 {found['published_hit']} 件；"
        f"{found['undetermined']} 件未能完整核查。"
    )
    for name, title in (("appear", "新增（样例）"), ("vanish", "消失（样例）")):
        if found["samples"][name]:
            output.say(f"\n{title}")
            output.table(
                ("收件号", "状态", "疑点", "规则", "位置"),
                [
                    (item["document"], item["state"], item["finding"], item["rule"], _where(item))
                    for item in found["samples"][name]
                ],
            )


def _where(item: Mapping[str, Any]) -> str:
    place = item["place"]
    words = [f"第{item['part'] + 1}个文件", place["kind"]]
    words += [f"第{place['page']}页"] if "page" in place else []
    words += [f"第{place['paragraph']}段"] if "paragraph" in place else []
    return " ".join(words)


@subcommand(lexicon, "approve", "批准一项规则变更（提出人以外的保密审查员）")
@CHANGE
@ACTING
@REASON
def approve(session: Session, change: str, user: str, reason: str) -> None:
    """Put a change into force as a new rules version; it must have been replayed under the rules in force."""
    from disclosure_pipeline.pipeline import rules

    with session.core() as core:
        done = rules.approve(core, change, by=prove(core, user), reason=reason)
    if session.as_json:
        output.print_json(done)
        return
    output.say(f"{change} 已生效，规则版本 {done['rules_before']} → {done['rules_version']}。")
    output.say("按旧规则筛查过的文件可在后台重新筛查：disclosure rescreen")


@subcommand(lexicon, "reject", "不采纳一项规则变更，或收回自己提出的变更")
@CHANGE
@ACTING
@REASON
def reject(session: Session, change: str, user: str, reason: str) -> None:
    """Turn a proposed change down."""
    from disclosure_pipeline.pipeline import rules

    with session.core() as core:
        done = rules.reject(core, change, by=prove(core, user), reason=reason)
    if session.as_json:
        output.print_json(done)
    else:
        output.say(f"{change} 未采纳。")
