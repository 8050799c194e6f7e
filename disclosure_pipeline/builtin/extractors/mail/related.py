"""What stands beside a page in its ``multipart/related``: by which addresses the page may mean it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.message import Message
from urllib.parse import unquote

from disclosure_pipeline.builtin.extractors.text.encoding import strictly

_OFFICE_TYPES = frozenset(("application/vnd.ms-officetheme",))
_OFFICE_FILES = (
    "filelist.xml",
    "colorschememapping.xml",
    "themedata.thmx",
    "themedata.xml",
    "oledata.mso",
    "editdata.mso",
)


def addresses(part: Message, main: str = "") -> Iterator[str]:
    """Every address under which a page may refer to a part.

    Args:
        part: the part.
        main: ``Content-Location`` of the page, for relative addresses.
    """
    identity = str(part.get("Content-ID", "")).strip().strip("<>")
    if identity:
        yield f"cid:{identity}"
    location = str(part.get("Content-Location", "")).strip()
    if location:
        folder = main.rpartition("/")[0] + "/"
        for address in (location, location.removeprefix(folder), location.rpartition("/")[2]):
            yield from (address, unquote(address))


def beside(parts: Iterable[Message], main: str) -> dict[str, str]:
    """The parts beside a page by address: text of style sheets, empty for anything else."""
    found: dict[str, str] = {}
    for part in parts:
        text = ""
        if part.get_content_type() == "text/css":
            data = part.get_payload(decode=True)
            text = (
                (strictly(data, "utf-8") or data.decode("gb18030", "replace"))
                if isinstance(data, bytes)
                else ""
            )
        for address in addresses(part, main):
            found.setdefault(address, text)
    return found


def is_of_office(part: Message) -> bool:
    """Whether a part is one that Word keeps for itself: themes, lists of files, settings."""
    location = str(part.get("Content-Location", "")).lower()
    return part.get_content_type() in _OFFICE_TYPES or location.endswith(_OFFICE_FILES)
