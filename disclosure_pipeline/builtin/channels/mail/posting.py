"""Handing one letter to the mail server, so that it is known at which point it may have been taken."""

from __future__ import annotations

import contextlib
import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from disclosure_pipeline.builtin.channels.outside import refused, tls, unreachable

Security = Literal["tls", "starttls", "none"]

_READY = 354
_DONE = 250
_ANSWERS = frozenset({_DONE, *range(400, 600)})
"""A number that stands for no answer is what is left of one."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that takes letters.

    Args:
        host: name or address. port: its port.
        security: TLS from the start, after ``STARTTLS``, or none.
        authority: file of the certificates that vouch for it; empty for those of the system.
        timeout: seconds for each step.
        user: account; empty for none. password: its password.
    """

    host: str
    port: int
    security: Security
    authority: str
    timeout: float
    user: str = ""
    password: str = field(default="", repr=False)


class Lost(Exception):
    """The server was lost after the letter's bytes began to go: whether it took the letter, nobody knows."""


def post(server: Server, sender: str, recipient: str, letter: bytes, before: Callable[[], None]) -> None:
    """Hand one letter to the server.

    Args:
        server: the mail server.
        sender: address of the envelope.
        recipient: address.
        letter: the whole letter with CRLF.
        before: called when the server is ready for the letter's bytes, and none has gone yet.

    Raises:
        ChannelFault: ``channel.unreachable`` or ``channel.refused``: the letter was certainly not taken.
        Lost: nobody knows.
    """
    with _session(server, sender.rpartition("@")[2]) as session:
        with _certain():
            _expect(session.mail(sender)[0], _DONE)
            _expect(session.rcpt(recipient)[0], _DONE, 251)
            _expect(session.docmd("DATA")[0], _READY)
        before()
        try:
            session.send(re.sub(rb"(?m)^\.", b"..", letter) + b".\r\n")
            code = session.getreply()[0]
        except (OSError, smtplib.SMTPException) as error:
            raise Lost(type(error).__name__) from None
        if code not in _ANSWERS:
            raise Lost(str(code))
        _expect(code, _DONE)


@contextmanager
def _session(server: Server, name: str) -> Iterator[smtplib.SMTP]:
    """An open session; how it ends changes nothing any more."""
    with _certain():
        if server.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, name, timeout=server.timeout, context=tls(server.authority)
            )
        else:
            session = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout)
    try:
        with _certain():
            if server.security == "starttls":
                session.starttls(context=tls(server.authority))
            session.ehlo_or_helo_if_needed()
            if server.user:
                session.login(server.user, server.password)
        yield session
        with contextlib.suppress(OSError, smtplib.SMTPException):
            session.quit()
    finally:
        session.close()


@contextmanager
def _certain() -> Iterator[None]:
    """Errors from a time at which the server had nothing that it could take."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise refused(error.smtp_code) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise unreachable(error) from None


def _expect(code: int, *good: int) -> None:
    if code not in good:
        raise refused(code)
