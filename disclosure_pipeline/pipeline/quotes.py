"""Passages quoted in a return: proved against the stored text, kept as offsets, read again when shown.

Purging the text of a document takes its quotes away too (`store/purging.py`), so that nothing of a
suspected secret is ever quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from disclosure_pipeline.errors import Refused
from disclosure_pipeline.model.judgement import Quote
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.documents import Settled

MOST = 50
"""Most passages of one return; a draft with more of them is to be talked over."""

LONGEST = 2000
"""Most characters of one passage, and of one remark."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A quoted place as the clerk sees it.

    Args:
        quote: the stored offsets.
        place: where it stands (:meth:`~disclosure_pipeline.model.text.Place.as_json`), if still known.
        text: the characters; empty when they may not be shown or are not there any more.
        article: the article of the finding that was quoted, else empty.
        advice: what the finding's rule suggests, else empty.
    """

    quote: Quote
    place: Mapping[str, Any] | None
    text: str = ""
    article: str = ""
    advice: str = ""


def proved(connection: Connection, row: Row[Any], quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes of a decision with their offsets, each proved to stand in the present version.

    Args:
        connection: the transaction of the decision.
        row: the document's row.
        quotes: what the officer marked.

    Raises:
        Refused: ``quote_unknown`` (no such finding, file, segment or characters), ``quote_too_long``
            or ``quotes_too_many``. The message never repeats text.
    """
    if not quotes:
        return []
    if len(quotes) > MOST:
        raise Refused(f"At most {MOST} passages can be quoted.", code="quotes_too_many")
    known = {item.id: item for item in documents.findings_of(connection, row.id, row.version)}
    texts = documents.texts_of(connection, row.id, row.version)
    return [_proved(quote, known, texts, number) for number, quote in enumerate(quotes, 1)]


def _proved(quote: Quote, known: Mapping[str, Settled], texts: Mapping[int, Text], number: int) -> Quote:
    if len(quote.remark) > LONGEST:
        raise _refused(f"The remark on passage {number} is too long.", "quote_too_long")
    remark = quote.remark.strip()
    if quote.finding:
        if quote.finding not in known:
            raise _refused(f"Passage {number} is no finding of this version.", "quote_unknown")
        found = known[quote.finding].finding
        return Quote(quote.finding, found.part, found.segment, found.start, found.end, remark)
    if not _stands(quote, texts):
        raise _refused(f"Passage {number} does not stand in this version.", "quote_unknown")
    if quote.end - quote.start > LONGEST:
        raise _refused(f"Passage {number} is longer than {LONGEST} characters.", "quote_too_long")
    return replace(quote, remark=remark)


def _refused(message: str, code: str) -> Refused:
    return Refused(message, code=code, advice="Mark the passage again on the present version.")


def _stands(quote: Quote, texts: Mapping[int, Text]) -> bool:
    """Whether the offsets name characters of a stored segment."""
    text = texts.get(quote.part)
    if text is None or not 0 <= quote.segment < len(text.segments):
        return False
    return 0 <= quote.start < quote.end <= len(text.segments[quote.segment].text)


def passages(connection: Connection, case: str, version: int, stored: Iterable[Any]) -> list[Passage]:
    """Read quoted passages back from the rows as they are now.

    Args:
        connection: a transaction.
        case: case number.
        version: the version that was returned.
        stored: ``decision.quotes``.
    """
    quotes = [Quote.from_json(item) for item in stored]
    if not quotes:
        return []
    known = {item.id: item for item in documents.findings_of(connection, case, version)}
    texts = documents.texts_of(connection, case, version)
    return [_passage(quote, known, texts) for quote in quotes]


def _passage(quote: Quote, known: Mapping[str, Settled], texts: Mapping[int, Text]) -> Passage:
    if quote.finding:
        if quote.finding not in known:
            return Passage(quote, None)
        found = known[quote.finding].finding
        place, advice = found.place.as_json(), found.suggestion or found.kind
        return Passage(quote, place, found.text or "", found.article, advice)
    if not _stands(quote, texts):
        return Passage(quote, None)
    segment = texts[quote.part].segments[quote.segment]
    return Passage(quote, segment.place.as_json(), segment.text[quote.start : quote.end])
