"""Clean and annotated copies of drafts, made inside a sandbox process, and the proof that they are right.

A copy of a suspected secret is never made. A clean copy is read again by the same reader: nothing that the
page does not show may be left, and nothing that it shows may be missing. An editor's word is not taken.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from disclosure_pipeline.errors import ExtractionFailed, Refused
from disclosure_pipeline.hooks import registry, sandbox_entry
from disclosure_pipeline.hooks.contracts import Editor, Reading, Remark, SourceFile
from disclosure_pipeline.hooks.guard import ask, instance
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.finding import HIDDEN, Finding, Severity
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.model.words import kind_in_words

_KEPT = frozenset((("field", None), ("name", "sheet")))
"""Kind and detail of the hidden places that a clean copy keeps: codes of page numbers, numbers of sheets."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a draft.

    Args:
        data: its bytes.
        counts: for a clean copy what was left out, for an annotated one what was remarked: places by kind.
    """

    data: bytes
    counts: Mapping[str, int]


def clean_file(file: SourceFile) -> Copy:
    """Make a clean copy and prove it (called through the sandbox).

    Raises:
        Refused: ``file.marked``: the draft bears a secrecy marking.
        ExtractionFailed: it cannot be read or cleaned; ``clean.incomplete``: the proof failed.
    """
    before = _read(file).texts[0].text
    editor_id, editor = _editor(file)
    unseen = [segment for segment in before.segments if not segment.visible]
    data = _ask(editor_id, lambda: editor.clean(file, unseen))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"copy{Path(file.name).suffix}"
        path.write_bytes(data)
        after = sandbox_entry.loaded().reader.extract(SourceFile(0, path, path.name))
    prove(before, after)
    return Copy(data, Counter(segment.place.kind for segment in unseen))


def annotate_file(file: SourceFile) -> Copy:
    """Make a copy with a comment at each finding (called through the sandbox).

    Raises:
        Refused: ``file.marked``.
        ExtractionFailed: it cannot be read; ``annotate.unsupported``: only documents carry comments.
    """
    found = _read(file)
    text = found.texts[0].text
    remarks = list(_remarks(text, found.screening.findings))
    editor_id, editor = _editor(file)
    data = _ask(editor_id, lambda: editor.annotate(file, remarks))
    return Copy(data, Counter(remark.place.kind for remark in remarks))


def _read(file: SourceFile) -> Reading:
    found = sandbox_entry.loaded().reader.read((file,))
    if found.marked:
        raise Refused(
            "The draft bears a secrecy marking; no copy of it is made.",
            code="file.marked",
            advice="请立即停止处理和传播该文件，按保密规定报告保密审查员。",
        )
    if not found.texts:
        fault = found.faults[0] if found.faults else None
        if fault is None:
            raise ExtractionFailed("The marking check could not be concluded.", code="screen.not_concluded")
        raise ExtractionFailed(fault.message, code=fault.code, advice=fault.advice)
    return found


def _editor(file: SourceFile) -> tuple[str, Editor]:
    with file.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    editors = sandbox_entry.loaded().editors
    chosen = choose(editors.values(), head, file.name)
    if chosen is None:
        raise ExtractionFailed(
            "No copy can be made of files of this format.",
            code="clean.unsupported",
            advice="只支持 docx、xlsx、pptx；其他格式请先另存为其中之一。",
        )
    return next(name for name, editor in editors.items() if editor is chosen), chosen


def _ask(editor_id: str, call: Callable[[], object]) -> bytes:
    answer = ask(
        registry.EDITORS.subject(editor_id), call, instance(bytes), passes=(ExtractionFailed, MemoryError), trusted=True,
    )  # fmt: skip
    return answer.get()


# ----------------------------------------------------------------------- proof


def prove(before: Text, after: Text) -> None:
    """Prove a clean copy: nothing hidden is left, nothing visible is lost or new.

    Args:
        before: the draft as read.
        after: the copy as read.

    Raises:
        ExtractionFailed: ``clean.incomplete``; it names kinds of places, never their text.
    """
    left = {segment.place.kind for segment in after.segments if not segment.visible and not _is_kept(segment)}
    if left:
        raise _incomplete(left, "清理后仍有页面上看不到的内容")
    lost = _lines(before) - _lines(after)
    if lost:
        kinds = {
            segment.place.kind
            for segment in before.segments
            if segment.visible and _line_set(segment) & set(lost)
        }
        raise _incomplete(kinds, "有页面上可见的内容无法带入清洁副本")
    if _lines(after) - _lines(before):
        raise _incomplete(set(), "清洁副本比原件多出了内容")
    if {doubt.code for doubt in after.doubts} - {doubt.code for doubt in before.doubts}:
        raise _incomplete(set(), "清洁副本中有无法读取的位置")


def _is_kept(segment: Segment) -> bool:
    kind, detail = segment.place.kind, segment.place.detail
    return (kind, None) in _KEPT or (kind, detail) in _KEPT


def _lines(text: Text) -> Counter[str]:
    """The visible lines without white space, however they are cut into segments."""
    return Counter(line for segment in text.segments if segment.visible for line in _line_set(segment))


def _line_set(segment: Segment) -> set[str]:
    return {bare for line in segment.text.splitlines() if (bare := "".join(line.split()))}


def _incomplete(kinds: Iterable[str], why: str) -> ExtractionFailed:
    names = "、".join(sorted(kind_in_words(kind) for kind in kinds))
    return ExtractionFailed(
        "The clean copy does not hold what the page shows, and only that.",
        code="clean.incomplete",
        advice=f"{why}{f'（{names}）' if names else ''}。请在 Word、WPS 中手工处理这些位置后再试。",
    )


# --------------------------------------------------------------------- remarks


def _remarks(text: Text, findings: Sequence[Finding]) -> Iterator[Remark]:
    """One remark a place; several findings about one place share it."""
    by_segment: dict[int, dict[str, None]] = {}
    for finding in findings:
        if finding.severity == Severity.INFO:
            continue
        for segment in _places(text, finding):
            by_segment.setdefault(segment, {})[finding.suggestion or finding.kind] = None
    for segment, texts in sorted(by_segment.items()):
        place = text.segments[segment]
        yield Remark(place.place, place.text, "\n".join(texts))


def _places(text: Text, finding: Finding) -> Iterator[int]:
    """The segments that a finding is about; one of hidden content speaks for all places of its kind."""
    if finding.segment < 0:
        return
    yield finding.segment
    if finding.kind == HIDDEN:
        like = text.segments[finding.segment]
        for index, segment in enumerate(text.segments):
            if index != finding.segment and (segment.visible, segment.place.kind) == (
                like.visible,
                like.place.kind,
            ):
                yield index
