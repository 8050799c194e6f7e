"""The review console as one web application (`service` mounts it; it knows nothing of the daemon)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_pipeline.console import forms
from disclosure_pipeline.console.frame import Frame
from disclosure_pipeline.console.guards import BodyLimit, SafeHeaders
from disclosure_pipeline.console.live import Live
from disclosure_pipeline.console.parts import Parts
from disclosure_pipeline.console.routes import PLACES
from disclosure_pipeline.console.templating import STATIC, Templates

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"


class Console:
    """The application.

    Args:
        parts: what it works with.
    """

    def __init__(self, parts: Parts):
        from starlette.applications import Starlette
        from starlette.routing import Mount, Route, compile_path

        frame = Frame(parts, Templates(parts.root))
        self._parts = parts
        self._live = Live(parts)
        routes = [
            Route(
                place.path, frame.endpoint(place), methods=[place.method], name=f"{place.method} {place.path}"
            )
            for place in PLACES
        ]
        inner = Starlette(
            routes=[*routes, Route("/live", self._live.stream), Mount("/static", _static())],
            exception_handlers={404: frame.nothing_here, 405: frame.nothing_here},
        )
        self._uploads = [compile_path(place.path)[0] for place in PLACES if place.files]
        self._app: ASGIApp = SafeHeaders(BodyLimit(inner, self._most))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def _most(self, path: str) -> int:
        """Bytes that a body may have: much where files are handed in, little elsewhere."""
        if any(upload.match(path) for upload in self._uploads):
            return self._parts.core().settings.console.max_upload
        return forms.PLAIN

    def end(self) -> None:
        """Let open streams end, so that the server can, and the sandbox that draws pages."""
        self._live.end()
        self._parts.close()


def _static() -> ASGIApp:
    """Our own files; their addresses change with their content."""
    from starlette.staticfiles import StaticFiles

    files = StaticFiles(directory=STATIC)

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = message["headers"]
                assert isinstance(headers, list)  # noqa: S101
                message = {**message, "headers": [*headers, (b"cache-control", FOR_EVER.encode())]}
            await send(message)

        await files(scope, receive, noted)  # type: ignore[arg-type]

    return kept
