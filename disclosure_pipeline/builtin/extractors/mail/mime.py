"""Mails (eml, mbox) and web archives (mht): every header, body, part, and what stands between them."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.budget import Budget
from disclosure_pipeline.builtin.extractors.claims import MAIL
from disclosure_pipeline.builtin.extractors.collector import Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.mail.parts import Mail
from disclosure_pipeline.builtin.extractors.signatures import BYTE_ORDER_MARK, MAILBOX
from disclosure_pipeline.builtin.extractors.text.encoding import load
from disclosure_pipeline.model.text import Text

_HEADERS_END = re.compile(rb"\r?\n\r?\n|\r\r")
_BOUNDARY = re.compile(
    rb"\bboundary[*0]{0,2}\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE
)
_LINE_OF_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200})", re.MULTILINE)


class MailExtractor(BuiltinExtractor):
    """Reads mails and web archives."""

    claim = MAIL

    def read(self, source: Source, name: str) -> Text:
        """Read everything in the mail.

        Raises:
            ExtractionFailed: ``file.empty``, ``file.too_large``, ``file.bomb``, ``file.broken``.
        """
        import email
        from email import policy

        data = load(source, self._limits).removeprefix(BYTE_ORDER_MARK).lstrip(b"\r\n")
        _, settings = Budget.shared(self._settings, len(data))
        out = self._collector("message/rfc822")
        check_suffix(out, name, self.claim.suffixes, "邮件或网页归档")
        _refuse_parts(data, self._limits.max_members)
        for number, message in enumerate(_messages(data), start=1):
            if not _HEADERS_END.search(message):
                out.doubt("file.partial", "邮件在标题部分中断，没有正文，可能没有读全，请人工查看原件。")
            try:
                parsed = email.message_from_bytes(message, policy=policy.compat32)
            except (ValueError, RecursionError, AssertionError) as error:
                raise failure("file.broken", "It cannot be parsed as a mail.") from error
            Mail(out, settings, self._depth, prefix="" if number == 1 else f"mail {number} ").read(parsed)
        return out.text()


def _refuse_parts(data: bytes, most: int) -> None:
    """Refuse a mail of parts without number before it is parsed: the parser would take minutes."""
    told = {(quoted or bare).rstrip() for quoted, bare in _BOUNDARY.findall(data)}
    lines = (match[1].rstrip() for match in _LINE_OF_BOUNDARY.finditer(data)) if told else ()
    count = 0
    for line in lines:
        count += line in told
        if count > most:
            raise failure("file.bomb", "It has too many parts.")


def _messages(data: bytes) -> list[bytes]:
    """The mails of a mailbox; one, when the file is none."""
    if not MAILBOX.match(data):
        return [data]
    return [message for message in MAILBOX.split(data) if message.strip()]
