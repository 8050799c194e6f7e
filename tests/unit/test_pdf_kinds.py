"""Which kind of place a string of a pdf stands in."""

from __future__ import annotations

import pikepdf
import pytest

from disclosure_pipeline.builtin.extractors.pdf.kinds import holder_kind, string_kind


@pytest.mark.parametrize(
    ("holder", "key", "kind"),
    [
        ({"/ICV": pikepdf.String("2AF4E5ECEE2D"), "/TYPE": pikepdf.String("TEXT")}, "/TYPE", "metadata"),
        ({"/Type": pikepdf.Name("/XObject")}, "/PTEX.FileName", "metadata"),
        ({"/Subtype": pikepdf.Name("/Widget")}, "/TU", "form"),
        ({"/Mine": pikepdf.String("内部意见")}, "/Mine", "unplaced"),
    ],
)
def test_what_programs_note_is_metadata_and_the_rest_stays_unplaced(
    holder: dict[str, object], key: str, kind: str
) -> None:
    dictionary = pikepdf.Dictionary(holder)
    assert string_kind(key, dictionary, holder_kind(dictionary, "unplaced")) == kind
