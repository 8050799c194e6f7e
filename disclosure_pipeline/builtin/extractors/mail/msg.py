"""Outlook messages (msg): every property, recipient, attachment and enclosed message of the compound file."""

from __future__ import annotations

from collections.abc import Iterable

from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.claims import MSG
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.mail.msg_message import Message
from disclosure_pipeline.builtin.extractors.ole.compound import CompoundFile
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.model.text import Text


class MsgExtractor(BuiltinExtractor):
    """Reads Outlook messages."""

    claim = MSG

    def read(self, source: Source, name: str) -> Text:
        """Read everything in the message.

        Raises:
            ExtractionFailed: ``file.broken``, ``file.bomb``, ``file.too_large``.
        """
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        _, settings = Budget.shared(self._settings, size)
        out = self._collector("application/vnd.ms-outlook")
        check_suffix(out, name, self.claim.suffixes, "Outlook 邮件")
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
