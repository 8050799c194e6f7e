"""Mails (eml, mbox) and web archives (mht): every header, body, part, and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.archive_budget import Budget
from disclosure_pipeline.builtin.extractors.collector import Collector, Limits, Source, check_suffix
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.mime_parts import Mail
from disclosure_pipeline.builtin.extractors.txt_encoding import load
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text

_SUFFIXES = (".eml", ".mht", ".mhtml", ".mbox", ".nws")
_FIELD = re.compile(rb"[A-Za-z][\w.-]*[ \t]*:[^\n]*(?:\n|\Z)|[ \t]+[^\n]*(?:\n|\Z)")
_PROOF = re.compile(
    rb"^(?:MIME-Version|Received|Message-ID|Return-Path|Delivered-To|Content-Type|From|To|Subject|Date|Reply-To|"
    rb"X-Mailer|Sender|Cc)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MBOX = re.compile(rb"^From [^\r\n]*\r?\n(?=[A-Za-z][\w-]*:)", re.MULTILINE)
_MARK = b"\xef\xbb\xbf"


class MailExtractor:
    """Reads mails and web archives.

    Args:
        limits: the keys of ``[extraction]``.
        depth: how deep the file lies inside other files.
    """

    id = "mail"
    version = "1"

    def __init__(self, limits: Mapping[str, Any], depth: int = 0):
        self._settings = limits
        self._limits = Limits.of(limits)
        self._depth = depth

    def score(self, head: bytes, name: str) -> int:
        """Sure when the file begins with header fields, two of them those of mails."""
        sample = head[:8192].removeprefix(_MARK).lstrip(b"\r\n")
        if _MBOX.match(sample):
            return 85
        fields, at = [], 0
        while match := _FIELD.match(sample, at):
            fields.append(match[0])
            at = match.end()
        proofs = {found.lower() for found in _PROOF.findall(b"".join(fields))}
        if len(proofs) >= 2:
            return 85
        return 60 if fields and name.endswith(_SUFFIXES) else 0

    def extract(self, file: SourceFile) -> Text:
        """Read everything in the mail.

        Raises:
            ExtractionFailed: ``file.empty``, ``file.too_large``, ``file.bomb``, ``file.broken``.
        """
        return self.read(file.path, file.name)

    def read(self, source: Source, name: str) -> Text:
        """Read from a path or from memory."""
        import email
        from email import policy

        data = load(source, self._limits).removeprefix(_MARK).lstrip(b"\r\n")
        _, settings = Budget.shared(self._settings, len(data))
        out = Collector("message/rfc822", f"builtin.{self.id}", self._limits)
        check_suffix(out, name, _SUFFIXES, "邮件或网页归档")
        for number, message in enumerate(_messages(data), start=1):
            try:
                parsed = email.message_from_bytes(message, policy=policy.compat32)
            except (ValueError, RecursionError, AssertionError) as error:
                raise failure("file.broken", "It cannot be parsed as a mail.") from error
            Mail(out, settings, self._depth, prefix="" if number == 1 else f"mail {number} ").read(parsed)
        return out.text()


def _messages(data: bytes) -> list[bytes]:
    """The mails of a mailbox; one, when the file is none."""
    if not _MBOX.match(data):
        return [data]
    return [message for message in _MBOX.split(data) if message.strip()]
