"""Words of a list in one pass: the same places as looking for each word alone, in the order of an automaton."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.lookup import codes
from disclosure_pipeline.builtin.detectors.words import Words, lowered

letters = st.sampled_from(
    [
        "政",
        "府",
        "信",
        "息",
        "A",
        "a",
        "ß",
        "İ",
        "ı",
        "Σ",
        "σ",
        "ς",
        "K",
        "k",
        "\U00010400",
        "\U00010428",
        "🗹",
        "1",
        " ",
    ]
)
texts = st.lists(letters, max_size=60).map("".join)
lists = st.lists(st.lists(letters, min_size=1, max_size=7).map("".join), max_size=12, unique=True)


def naive(words: list[str], text: str) -> list[tuple[int, int, int]]:
    """Every place of every word: by its end, of those that end together the longest first."""
    found = [
        (number, place, place + len(word))
        for number, word in enumerate(words)
        for place in range(len(text))
        if text.startswith(word, place)
    ]
    return sorted(found, key=lambda one: (one[2], one[1]))


@given(lists, texts)
@settings(max_examples=80, deadline=None)
def test_every_place_of_every_word(words: list[str], text: str) -> None:
    assert Words(words).occurrences(text, codes(text)) == naive(words, text)
    assert Words(words).occur(text, codes(text)) == bool(naive(words, text))


@given(lists, texts)
@settings(max_examples=80, deadline=None)
def test_in_any_case(words: list[str], text: str) -> None:
    small = list(dict.fromkeys(map(lowered, words)))
    found = Words(small, any_case=True).occurrences(text, codes(text))
    assert found == naive(small, lowered(text))


@given(lists, texts)
@settings(max_examples=80, deadline=None)
def test_places_apart_are_the_leftmost_and_longest(words: list[str], text: str) -> None:
    wanted, behind = [], 0
    for number, start, end in sorted(naive(words, text), key=lambda one: (one[1], -one[2])):
        if start >= behind:
            wanted.append((number, start, end))
            behind = end
    assert list(Words(words).apart(text, codes(text))) == wanted


def test_thousands_of_words_in_a_long_text() -> None:
    words = [chr(0x4E00 + number) + "某" * (number % 6) for number in range(3000)]
    text = "，".join(words) * 4
    assert Words(words).occurrences(text, codes(text)) == sorted(
        (
            (number, place, place + len(word))
            for number, word in enumerate(words)
            for place in _places(text, word)
        ),
        key=lambda one: (one[2], one[1]),
    )


def _places(text: str, word: str) -> list[int]:
    found, at = [], text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found


@pytest.mark.parametrize(("text", "small"), [("ABC", "abc"), ("İa", "İa"), ("ΑΣ", "ασ"), ("Ｋ", "ｋ")])
def test_lower_case_keeps_the_length_and_looks_at_no_neighbour(text: str, small: str) -> None:
    assert lowered(text) == small
