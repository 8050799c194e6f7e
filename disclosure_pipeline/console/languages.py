"""The console's languages: Chinese is written in the source, English comes from ``locale/en/console.po``.

The catalogue is read as text at the first use, so that nothing compiled lies in the repository.
"""

from __future__ import annotations

import gettext
import html
import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "console"


def mark(message: str) -> str:
    """Note a message for translation where it stands in a table; it is translated when it is shown."""
    return message


@lru_cache(maxsize=4)
def translations(language: str) -> gettext.NullTranslations:
    """The translations into a language; Chinese needs none.

    Args:
        language: ``zh`` or ``en``.
    """
    path = LOCALE / language / f"{DOMAIN}.po"
    if not path.is_file():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=1)
def messages() -> frozenset[str]:
    """Every message of the console, as it is written in the source; the English catalogue has them all."""
    from babel.messages.pofile import read_po

    with (LOCALE / "en" / f"{DOMAIN}.po").open("rb") as file:
        return frozenset(str(message.id) for message in read_po(file) if message.id)


def speaker(language: str) -> Callable[[str], str]:
    """What ``_`` is in templates, where what it answers stands on the page as it is.

    So it says messages only: anything else (a title that somebody passed to it) is escaped, and holds no places to fill.

    Args:
        language: ``zh`` or ``en``.
    """
    spoken, known = translations(language), messages()

    def say(message: str) -> str:
        return spoken.gettext(message) if message in known else html.escape(message).replace("%", "%%")

    return say


def preferred(accepted: str) -> str:
    """The language for somebody who is not signed in: English only if the browser asks for no Chinese.

    Args:
        accepted: header ``Accept-Language``.
    """
    wanted = [item.split(";")[0].strip().lower() for item in accepted.split(",")]
    return "en" if wanted[0].startswith("en") and not any(item.startswith("zh") for item in wanted) else "zh"
