"""What stands before every page: headers that tie the browser down, limits on bodies and on haste.

Threat model. The console is used by officers in a closed network, and shows text that attackers wrote (drafts).
A page can therefore load nothing but our own files and run no script that stands in it; a request that another
site started is refused (`console/frame.py`); a body is counted while it comes in; who asks too often waits.
Limits are kept in this process: one daemon serves one office.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
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
        most, seen, begun = self._most(path), 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        said = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if not said.isdigit() or int(said) <= most:
                await self._app(scope, counted, noted)
                return
        except TooMuch:
            if begun:
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


class Pace:
    """How often somebody may ask: a bucket that fills steadily and is emptied by asking.

    Args:
        rate: requests a second in the long run.
        burst: requests that may come at once.
        clock: seconds, ever growing.
    """

    _REMEMBERED = 10_000

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic):
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """Take one request from somebody's bucket.

        Args:
            who: a session, a name or a network address.

        Returns:
            Seconds to wait before asking again; 0 when the request may go on.
        """
        now = self._clock()
        left, at = self._buckets.pop(who, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        allowed = left >= 1
        self._buckets[who] = (left - 1 if allowed else left, now)
        while len(self._buckets) > self._REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate

    def give_back(self, who: str) -> None:
        """Put one request back into somebody's bucket: it was none of those that are counted."""
        if who in self._buckets:
            left, at = self._buckets[who]
            self._buckets[who] = (min(float(self._burst), left + 1), at)
