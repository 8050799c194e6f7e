"""Names and comments in archives: bytes of an unknown encoding, and names that mean harm."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.text.encoding import is_plausible, strictly

# Letters that UTF-8 gives when it reads short words in GB 18030 (通知, 联通): Hebrew, Armenian, accents alone.
_STRANGE = re.compile("[\u0300-\u036f\u0530-\u07ff]")
_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


def decode_name(data: bytes) -> str:
    """A name or comment: UTF-8, else GB18030, else the old code page of DOS."""
    text = strictly(data, "utf-8")
    chinese = strictly(data, "gb18030") if text is None or _STRANGE.search(text) else None
    if text is not None and (chinese is None or not is_plausible(chinese)):
        return text
    return chinese if chinese is not None and is_plausible(chinese) else data.decode("cp437")


def leads_out(name: str) -> bool:
    """Whether a name would be written outside the folder in which an archive is unpacked."""
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or bool(re.match("[A-Za-z]:", path))


def is_of_the_system(name: str) -> bool:
    """Whether a member is one that macOS or Windows adds for itself."""
    return _SYSTEM.search(name) is not None
