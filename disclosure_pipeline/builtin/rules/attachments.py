"""夹带: an attachment that its own words keep narrower than the document it goes out with (A1.7).

Attachments are the other files of a submission and the files embedded in any of them. Their 附注, a labelled
公开属性, an internal-use notice and their names are compared with the attribute of the document. (A secrecy
marking quarantines the whole submission before anybody asks.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from disclosure_pipeline.builtin.detectors.tables import named_cells
from disclosure_pipeline.builtin.rules.attributes import attribute_of
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case, Opinion, PartText
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.finding import Finding
from disclosure_pipeline.model.folding import fold
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.reading import Spot, find_notes
from disclosure_pipeline.model.text import Place, Segment, Text

_EMBEDDED = "attachment"
_INSIDE = "!"
"""Parts what an embedded file is called from where in it something stands (`Collector.adopt`)."""


@dataclass(frozen=True, slots=True)
class _Attachment:
    """A file that goes out with the document.

    Args:
        part: the file of the submission.
        inner: what the embedded file is called in it; empty for the file itself.
        number: the embedded file's number in it, from 1.
        segments: indexes of its segments.
    """

    part: PartText
    inner: str
    number: int
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Sign:
    """What keeps an attachment narrower: the rule, and where it stands."""

    rule: Rule
    spot: Spot
    place: Place


class StricterAttachment:
    """One finding for each attachment whose strictest sign is narrower than the attribute of the document."""

    id = "stricter_attachment"
    version = "1"

    def __init__(self, rulebook: RuleBook):
        self._rulebook = rulebook

    def judge(self, case: Case) -> Opinion:
        """Compare every attachment with the document.

        Raises:
            ConfigError: a rule is missing.
        """
        rules = {rule.options["sign"]: rule for rule in self._rulebook.of_form("attachment")}
        notes = self._rulebook.of_form("note")
        if missing := {"exempt", "on_request", "circulation", "internal"} - rules.keys():
            raise ConfigError(f"rules: there is no rule of form 'attachment' for '{min(missing)}'")
        attribute = attribute_of(case, self._rulebook)
        if attribute is None or not notes:
            return Opinion(self.id)
        found: list[Finding] = []
        for attachment in _attachments(case):
            signs = [
                *_noted(attachment, notes, rules),
                *_labelled(attachment, rules),
                *_named(case, attachment, rules, self._rulebook),
                *_internal(case, attachment, rules["internal"]),
            ]
            narrower = [sign for sign in signs if _breadth(sign.rule) < attribute.breadth]
            if narrower:
                strictest = min(narrower, key=lambda sign: _breadth(sign.rule))
                found.append(_finding(attachment, strictest, attribute))
        return Opinion(self.id, findings=tuple(found))


def _breadth(rule: Rule) -> int:
    return Attribute(rule.attribute).breadth


def _attachments(case: Case) -> Iterator[_Attachment]:
    """Files of the submission beside the 正文, and files embedded in any public one."""
    for part in case.texts:
        if not part.role.public:
            continue
        inside: dict[str, list[int]] = {}
        own: list[int] = []
        for index, segment in enumerate(part.text.segments):
            if segment.place.kind == _EMBEDDED:
                inside.setdefault(segment.place.part.split(_INSIDE, 1)[0], []).append(index)
            else:
                own.append(index)
        if part.role is PartRole.ATTACHMENT:
            yield _Attachment(part, "", 0, tuple(own))
        for number, (name, indexes) in enumerate(inside.items(), 1):
            yield _Attachment(part, name, number, tuple(indexes))


def _as_read(attachment: _Attachment) -> PartText:
    """The attachment as a part of its own: what is hidden in an embedded file goes out with it all the same."""
    segments = []
    for index in attachment.segments:
        segment = attachment.part.text.segments[index]
        if attachment.inner:
            kind = "table" if segment.place.cell else "body"
            segment = Segment(segment.text, segment.place._replace(kind=kind), visible=True)
        segments.append(segment)
    text = attachment.part.text
    return PartText(
        attachment.part.position, PartRole.ATTACHMENT, Text(text.media_type, text.extractor, tuple(segments))
    )


def _noted(attachment: _Attachment, notes: Sequence[Rule], rules: dict[str, Rule]) -> Iterator[_Sign]:
    """What its 附注 say: 此件不公开, 公开属性：依申请公开, 此件发至…."""
    for note in find_notes(_as_read(attachment).text, notes):
        rule = rules.get(note.rule.attribute or "circulation")
        if rule is not None:
            yield _sign(attachment, rule, note.spot)


def _labelled(attachment: _Attachment, rules: dict[str, Rule]) -> Iterator[_Sign]:
    """The attribute in the cell beside its label."""
    part = _as_read(attachment)
    labels = {label for rule in rules.values() for label in rule.options.get("labels", ())}
    for one in named_cells(part):
        if one.label.rstrip(":") in labels:
            stated = Attribute.parse(one.cell.text)
            if stated is not None and stated.value in rules:
                span = one.cell.span
                yield _sign(attachment, rules[stated.value], Spot(span.segment, span.start, span.end))


def _named(
    case: Case, attachment: _Attachment, rules: dict[str, Rule], rulebook: RuleBook
) -> Iterator[_Sign]:
    """What the file's own name says, or the name of a folder it lies in."""
    names = {part.position: part.name or "" for part in case.parts}
    name = attachment.inner or names.get(attachment.part.position, "")
    for word in PurePosixPath("".join(fold(name).split())).parts:
        for naming in rulebook.of_form("attachment_name"):
            if any(re.search(pattern, word) for pattern in naming.patterns):
                place = Place("name", "metadata")
                yield _Sign(rules[naming.options["sign"]], Spot(-1, 0, 0), place)


def _internal(case: Case, attachment: _Attachment, rule: Rule) -> Iterator[_Sign]:
    """An internal-use notice that the detectors found in it."""
    members = {*attachment.segments}
    for item in case.findings:
        if item.part == attachment.part.position and item.kind in rule.options["kinds"]:
            mine = item.segment in members or (item.segment < 0 and not attachment.inner)
            if mine:
                yield _Sign(rule, Spot(item.segment, item.start, item.end), item.place)


def _sign(attachment: _Attachment, rule: Rule, spot: Spot) -> _Sign:
    """A sign at a place of the attachment as it was read, led back to the file of the submission."""
    index = attachment.segments[spot.segment]
    return _Sign(rule, replace(spot, segment=index), attachment.part.text.segments[index].place)


def _finding(attachment: _Attachment, sign: _Sign, attribute: Attribute) -> Finding:
    """Names both by their numbers; what an attachment is called is its author's word."""
    number, inner = attachment.part.position + 1, attachment.number
    what = f"第{number}个文件中内嵌的第{inner}个附件" if attachment.inner else f"第{number}个文件（附件）"
    said = sign.rule.options["said"]
    return Finding(
        kind=sign.rule.kind, severity=sign.rule.severity, text=None,
        start=sign.spot.start, end=sign.spot.end, segment=sign.spot.segment, place=sign.place,
        rule=sign.rule.id, article=sign.rule.article, part=attachment.part.position,
        suggestion=f"{what}{said}，正文拟“{attribute.chinese}”。{sign.rule.suggestion}",
        why=str(sign.rule.options.get("why", "")), rule_version=sign.rule.version,
    )  # fmt: skip
