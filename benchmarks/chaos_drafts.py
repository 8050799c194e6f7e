"""The drafts of the chaos run: several kinds and formats, each with the end that it must reach."""

from __future__ import annotations

import hashlib
import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "samples"))

from people import mobile, resident_id
from writing import Paper, docx, pdf, save_docx, save_xlsx, slip, workbook, write

DEPARTMENTS = ("办公室", "财政局", "民政局")
FORMS = ("docx", "pdf", "txt", "html", "folder")

END = {
    "clean": "published",
    "findings": "published",
    "corrected": "published",
    "withdrawn": "withdrawn",
    "secret": "quarantined",
    "exempt": "withheld",
    "on_request": "on_request",
    "corrupt": "returned",
    "no_attribute": "returned",
    "duplicate": "duplicate",
}
"""The state in which a draft of each kind must end."""

_WEIGHTS = {
    "clean": 40, "findings": 14, "corrected": 6, "withdrawn": 6, "secret": 8, "exempt": 7, "on_request": 7,
    "corrupt": 4, "no_attribute": 3, "duplicate": 5,
}  # fmt: skip


@dataclass(slots=True)
class Draft:
    """One draft of the run.

    Args:
        number: its number in the run.
        kind: key of :data:`END`.
        form: how it is written, one of :data:`FORMS`.
        department: whose folder it is dropped into.
        copy_of: number of the draft whose bytes a duplicate has.
        sha256: hash of its main file; of the corrected one too, once written.
    """

    number: int
    kind: str
    form: str
    department: str
    copy_of: int | None = None
    sha256: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its title; a suspected secret's title holds the words that must not get out."""
        subject = self.words if self.kind == "secret" else f"第{self.number}号便民服务点"
        return f"关于做好{subject}工作的通知"

    @property
    def main(self) -> str:
        """Name of the main file in a folder; its own, because equal names may join a returned case."""
        return f"正文{self.number}.docx"

    @property
    def words(self) -> str:
        """Words that stand in this draft only."""
        return f"BIANHAO{self.number:05d}SHILI"

    @property
    def private(self) -> tuple[str, str]:
        """The numbers of a person in it, if it has findings."""
        return mobile(self.number), resident_id("19800101", self.number % 1000)

    @property
    def subfolder(self) -> str:
        """The attribute folder it is dropped into, if any."""
        return {"on_request": "依申请公开", "corrupt": "主动公开"}.get(self.kind, "")


def plan(count: int, rng: random.Random) -> list[Draft]:
    """The drafts of a run: each kind at least once, then by weight."""
    kinds = [*END, *rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=max(0, count - len(END)))][:count]
    drafts: list[Draft] = []
    for number, kind in enumerate(kinds, 1):
        form = rng.choice(FORMS)
        if kind == "exempt":
            form = "folder"
        elif kind == "corrupt" or (form == "folder" and kind in ("on_request", "corrected", "secret")):
            form = "docx"
        draft = Draft(number, kind, form, rng.choice(DEPARTMENTS))
        if kind == "duplicate":
            first = rng.choice([item for item in drafts if item.kind in ("clean", "secret")])
            draft.copy_of, draft.form, draft.department = first.number, first.form, first.department
        drafts.append(draft)
    return drafts


def make(draft: Draft, folder: Path, first: Draft | None = None) -> Path:
    """Write a draft.

    Args:
        draft: the draft.
        folder: an empty folder outside every drop folder.
        first: the draft that a duplicate repeats.

    Returns:
        The file or folder to drop.
    """
    if first is not None:
        source = make(first, folder / "same")
        target = folder / f"再报{draft.number}号{source.suffix}"
        shutil.move(source, target)
        draft.sha256 = list(first.sha256[-1:])
        return target
    path = folder / (draft.title if draft.form == "folder" else f"{draft.title}.{draft.form}")
    main = path / draft.main if draft.form == "folder" else path
    _write(draft, main, "")
    if draft.form == "folder":
        _furnish(draft, path)
    draft.sha256.append(_digest(main))
    return path


def correct(draft: Draft, folder: Path, case: str) -> Path:
    """Write the corrected draft, named by the case that it corrects."""
    path = folder / f"{case} {draft.title}.{draft.form}"
    _write(draft, path, "修改稿已经完善。")
    draft.sha256.append(_digest(path))
    return path


def _write(draft: Draft, path: Path, more: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    paragraphs = [
        "为方便群众办事，现就有关工作通知如下。",
        f"登记名称：{draft.words}。",
        "一、服务点每周开放五天。",
    ]
    if draft.kind == "findings":
        number, identity = draft.private
        paragraphs.append(f"二、联系人手机{number}，身份证号{identity}。")
    if more:
        paragraphs.append(more)
    note = "" if draft.kind in ("no_attribute", "exempt", "on_request") else "（此件公开发布）"
    marking = "机密★5年" if draft.kind == "secret" else ""
    paper = Paper(draft.title, paragraphs, marking=marking, to="各镇人民政府：", signed=f"示范县{draft.department}",
                  date="2026年11月20日", note=note)  # fmt: skip
    before, after = paper.lines()
    lines = [*before, *after]
    match path.suffix:
        case ".docx":
            save_docx(docx(paper), path)
            if draft.kind == "corrupt":
                path.write_bytes(path.read_bytes()[: 7000 + draft.number])
        case ".pdf":
            pdf(path, [line for line in lines if line != draft.title], title=draft.title)
        case ".txt":
            encoding = "utf-8" if draft.number % 2 else "gb18030"
            write(path, "\r\n".join(lines).encode(encoding))
        case ".html":
            body = "".join(f"<p>{line}</p>" for line in lines)
            write(path, f'<!doctype html><meta charset="utf-8"><title></title>{body}'.encode())


def _furnish(draft: Draft, folder: Path) -> None:
    rows = (("项目", "责任单位"), (f"第{draft.number}号便民服务点", "县民政局"))
    save_xlsx(workbook({"任务表": rows}), folder / f"附件1：任务表{draft.number}.xlsx")
    values = {"title": draft.title, "genre": "通知", "date": "2026-11-20", "main": draft.main}
    if draft.kind == "exempt":
        values |= {
            "attribute": "不予公开",
            "ground": "R16a",
            "reason": "属于内部后勤管理事项，对外不产生影响。",
        }
    elif draft.kind != "no_attribute":
        values["attribute"] = "主动公开"
    slip(folder / "slip.toml", **values)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
