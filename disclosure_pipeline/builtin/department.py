"""What the department handed in: which file is what, and what its slip says.

The slip comes from ``slip.toml``, from the office's 拟稿单 form or from the document itself, the
stronger source first. Which file is the 正文 is taken from the slip, from the names, or from there
being only one; when that leaves a choice, the draft goes back with a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from disclosure_pipeline.builtin.slips import SlipInvalid, read_form, read_notes, read_slip_toml
from disclosure_pipeline.hooks.contracts import Case, PartText
from disclosure_pipeline.model.document import Part, PartRole, Slip
from disclosure_pipeline.model.policy import RuleBook

SLIP_FILE = "slip.toml"

_DOCUMENTS = ("wordprocessingml", "pdf", "html", "text/plain")
"""Media types in which a 正文 is written; workbooks and pictures are attachments beside one."""


@dataclass(frozen=True, slots=True)
class Department:
    """What a submission is.

    Args:
        slip: what the department says, merged over all sources.
        parts: the files with media type and role.
        title: title for lists; the file's name when the document has none.
        problems: what must be asked back, Chinese, without document text.
    """

    slip: Slip
    parts: tuple[Part, ...]
    title: str
    problems: tuple[str, ...] = ()


def read_department(case: Case, texts: Sequence[PartText], rulebook: RuleBook) -> Department:
    """Read slip, roles and title of a submission.

    Args:
        case: the case, with names and paths of its files.
        texts: the text of each file.
        rulebook: rules of the forms ``part_role``, ``note`` and those that find a title.
    """
    by_position = {item.position: item.text for item in texts}
    named = {part.position: _named_role(part, rulebook) for part in case.parts}
    parts = tuple(
        replace(
            part,
            media_type=by_position[part.position].media_type,
            role=named[part.position] or PartRole.ATTACHMENT,
        )
        for part in case.parts
    )
    slip, problems, forms = _slip(case, parts, texts)
    parts = tuple(replace(part, role=PartRole.SLIP) if part.position in forms else part for part in parts)
    unnamed = {position for position, role in named.items() if role is None}
    main, clear = _main(parts, slip, unnamed)
    if not clear:
        problems.append(
            "多个文件中无法确定哪一个是正文，请在文件名中写明“正文”，或在拟稿单中写明正文文件名。"
        )
    parts = tuple(_settled(part, main) for part in parts)
    if main is not None:
        notes = read_notes(by_position[main.position], rulebook)
        # The document's own 附注 is a source for the attribute rules, not a claim of the slip.
        slip = slip.merged(replace(notes, attribute=None, source=None))
    title = slip.title or (PurePosixPath(main.name or "").stem if main else "")
    return Department(slip, parts, title, tuple(problems))


def _slip(case: Case, parts: Sequence[Part], texts: Sequence[PartText]) -> tuple[Slip, list[str], set[int]]:
    """The slip's words, what is wrong with them, and the positions of the forms."""
    slip, problems, forms = Slip(), [], set()
    for part in parts:
        if _file_name(part) == SLIP_FILE or _file_name(part).endswith(f".{SLIP_FILE}"):
            forms.add(part.position)
            try:
                slip = slip.merged(read_slip_toml(case.paths[part.position].read_bytes()))
            except SlipInvalid as error:
                problems.append(f"{error.message}{error.advice}")
    for item in texts:
        form = None if item.position in forms else read_form(item.text)
        if form is not None:
            forms.add(item.position)
            slip = slip.merged(form)
    return slip, problems, forms


def _named_role(part: Part, rulebook: RuleBook) -> PartRole | None:
    name = _file_name(part)
    for rule in rulebook.of_form("part_role"):
        if any(word in name for word in rule.patterns):
            return PartRole(rule.options["role"])
    return None


def _main(parts: Sequence[Part], slip: Slip, unnamed: set[int]) -> tuple[Part | None, bool]:
    """The 正文, and whether there was no choice about it.

    Args:
        parts: the files.
        slip: what the department says.
        unnamed: positions of files whose names say nothing about their role.
    """
    public = [part for part in parts if part.role.public]
    if slip.main:
        wanted = [part for part in public if _file_name(part) == PurePosixPath(slip.main).name]
        return (wanted[0], True) if len(wanted) == 1 else (public[0] if public else None, False)
    named = [part for part in public if part.role is PartRole.MAIN]
    if named:
        return named[0], len(named) == 1
    if len(public) == 1:
        return public[0], True
    free = [part for part in public if part.position in unnamed]
    if len(free) == 1:
        return free[0], True
    documents = [part for part in free if any(kind in part.media_type for kind in _DOCUMENTS)]
    if len(documents) == 1:
        return documents[0], True
    return (public[0] if public else None), False


def _settled(part: Part, main: Part | None) -> Part:
    if main is not None and part.position == main.position:
        return replace(part, role=PartRole.MAIN)
    return replace(part, role=PartRole.ATTACHMENT) if part.role is PartRole.MAIN else part


def _file_name(part: Part) -> str:
    return PurePosixPath(part.name or "").name
