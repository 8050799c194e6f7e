"""Whether an issued file (正式件) says and shows what was approved, but for what the rules let differ. Any doubt means no.

Pictures are compared where they go out as such. Where whole pages do (pdf, scans), only their words are; whoever
confirms the issued file sees these pages.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from disclosure_pipeline.builtin.issued.carrying import NotCarried, Side, carry
from disclosure_pipeline.builtin.issued.lines import Origin, Reduced, Reducer, Taken
from disclosure_pipeline.hooks.contracts import Approved, Case, PartText, SourceFile
from disclosure_pipeline.hooks.stages import Carried, ShownPicture, Toolbox
from disclosure_pipeline.model.document import Attribute, Part, PartRole, Slip
from disclosure_pipeline.model.finding import DIFFERS, PERMITTED, Finding, Severity
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.issuing import IssueRule, Where
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.reading import parse_date
from disclosure_pipeline.model.text import Place

COMPARER = "builtin.issued"
"""The detector of what is told about an issued file."""

_TOLD = (Where.HEAD, Where.TAIL, Where.SEAL)
_NOWHERE: Origin = (0, 0)
_WORDS = {
    "attribute": "公开属性",
    "parts": "正文或附件的数量",
    "text": "文字",
    "picture": "图片",
    "hidden": "隐藏内容或修订",
    "number": "登记的发文字号",
    "date": "登记的成文日期",
    "finding": "审定时未处理过的命中",
    "redaction": "遮盖处",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing an issued file with the approved version brought.

    Args:
        carried: what it takes over, when it says the same; else ``None``.
        findings: for those who sign, all of them ``info``: the permitted differences, or where it says something else.
    """

    carried: Carried | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Difference:
    """One reason to review an issued file in full.

    Args:
        code: key of :data:`_WORDS`.
        paper: the file, ``None`` when it is about no place.
        origin: where in it.
    """

    code: str
    paper: Reduced | None = None
    origin: Origin = _NOWHERE


def compare(case: Case, approved: Approved, tools: Toolbox) -> Compared:
    """Compare an issued file with the approved version.

    Args:
        case: the issued file, tagged.
        approved: the approved version.
        tools: the rules in force; shows the pictures of drafts.
    """
    rulebook, slip = tools.rulebook, approved.slip
    reducer = Reducer(rulebook, (slip.issuer or "", slip.responsible_body or "", *slip.joint_bodies))
    old = Side.of(approved.parts, approved.texts, _papers(approved.parts, approved.texts, reducer))
    new = Side.of(case.parts, case.texts, _papers(case.parts, case.texts, reducer))
    different = [*_different(case, approved, old, new, rulebook)] or [
        *_pictures(old, approved.paths, new, case.paths, tools)
    ]
    if different:
        return Compared(None, _told(different, approved.version, new))
    try:
        carried = carry(case.findings, approved, old, new, rulebook)
    except NotCarried as answer:
        return Compared(None, _told([_uncarried(answer.finding, new)], approved.version, new))
    return Compared(carried, tuple(_permitted(old.papers, new.papers)))


def _papers(parts: Sequence[Part], texts: Sequence[PartText], reducer: Reducer) -> list[Reduced]:
    """The public files as they are compared: the 正文, then the attachments in their order.

    A file without text is left out, so that the numbers of files differ: what was not read cannot be compared.
    """
    public = {part.position for part in parts if part.role.public}
    wanted = sorted(
        (text for text in texts if text.position in public),
        key=lambda text: (text.role is not PartRole.MAIN, text.position),
    )
    return [reducer.reduce(text) for text in wanted] if len(wanted) == len(public) else []


# ------------------------------------------------------------------------ what differs


def _different(
    case: Case, approved: Approved, old: Side, new: Side, rulebook: RuleBook
) -> Iterator[_Difference]:
    if case.attribute is not Attribute.PROACTIVE:
        yield _Difference("attribute")
    roles = [[paper.part.role for paper in side.papers] for side in (old, new)]
    if not roles[0] or roles[0] != roles[1]:
        yield _Difference("parts")
        return
    for one, other in zip(old.papers, new.papers, strict=True):
        if one.text != other.text:
            yield _Difference("text", other, _apart(one, other))
        yield from _hidden(one, other, rulebook)
    yield from _registered(case.slip, approved.slip, new.papers[0])


def _apart(one: Reduced, other: Reduced) -> Origin:
    """Where the second file begins to say something else."""
    pairs = enumerate(zip(one.text, other.text, strict=False))
    at = next((number for number, (old, new) in pairs if old != new), min(len(one.text), len(other.text)))
    return other.origins[min(at, len(other.origins) - 1)] if other.origins else _NOWHERE


def _hidden(one: Reduced, other: Reduced, rulebook: RuleBook) -> Iterator[_Difference]:
    """What no reader of the issued file sees, or what is tracked in it, and was not in the approved version."""
    known = Counter((kind, words) for kind, words, _ in _unseen(one, rulebook))
    for kind, words, index in _unseen(other, rulebook):
        if known[kind, words] <= 0:
            yield _Difference("hidden", other, (index, 0))
            return
        known[kind, words] -= 1


def _unseen(paper: Reduced, rulebook: RuleBook) -> Iterator[tuple[str, str, int]]:
    """Kind of place, words and index of what is hidden or tracked, but for what every saving changes."""
    ignored = {kind for rule in rulebook.issuing if rule.where is Where.UNSEEN for kind in rule.patterns}
    for index, segment in enumerate(paper.part.text.segments):
        kind = segment.place.kind
        if (not segment.visible and kind not in ignored) or kind == "insertion":
            words = bare(segment.text)
            if words:
                yield kind, words, index


def _pictures(
    old: Side, old_paths: Mapping[int, Path], new: Side, new_paths: Mapping[int, Path], tools: Toolbox
) -> Iterator[_Difference]:
    """Pictures that the issued file shows and the approved version did not; a seal at the tail may be one of them."""
    for one, other in zip(old.papers, new.papers, strict=True):
        known = Counter(map(_digest, _shown(one, old, old_paths, tools)))
        sealed = {
            other.part.text.segments[item.origin[0]].place.part
            for item in other.taken if item.rule.where is Where.SEAL
        }  # fmt: skip
        for picture in _shown(other, new, new_paths, tools):
            if known[_digest(picture)] <= 0 and picture.part not in sealed:
                yield _Difference("picture", other)
                break
            known[_digest(picture)] -= 1


def _shown(paper: Reduced, side: Side, paths: Mapping[int, Path], tools: Toolbox) -> Sequence[ShownPicture]:
    part = side.parts[paper.part.position]
    file = SourceFile(part.position, paths[part.position], part.name or "", part.role, part.sha256)
    return tools.pictures(file, paper.part.text.media_type)


def _digest(picture: ShownPicture) -> str:
    return hashlib.sha256(picture.data).hexdigest()


def _registered(said: Slip, approved: Slip, paper: Reduced) -> Iterator[_Difference]:
    """Number and date of the entry are the approved ones, or those of the very lines that may differ."""
    lines = [item.words for item in paper.taken]
    if said.document_number != approved.document_number and bare(said.document_number or "") not in lines:
        yield _Difference("number")
    dates = {day.isoformat() for words in lines if (day := parse_date(words)) is not None}
    if said.date != approved.date and said.date not in dates:
        yield _Difference("date")


def _uncarried(finding: Finding | None, new: Side) -> _Difference:
    if finding is None:
        return _Difference("redaction")
    number = new.number(finding.part)
    paper = new.papers[number] if number is not None else None
    return _Difference("finding", paper, (finding.segment, finding.start))


# ------------------------------------------------------------------------ what is told


def _told(different: Sequence[_Difference], version: int, new: Side) -> tuple[Finding, ...]:
    """One finding for each difference; about nothing in particular they stand where the 正文 begins."""
    return tuple(
        _finding(
            DIFFERS, f"issue.differs.{item.code}", item.paper or (new.papers[0] if new.papers else None),
            item.origin, f"与审定稿（第{version}版）不一致：{_WORDS[item.code]}。本件须重新审查。",
        )
        for item in different
    )  # fmt: skip


def _permitted(old: Sequence[Reduced], new: Sequence[Reduced]) -> Iterator[Finding]:
    """One finding for each permitted difference, with what the approved version says there."""
    for one, other in zip(old, new, strict=True):
        rules: dict[str, IssueRule] = {item.rule.id: item.rule for item in (*one.taken, *other.taken)}
        for rule in rules.values():
            before, after = _of(rule, one.taken), _of(rule, other.taken)
            if rule.where not in _TOLD or [item.words for item in before] == [item.words for item in after]:
                continue
            said = "".join(f"“{item.words}”" for item in before) or "无"
            origin = after[0].origin if after else _NOWHERE
            found = _finding(PERMITTED, rule.id, other, origin, f"{rule.title}：审定稿为{said}。")
            yield replace(found, article=rule.article, rule_version=rule.version)


def _of(rule: IssueRule, taken: Sequence[Taken]) -> list[Taken]:
    return [item for item in taken if item.rule.id == rule.id]


def _finding(kind: str, rule: str, paper: Reduced | None, origin: Origin, suggestion: str) -> Finding:
    """An ``info`` finding at one character, or at none when there is no such place."""
    index, start = origin
    segments = paper.part.text.segments if paper is not None else ()
    text = segments[index].text[start:].split("\n")[0].rstrip() if index < len(segments) else ""
    return Finding(
        kind=kind, severity=Severity.INFO, text=text or None, start=start, end=start + len(text), segment=index,
        place=segments[index].place if index < len(segments) else Place("", "unplaced"), rule=rule,
        suggestion=suggestion, detector=COMPARER, part=paper.part.position if paper is not None else 0,
    )  # fmt: skip
