"""The quick search for characters that folding changes misses none of them."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.model.folding import changed, folded


def test_every_character_that_changes_is_found() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert changed(everything) == {one: other for one in everything if (other := folded(one)) != one}


@given(st.text())
def test_what_it_becomes_is_what_folding_says(text: str) -> None:
    assert changed(text) == {one: folded(one) for one in text if folded(one) != one}
