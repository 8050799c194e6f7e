"""Outlook messages (msg): every property, recipient, attachment and enclosed message of the compound file."""

from __future__ import annotations

from collections.abc import Iterable

from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.mail.msg_message import Message
from disclosure_pipeline.builtin.extractors.mail.msg_properties import FIXED
from disclosure_pipeline.builtin.extractors.ole.compound import OLE_MAGIC, CompoundFile
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.model.text import Text

_SUFFIXES = (".msg", ".oft")
_SIGNS = tuple(name.encode("utf-16-le") for name in (FIXED, "__substg1.0_", "__nameid_version1.0"))


class MsgExtractor(BuiltinExtractor):
    """Reads Outlook messages."""

    id = "msg"

    def score(self, head: bytes, name: str) -> int:
        """Certain when the head of a compound file names message properties, or the file's name says so."""
        if not head.startswith(OLE_MAGIC):
            return 0
        return 100 if name.endswith(_SUFFIXES) or any(sign in head for sign in _SIGNS) else 0

    def read(self, source: Source, name: str) -> Text:
        """Read everything in the message.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.too_large``.
        """
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        _, settings = Budget.shared(self._settings, size)
        out = self._collector("application/vnd.ms-outlook")
        check_suffix(out, name, _SUFFIXES, "Outlook 邮件")
        file = CompoundFile(source, self._limits)
        Message(out, file, (), settings=settings, depth=self._depth).read()
        self._rest(out, file)
        if file.damaged:
            out.doubt("file.partial", "邮件文件已损坏，可能没有读全，请人工查看原件。")
        return out.text()

    def _rest(self, out: Collector, file: CompoundFile) -> None:
        """Bytes of the file that belong to no stream."""
        known = Known(out.texts())
        for leftover in file.leftovers():
            runs: Iterable[str] = dict.fromkeys(sweep(leftover.data))
            for run in runs:
                if not known.explains(run):
                    out.add(run, "unplaced", leftover.part)
