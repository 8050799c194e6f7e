"""What titles and numbers are found by, and what somebody who searches means; the same on both databases.

Chinese is written without blanks, so that it is indexed by pairs of neighbouring characters, and the last character
of a run by itself; numbers and Latin words are indexed whole, numbers without leading zeros. Punctuation is
dropped: 《养老服务办法》 is found with its brackets and without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from disclosure_pipeline.model.reading import fold

_PIECE = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")

MOST_PHRASES = 8
"""Phrases of one search that count; what is behind them is ignored."""

LONGEST = 200
"""Characters of a search that count."""

LONG = 8
"""Terms of a phrase from which on it is looked for by its numbers and some of its pairs, wherever they stand: a
whole title would otherwise cost the comparison of twenty long lists, and hardly anything else has all of these."""

PAIRS = 6
"""Pairs by which a long phrase is looked for, spread over it."""


def terms_of(text: str) -> list[str]:
    """The terms of a title or number, in order: neighbours stay neighbours."""
    found: list[str] = []
    for run in _runs(text):
        found += [*_pairs(run), run[-1]] if _paired(run) else [run.lstrip("0") or "0"]
    return found


def phrases_of(words: str) -> list[tuple[str, ...]]:
    """What somebody looks for: each part between blanks is a phrase, whose terms must stand side by side.

    A long one (:data:`LONG`) becomes several phrases of one term.

    A phrase that is a single character of Chinese means every term that begins with it; one that ends in a
    single character behind a number (12号) is looked for without it, because so many terms begin with such a
    character.
    """
    found = []
    for part in words[:LONGEST].split()[:MOST_PHRASES]:
        runs = list(_runs(part))
        terms = [term for run in runs[:-1] for term in terms_of(run)]
        if runs:
            last = runs[-1]
            if not _paired(last):
                terms += terms_of(last)
            elif len(last) > 1 or not terms:
                terms += _pairs(last) or [last]
        if len(terms) < LONG:
            found += [tuple(terms)] if terms else []
        else:
            found += [(term,) for term in _thinned(terms)]
    return found


def _thinned(terms: list[str]) -> list[str]:
    """The numbers of a long phrase and pairs from its beginning to its end; each once."""
    pairs = [at for at, term in enumerate(terms) if len(term) > 1 and not term.isascii()]
    last = min(PAIRS, len(pairs)) - 1
    chosen = (
        {pairs[number * (len(pairs) - 1) // last] for number in range(last + 1)} if last > 0 else set(pairs)
    )
    kept = [term for at, term in enumerate(terms) if at in chosen or term.isascii()]
    return list(dict.fromkeys(kept))


def is_beginning(phrase: tuple[str, ...]) -> bool:
    """Whether a phrase is a single character that terms begin with."""
    return len(phrase) == 1 and len(phrase[0]) == 1 and not phrase[0].isascii()


def _runs(text: str) -> Iterator[str]:
    """Runs of Chinese characters, and numbers and Latin words."""
    run = ""
    for match in _PIECE.finditer(_plain(text)):
        piece = match.group()
        if piece.isascii():
            if run:
                yield run
            run = ""
            yield piece
        else:
            run += piece
    if run:
        yield run


def _plain(text: str) -> str:
    """Half-width and small letters; blanks between Latin words and numbers are kept, as they part them."""
    return " ".join(fold(part) for part in re.split(r"\s+", unicodedata.normalize("NFKC", text))).casefold()


def _paired(run: str) -> bool:
    return not run.isascii()


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]
