"""Reading what a browser posts: fields in memory, files in the private spool, both bounded.

Uploads are drafts that nobody has checked: what outgrows memory lies where unchecked drafts lie, without a name,
and is gone with the request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from disclosure_pipeline.console.answers import Fields

if TYPE_CHECKING:
    from starlette.datastructures import FormData, UploadFile
    from starlette.formparsers import MultiPartParser
    from starlette.requests import Request

FIELDS, FILES = 5_000, 100
"""Most fields and files of a form."""

LARGEST_FIELD = 1 << 20
"""Bytes of one field."""

PLAIN = 4 << 20
"""Bytes of a whole form without files."""

_IN_MEMORY = 1 << 20


async def read(request: Request, folder: Path, *, files: bool) -> FormData:
    """The posted form.

    Args:
        request: the request; its body is bounded already (`console/guards.py`).
        folder: where files lie that outgrow memory.
        files: whether the form may bring files.

    Returns:
        The form, to be closed by the caller; an empty one when it cannot be read, which bears no token and is
        refused for that.
    """
    from starlette.datastructures import FormData
    from starlette.exceptions import HTTPException
    from starlette.formparsers import MultiPartException

    try:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            if not files:
                return FormData()
            async with aclosing(request.stream()) as stream:
                return await _parser(request, stream, folder).parse()
        return await request.form(max_files=0, max_fields=FIELDS, max_part_size=LARGEST_FIELD)
    except (HTTPException, MultiPartException):
        return FormData()


def _parser(request: Request, stream: AsyncGenerator[bytes, None], folder: Path) -> MultiPartParser:
    from starlette.formparsers import MultiPartParser

    class Private(MultiPartParser):
        """A parser whose files lie in a folder of ours."""

        def on_headers_finished(self) -> None:
            """Begin a part; a file's content goes into our folder."""
            super().on_headers_finished()
            upload = self._current_part.file
            if upload is not None:
                upload.file.close()
                kept: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder))  # noqa: SIM115
                upload.file = kept  # type: ignore[assignment]
                self._files_to_close_on_error.append(kept)

    return Private(
        request.headers,
        stream,
        max_files=FILES,
        max_fields=FIELDS,
        max_part_size=LARGEST_FIELD,
    )


def split(form: FormData) -> tuple[Fields, dict[str, list[UploadFile]]]:
    """A form's fields, and its files by field."""
    from starlette.datastructures import UploadFile

    pairs: list[tuple[str, str]] = []
    files: dict[str, list[UploadFile]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        else:
            pairs.append((name, value))
    return Fields(tuple(pairs)), files
