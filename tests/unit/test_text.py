"""Text crosses between processes unchanged."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as some

from disclosure_pipeline.model.text import KINDS, Doubt, Place, Segment, Text

numbers = some.none() | some.integers(1, 9999)
places = some.builds(
    Place, some.text(max_size=9), some.sampled_from(KINDS), numbers, numbers, some.none() | some.text(max_size=5),
    some.none() | some.tuples(*[some.floats(-1e4, 1e4)] * 4), some.none() | some.text(max_size=5),
)  # fmt: skip
texts = some.builds(
    Text, some.text(), some.text(), some.lists(some.builds(Segment, some.text(), places, some.booleans())).map(tuple),
    some.lists(some.text()).map(tuple), some.lists(some.builds(Doubt, some.text(), some.text(), places)).map(tuple),
    some.dictionaries(some.text(), some.integers()),
)  # fmt: skip


@given(texts)
def test_a_text_is_the_same_on_the_other_side(text: Text) -> None:
    assert pickle.loads(pickle.dumps(text)) == text
    assert copy.deepcopy(text) == text


def test_a_message_is_told_once() -> None:
    twice = Text("a", "b", (), ("注意",), (Doubt("x", "注意"), Doubt("y", "注意")))
    assert twice.as_json()["warnings"] == ["注意"]
