"""Live counts: the server tells an open page when there is more or less to do (server-sent events).

One look at the store a second serves every open page; counts are made anew only when something has changed.
An open page keeps no session alive: who has gone idle is signed out all the same.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from disclosure_pipeline.console.frame import COOKIE
from disclosure_pipeline.console.parts import Parts
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.pipeline import accounts, desk

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_LOOK_EVERY = 1.0
_SIGN_OF_LIFE = 15.0
"""Seconds between comments that keep the connection open through proxies, and between looks at the session."""


class Live:
    """The stream of counts.

    Args:
        parts: what the console works with.
    """

    def __init__(self, parts: Parts):
        self._parts = parts
        self._mark = ""
        self._looked = 0.0
        self._ending = False

    def end(self) -> None:
        """Let every open stream end."""
        self._ending = True

    async def stream(self, request: Request) -> Response:
        """Answer with the stream, or with 403 to somebody who is not signed in."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response, StreamingResponse

        token = request.cookies.get(COOKIE, "")
        if await run_in_threadpool(self._counts, token) is None:
            return Response(status_code=403)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._events(token), media_type="text/event-stream", headers=headers)

    async def _events(self, token: str) -> AsyncIterator[str]:
        from starlette.concurrency import run_in_threadpool

        told, heard = "", time.monotonic()
        while not self._ending:
            mark = await run_in_threadpool(self._present)
            if mark != told or time.monotonic() - heard > _SIGN_OF_LIFE:
                counts = await run_in_threadpool(self._counts, token)
                if counts is None:
                    return
                yield f"event: counts\ndata: {json.dumps(counts)}\n\n" if mark != told else ": still here\n\n"
                told, heard = mark, time.monotonic()
            await asyncio.sleep(_LOOK_EVERY)

    def _present(self) -> str:
        """The mark of the store's present state, looked up once a second for everybody."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_EVERY:
            self._looked = now
            try:
                with self._parts.core().database.read() as connection:
                    self._mark = desk.changes(connection)
            except DisclosureError:
                return self._mark
        return self._mark

    def _counts(self, token: str) -> dict[str, int] | None:
        """What the person's menu counts; ``None`` for nobody."""
        core = self._parts.core()
        try:
            found = accounts.visitor_of(core, token, keep_alive=False) if token else None
            return None if found is None else desk.menu_counts(core, found.person)
        except DisclosureError:
            return None
