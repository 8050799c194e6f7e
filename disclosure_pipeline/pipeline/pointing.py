"""What an officer points at on the review page, as characters of the stored text.

A page shows other characters than are stored (lines of print joined, signs for what nobody sees), so a selection is
counted in shown characters and brought back here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.pieces import visible
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.marking import Chars
from disclosure_pipeline.pipeline.opened import check_open
from disclosure_pipeline.pipeline.shelf import Laid, TextShelf


def selected(core: Core, document: str, version: int, where: Chars, shelf: TextShelf | None = None) -> Chars:
    """A selection on the page as stored characters; the caller has checked who asks.

    Args:
        core: the process's parts.
        document: case number.
        version: the version.
        where: the selection, ``start`` and ``end`` counted in characters as they are shown.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``; ``bad_range``: nothing is selected there.
    """
    laid = _laid(core, document, version, where.part, shelf)
    if laid is None or not 0 <= where.segment < len(laid.text.segments):
        raise _nothing()
    signs = visible(laid.text.segments[where.segment].text, printed=laid.layout.printed)
    start, end = _stored(signs, where.start, where.end)
    if start >= end:
        raise _nothing()
    return Chars(where.part, where.segment, start, end)


def named(
    core: Core,
    document: str,
    version: int,
    words: str,
    *,
    part: int,
    page: int,
    shelf: TextShelf | None = None,
) -> tuple[Chars, ...]:
    """Every place of a page where some words stand; the caller has checked who asks.

    Args:
        core: the process's parts.
        document: case number.
        version: the version.
        words: as they are shown.
        part: position of the file.
        page: from 1; 0 and below for panels of hidden places.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case or version.
        Refused: ``content_sealed``; ``words_not_found``: they stand nowhere on the page.
    """
    laid = _laid(core, document, version, part, shelf)
    found = tuple(_places(laid, words, part, page)) if laid is not None and words else ()
    if not found:
        raise Refused(
            "These words do not stand on this page.",
            code="words_not_found",
            advice="Copy them from the page; words in different paragraphs are marked one by one.",
        )
    return found


def _laid(core: Core, document: str, version: int, part: int, shelf: TextShelf | None) -> Laid | None:
    with core.database.read() as connection:
        row = check_open(connection, document, version)
        return (shelf or TextShelf()).of(connection, row, version).get(part)


def _places(laid: Laid, words: str, part: int, page: int) -> Iterator[Chars]:
    for index, number in laid.layout.where.items():
        if number != page:
            continue
        signs = visible(laid.text.segments[index].text, printed=laid.layout.printed)
        shown = "".join(signs)
        at = shown.find(words)
        while at >= 0:
            yield Chars(part, index, *_stored(signs, at, at + len(words)))
            at = shown.find(words, at + len(words))


def _stored(signs: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Offsets of the stored characters of which shown ones are selected; a character shown as several is one.

    Args:
        signs: what is shown of each character.
        start: shown characters before the selection.
        end: shown characters up to its end.
    """
    ends = list(accumulate(map(len, signs)))
    held = [at for at, behind in enumerate(ends) if behind > start and behind - len(signs[at]) < end]
    held = [at for at in held if signs[at]]
    return (held[0], held[-1] + 1) if held else (0, 0)


def _nothing() -> Refused:
    return Refused(
        "Nothing is selected there.",
        code="bad_range",
        advice="Load the page again, and select the words once more.",
    )
