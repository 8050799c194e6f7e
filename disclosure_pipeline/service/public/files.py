"""The files of the static site, read-only.

Threat model: anybody asks. A path leads to a plain file of the site's folder or nowhere: no hidden file (the channel's
locks and half-written files have such names), no link, no way out, no list of what a folder holds. Pages are frozen
texts, which hold their own pictures, and our own shell; the browser may load nothing but style sheets and pictures of
ours for them, and runs nothing. A copy is always asked for anew, so that what was taken back is gone at once.
"""

from __future__ import annotations

import os
import stat
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

COMMON_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every public answer."""

POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of every public answer."""

_BY_NAME = {"feed.xml": "application/atom+xml", "feed.json": "application/feed+json"}
_BY_SUFFIX = {".jsonld": "application/ld+json", ".ofd": "application/ofd"}
_UNKNOWN = "application/octet-stream"


class SiteFiles(StaticFiles):
    """Serves the site's folder, which may not be there yet.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path):
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one request with headers that hold whatever the file says."""
        response = await super().get_response(path, scope)
        if isinstance(response, RedirectResponse):
            # The built-in redirect repeats the host that the caller named.
            response.headers["location"] = quote(scope["path"].rpartition("/")[2]) + "/"
        response.headers.update(
            {**COMMON_HEADERS, "content-security-policy": POLICY, "cache-control": "no-cache"}
        )
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Where a path leads: a file or folder of the site, or nowhere."""
        path = os.path.normpath(path)  # the index of the root is asked for as ./index.html
        if path != "." and not _is_plain(self._folder, path):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """A file with its type, or that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if "content-type" in response.headers:
            response.headers["content-type"] = _type(Path(full_path), response.headers["content-type"])
        return response


def _type(path: Path, found: str) -> str:
    known = _BY_NAME.get(path.name) or _BY_SUFFIX.get(path.suffix.lower())
    return known or (found if guess_type(path.name)[0] else _UNKNOWN)


def _is_plain(folder: Path, path: str) -> bool:
    """Whether no part of a path is hidden, leads upwards or is a link."""
    at = folder
    for part in path.split(os.sep):  # noqa: PTH206 -- Path drops what is empty or a dot
        at /= part
        if not part or part.startswith("."):
            return False
        try:
            if stat.S_ISLNK(at.lstat().st_mode):
                return False
        except (OSError, ValueError):
            return False
    return True
