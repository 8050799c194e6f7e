"""Names of dropped files: how they are shown, which are never taken, which mean "not yet".

Threats: a name in GBK bytes from an old client, control characters or bidirectional overrides that
would forge a line in a note or hide the real suffix, lock files of office programs, rests of broken
transfers. Behaviour: names are decoded for display only, the bytes are kept; what cannot be shown
is replaced, never dropped. Some GBK names are valid UTF-8 by chance (通知 is one): where the UTF-8
reading is no writing at all and the other reading is Chinese, the other counts. Accepted risk: a
short GBK name that reads as Latin, Greek or Cyrillic letters is shown as those.
"""

from __future__ import annotations

import fnmatch
import os
import re
import unicodedata
from collections.abc import Collection, Iterable

from disclosure_pipeline.model.document import Attribute

READY_MARK = ".ready"
SLIP_SUFFIX = ".slip.toml"
FOLDER_SLIP = "slip.toml"
ATTRIBUTE_FOLDERS = frozenset(attribute.chinese for attribute in Attribute)

# Private-use and unassigned code points stay: rare characters of names are found there.
_UNSHOWABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNFINISHED = re.compile(r".*\.(tmp|part|partial|crdownload|download|filepart)$", re.IGNORECASE | re.DOTALL)
# Made by programs beside the clerk's files and worthless without them; all else is given back.
_CLUTTER = re.compile(
    r"(thumbs\.db|desktop\.ini|\.ds_store|\._.*|\.ready|~\$.*|\.~.*)", re.IGNORECASE | re.DOTALL
)


def display_name(raw: bytes) -> str:
    """A name for people: UTF-8, else GB18030; what cannot be shown becomes U+FFFD."""
    text, other = _decoded(raw, "utf-8"), _decoded(raw, "gb18030")
    if text is None or (other is not None and not _is_writing(text) and _is_chinese(other)):
        text = other
    if text is None:
        text = raw.decode("utf-8", "replace")
    return "".join("\ufffd" if _unshowable(character) else character for character in text)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_writing(text: str) -> bool:
    """Whether the two-byte UTF-8 characters of a name can be meant: letters, or accents on letters."""
    before = ""
    for character in text:
        if "\u0100" <= character < "\u0800":
            accent = unicodedata.category(character) == "Mn" and before.isascii() and before.isalpha()
            script = unicodedata.name(character, "").partition(" ")[0]
            if not accent and script not in ("LATIN", "GREEK", "CYRILLIC"):
                return False
        before = character
    return True


def _is_chinese(text: str) -> bool:
    return all(character.isascii() or "\u3000" <= character <= "\u9fff" for character in text)


def display_path(relative: str) -> str:
    """A relative path (as the file system has it) for people, part by part, posix."""
    return "/".join(display_name(os.fsencode(part)) for part in relative.split("/"))


def comparable(name: str) -> str:
    """Form in which two display names are compared: NFC (some clients write NFD), never shown."""
    return unicodedata.normalize("NFC", name)


def _unshowable(character: str) -> bool:
    return unicodedata.category(character) in _UNSHOWABLE or character in _BIDI_CONTROLS


def is_slip(name: str) -> bool:
    """Whether a single file is a slip: ``NAME.EXT.slip.toml`` or a bare ``slip.toml``."""
    lower = name.lower()
    return lower == FOLDER_SLIP or (lower.endswith(SLIP_SUFFIX) and len(lower) > len(SLIP_SUFFIX))


def slip_of(name: str, siblings: Collection[str]) -> str | None:
    """Name of the slip that lies beside a file, if there is one."""
    slip = name + SLIP_SUFFIX
    return slip if slip in siblings else None


def is_locked(name: str, siblings: Collection[str]) -> bool:
    """Whether an office program's lock file says that somebody has this file open.

    Word shortens the name (``~$`` replaces up to two characters), Excel and PowerPoint put ``~$``
    before it, WPS uses ``.~``, LibreOffice ``.~lock.NAME#``.
    """
    heads = ("~$", ".~")
    forms = (head + name[cut:] for head in heads for cut in range(min(3, len(name))))
    return f".~lock.{name}#" in siblings or any(form in siblings for form in forms)


def is_clutter(name: str) -> bool:
    """Whether a file is worthless litter of a program, and may be removed with a taken folder."""
    return _CLUTTER.fullmatch(name) is not None


def is_unfinished(name: str) -> bool:
    """Whether a name is that of a transfer under way (or of one that broke off)."""
    return _UNFINISHED.fullmatch(name) is not None


def is_department(name: str) -> bool:
    """Whether a folder under the inbox may be a department: printable, not hidden, no attribute name."""
    return (
        0 < len(name) <= 60
        and not name.startswith((".", "~"))
        and name not in ATTRIBUTE_FOLDERS
        and name == name.strip()
        and not any(_unshowable(character) for character in name)
        and "/" not in name
    )


class IgnoredNames:
    """The name patterns that are never taken (``[intake] ignore``), without regard to case."""

    def __init__(self, patterns: Iterable[str]):
        translated = "|".join(fnmatch.translate(pattern) for pattern in patterns)
        self._pattern = re.compile(translated, re.IGNORECASE) if translated else None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._pattern is not None and bool(self._pattern.match(name))
