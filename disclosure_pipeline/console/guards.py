"""What stands before every page: headers that tie the browser down, and limits on bodies.

Threat model. The console is used by officers in a closed network, and shows text that attackers wrote (drafts).
A page can therefore load nothing but our own files and run no script that stands in it; a request that another
site started is refused (`console/frame.py`); a body is counted while it comes in; who asks too often waits
(`model/pace.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "frame-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
"""Content-Security-Policy of every page: our own files only, nothing inline, no frame around us."""

HEADERS = (
    ("content-security-policy", POLICY),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)


class SafeHeaders:
    """Adds the headers that every answer bears; what is not said otherwise is kept by no cache.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                extra = [
                    (name.encode(), value.encode())
                    for name, value in (*HEADERS, ("cache-control", "no-store"))
                    if name.encode() not in there
                ]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, guarded)


class TooMuch(Exception):
    """A body is longer than the console takes."""


class BodyLimit:
    """Refuses a body that is too long, before it is read or while it comes in.

    Args:
        app: what answers.
        most: bytes that the body of a request may have, by its path below the console.
    """

    def __init__(self, app: ASGIApp, most: Callable[[str], int]):
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that it is too much (413)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        most, seen, begun, over = self._most(path), 0, False, False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                over = True
                raise TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            if over and not begun:
                return  # what the application says about a body that it did not get is no answer
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) <= most:
            with suppress(TooMuch):
                await self._app(scope, counted, noted)
            if begun or not over:
                return
        await _plain(send, 413, f"提交内容超过上限（{most} 字节）。The body is too long.")


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
