"""Mails: parts and headers without number or end."""

from __future__ import annotations

from tests.hostile.case import ATTACHED, BOMB, BROKEN, LARGE, MARKER, READ, Hostile
from tests.hostile.zips import MEGA

_MAIL = b"From: a@example.cn\r\nTo: b@example.cn\r\nDate: Mon, 02 Nov 2026 09:00:00 +0800\r\nMIME-Version: 1.0\r\n"
_SUBJECT = b"Subject: =?utf-8?b?5Li76aKY?=\r\n"


def _parts(number: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n"
    head = _MAIL + _SUBJECT + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return (
        head
        + f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()
        + part * number
        + b"--b--\r\n"
    )


def _nested_mail(depth: int) -> bytes:
    data = _MAIL + _SUBJECT
    for level in range(depth):
        data += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    return data + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()


def _forwarded(depth: int) -> bytes:
    data = _MAIL + _SUBJECT + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + MARKER.encode()
    for _ in range(depth):
        data = _MAIL + _SUBJECT + b"Content-Type: message/rfc822\r\n\r\n" + data
    return data


def mail() -> bytes:
    """A small harmless mail."""
    return _MAIL + _SUBJECT + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}\r\n".encode()


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    doubt = (*ATTACHED, "mail.unread", "mail.deep", "mail.defect", "part.unread")
    body = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{MARKER}".encode()
    return (
        Hostile("mail of 20000 parts", ".eml", lambda: _parts(20_000), (*BOMB, *LARGE, *doubt)),
        Hostile("mail nested 5000 deep", ".eml", lambda: _nested_mail(5000), (*BOMB, *LARGE, *BROKEN, *doubt)),
        Hostile("mails in mails", ".eml", lambda: _forwarded(200), (*BOMB, *LARGE, *BROKEN, *doubt)),
        Hostile("header without end", ".eml", lambda: _MAIL + b"X-Long: " + b"a" * (6 * MEGA) + b"\r\n" + body, (
            *LARGE, *doubt, *BOMB)),
        Hostile("header folded without end", ".eml", lambda: _MAIL + b"Subject:" + b" =?utf-8?q?=E5=93=88?=\r\n" * 15_000
                + body, (READ, *LARGE, *doubt, *BROKEN)),
        Hostile("mail of 100000 parts", ".eml", lambda: _parts(100_000), BOMB),
        Hostile("header of 60000 words", ".eml", lambda: _MAIL + b"Subject:" + b" =?utf-8?q?=E5=93=88?= x\r\n" * 60_000
                + body, (READ, *LARGE, *doubt)),
        Hostile("mail cut in its headers", ".eml", lambda: _MAIL + _SUBJECT, ("file.partial",)),
        Hostile("headers without number", ".eml", lambda: _MAIL + b"".join(
            b"X-%d: y\r\n" % n for n in range(20_000)) + body, (READ, *LARGE, *doubt, *BOMB)),
        Hostile("transfer encoding that lies", ".eml", lambda: _MAIL + _SUBJECT + b"Content-Type: application/pdf\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n!!!!" + b"=" * MEGA, (*doubt, *BROKEN, "text.empty")),
    )  # fmt: skip
