"""The editors of Office formats: what each can do with a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Limits
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.signatures import ZIP_MAGIC, first_folder
from disclosure_pipeline.hooks.contracts import Remark, SourceFile
from disclosure_pipeline.model.text import Segment

_SURE = 95


class _OfficeEditor:
    """What the editors have in common.

    Args:
        limits: the keys of ``[extraction]``.
    """

    version = "1"
    _folder = ""

    def __init__(self, limits: Mapping[str, Any]):
        self._limits = Limits.of(limits)

    def score(self, head: bytes, name: str) -> int:  # noqa: ARG002 - the name proves nothing
        """Certain when the zip's first members say so."""
        return _SURE if head.startswith(ZIP_MAGIC) and first_folder(head) == self._folder else 0

    def annotate(self, file: SourceFile, remarks: Sequence[Remark]) -> bytes:  # noqa: ARG002 - for all formats
        """Refuse.

        Raises:
            ExtractionFailed: ``annotate.unsupported``, always.
        """
        raise failure("annotate.unsupported")


class WordEditor(_OfficeEditor):
    """Documents (docx)."""

    id = "word"
    _folder = "word"

    def clean(self, file: SourceFile, unseen: Sequence[Segment]) -> bytes:
        """See :func:`~disclosure_pipeline.builtin.editors.word.clean_word`."""
        from disclosure_pipeline.builtin.editors.word import clean_word

        return clean_word(file.path, unseen, self._limits)

    def annotate(self, file: SourceFile, remarks: Sequence[Remark]) -> bytes:
        """See :func:`~disclosure_pipeline.builtin.editors.remarks.annotate_word`."""
        from disclosure_pipeline.builtin.editors.remarks import annotate_word

        return annotate_word(file.path, remarks, self._limits)


class WorkbookEditor(_OfficeEditor):
    """Workbooks (xlsx)."""

    id = "workbook"
    _folder = "xl"

    def clean(self, file: SourceFile, unseen: Sequence[Segment]) -> bytes:
        """See :func:`~disclosure_pipeline.builtin.editors.sheets.clean_workbook`."""
        from disclosure_pipeline.builtin.editors.sheets import clean_workbook

        return clean_workbook(file.path, unseen, self._limits)


class PresentationEditor(_OfficeEditor):
    """Presentations (pptx)."""

    id = "presentation"
    _folder = "ppt"

    def clean(self, file: SourceFile, unseen: Sequence[Segment]) -> bytes:
        """See :func:`~disclosure_pipeline.builtin.editors.slides.clean_presentation`."""
        from disclosure_pipeline.builtin.editors.slides import clean_presentation

        return clean_presentation(file.path, unseen, self._limits)
