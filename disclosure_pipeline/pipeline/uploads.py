"""Files that a clerk uploads: their names are data, and they lie in a private folder until intake has copied them.

Threats: a name that leads elsewhere (``..``, separators, a drive), that forges a line in a note (control
characters, bidirectional overrides), that is a device on a Windows share, or that no file system holds; two
names that fall together there; more bytes or files than a drop may have. Behaviour: the whole upload is
refused with a code, and nothing of it is kept. No message repeats a name: it may tell what is in the file.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from disclosure_pipeline.errors import Refused, StoreFault
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.settings.workspace import PRIVATE

LONGEST_NAME = 255
"""Most bytes of a file name on every file system that is in use."""

SLIP_SUFFIX = ".slip.toml"
"""End of the name of the slip that belongs to one file."""

_CHUNK = 1 << 20
_FORBIDDEN = frozenset('/\\:*?"<>|')
_UNSHOWABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DEVICE = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came in.

    Args:
        name: the name that the browser sent; checked, never trusted.
        content: its bytes, from where they are read on.
    """

    name: str
    content: BinaryIO


@contextmanager
def staged(core: Core, files: Sequence[Upload]) -> Iterator[Path]:
    """Lay an upload out as a clerk would drop it; the folder is gone afterwards.

    Args:
        core: the process's parts.
        files: what was uploaded, in order.

    Yields:
        The path to submit: the file (its slip beside it), or a folder of several.

    Raises:
        Refused: ``upload.empty``, ``upload.name``, ``upload.name_twice``, ``upload.ignored``,
            ``drop.too_large``, ``drop.too_many_files``.
        StoreFault: the disk does not take it.
    """
    _check(core, files)
    folder = core.workspace.spool / f"upload-{uuid.uuid4().hex}"
    try:
        inner = folder / uuid.uuid4().hex
        try:
            inner.mkdir(parents=True, mode=PRIVATE)
            folder.chmod(PRIVATE)
            _copy(files, inner, core.settings.intake.max_bytes)
        except OSError as error:
            raise StoreFault(
                f"The upload could not be kept ({type(error).__name__}).",
                code="upload.storage",
                advice="Check the disk space of the data folder, then upload again.",
            ) from None
        single = _draft_of(files)
        yield inner if single is None else inner / single
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(core: Core, files: Sequence[Upload]) -> None:
    if not files:
        raise Refused("Nothing was uploaded.", code="upload.empty", advice="Choose at least one file.")
    if len(files) > core.settings.intake.max_files:
        raise Refused(
            "The upload has too many files.",
            code="drop.too_many_files",
            advice="Upload them in parts, or ask the administrator.",
        )
    for number, item in enumerate(files, 1):
        if problem := name_problem(item.name):
            raise Refused(
                f"The name of file {number} cannot be taken: {problem}.",
                code="upload.name",
                advice="Rename the file and upload it again.",
            )
        if any(fnmatch.fnmatchcase(item.name.lower(), rule.lower()) for rule in core.settings.intake.ignore):
            raise Refused(
                f"File {number} is of a kind that is never taken ([intake] ignore).",
                code="upload.ignored",
                advice="Leave it out, or rename it if it is a draft.",
            )
    if len({_comparable(item.name) for item in files}) < len(files):
        raise Refused(
            "Two files of the upload have the same name.",
            code="upload.name_twice",
            advice="Rename one of them and upload again.",
        )


def name_problem(name: str) -> str:
    """What is wrong with the name of an uploaded file, without repeating it; empty when nothing is."""
    if name in ("", ".", "..") or name != name.strip() or name.endswith("."):
        return "it is empty, or begins or ends with a space or a dot"
    if any(unicodedata.category(character) in _UNSHOWABLE for character in name):
        return "it holds characters that cannot be shown"
    if _FORBIDDEN & set(name):
        return "it holds a character that no file name may hold"
    if _DEVICE.fullmatch(name):
        return "it is the name of a device"
    if len(name.encode()) > LONGEST_NAME:
        return f"it is longer than {LONGEST_NAME} bytes"
    return ""


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _draft_of(files: Sequence[Upload]) -> str | None:
    """The name of a single draft, with or without its slip; ``None`` for a folder of several files."""
    names = [item.name for item in files]
    slips = {name + SLIP_SUFFIX for name in names}
    drafts = [name for name in names if name not in slips]
    return drafts[0] if len(drafts) == 1 else None


def _copy(files: Sequence[Upload], folder: Path, most: int) -> None:
    left = most
    for item in files:
        with (folder / item.name).open("xb") as target:
            while chunk := item.content.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise Refused(
                        "The upload is too large.",
                        code="drop.too_large",
                        advice="Upload it in parts, or ask the administrator.",
                    )
                target.write(chunk)
