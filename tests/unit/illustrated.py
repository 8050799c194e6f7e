"""A version of one file whose pictures may go out: recognition reads them before and after, and the proof is the real one."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from disclosure_pipeline.builtin.public import Beside, Problem, build, prove
from disclosure_pipeline.builtin.public.illustrations import Illustrations
from disclosure_pipeline.builtin.public.notes import notes
from disclosure_pipeline.builtin.public.pictures import job
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.hooks.contracts import Case, PartText, SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.document import Part, PartRole, Slip
from disclosure_pipeline.model.finding import Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import PictureKey, Ruling
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share
from tests.hiding.picture import page, stored
from tests.hiding.reading import read

BOOK = load_rulebook(share("config"))
TITLE = "关于整治道路的通知"
WORDS = ("道路整治范围示意图", "联系电话见公告栏")
LIMITS = ExtractionSettings().model_dump()


@dataclass
class Tools:
    """Makes pictures anew by the job that a sandbox process runs."""

    path: Path

    @property
    def rulebook(self) -> RuleBook:
        return BOOK

    def pictures(self, file: SourceFile, media_type: str) -> Sequence[ShownPicture]:
        return job.pictures(file, media_type, LIMITS)


class Version:
    """A version of one file, as it is approved.

    Args:
        folder: a private folder.
        data: the file.
        name: its name.
        findings: what was struck out in it.
    """

    def __init__(self, folder: Path, data: bytes, name: str = "草稿.docx", findings: Sequence[Finding] = ()):
        self.folder = folder
        path = folder / name
        path.write_bytes(data)
        self.text = read(data, name)
        digest = hashlib.sha256(data).hexdigest()
        self.case = Case(
            document="2026-000001", unit="default", department="交通局", state=State.IN_REVIEW, version=1, title=TITLE,
            slip=Slip(), parts=(Part(0, name, self.text.media_type, digest, len(data), PartRole.MAIN),),
            paths={0: path}, texts=(PartText(0, PartRole.MAIN, self.text),), findings=tuple(findings),
            settled={item.id: Settlement.REDACT.value for item in findings},
        )  # fmt: skip

    def illustrations(self) -> Illustrations:
        struck = Redactions(self.case, BOOK)
        return Illustrations(self.case, struck, Tools(self.folder))

    def rule(self, *rulings: Ruling) -> tuple[PictureKey, ...]:
        """What an officer rules of its pictures, in order; of those without a ruling nothing. Returns their keys."""
        keys = tuple(item.key for item in self.illustrations().judged)
        self.case = replace(self.case, rulings=dict(zip(keys, rulings, strict=False)))
        return keys

    def beside(self) -> Beside:
        chosen, struck = self.illustrations(), Redactions(self.case, BOOK)
        released = frozenset(key for key, ruling in self.case.rulings.items() if ruling is Ruling.PUBLIC)
        told = notes(self.case.texts, struck, BOOK, chosen.names)
        return Beside(told, pictures=chosen.chosen, released=released)

    def built(self, beside: Beside) -> list[tuple[Artefact, Path]]:
        out = self.folder / "public"
        out.mkdir(exist_ok=True)
        redactions = Redactions(self.case, BOOK).redactions
        return build(TITLE, self.case.texts, self.case.parts, out, redactions, beside=beside)

    def proved(self, files: Sequence[tuple[Artefact, Path]], beside: Beside) -> list[Problem]:
        again = [(item, read(path.read_bytes(), path.name)) for item, path in files]
        redactions = Redactions(self.case, BOOK).redactions
        return prove(again, TITLE, self.case.texts, self.case.parts, redactions, beside=beside)


def struck(text: Text, words: str) -> Finding:
    """Some words as the officer struck them out, where they are read first."""
    index = next(at for at, segment in enumerate(text.segments) if words in segment.text)
    start = text.segments[index].text.index(words)
    place = text.segments[index].place
    return Finding(
        "privacy.person_name", Severity.REVIEW, words, start, start + len(words), index, place, "D"
    )


def sign(*lines: str) -> bytes:
    return stored(page(*lines), "PNG")


def everything(files: Sequence[tuple[Artefact, Path]]) -> bytes:
    data = []
    for _, path in files:
        data.append(path.read_bytes())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                data += map(package.read, package.namelist())
    return b"\n".join(data)
