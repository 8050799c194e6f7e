"""Replacement texts are compared once, and again wherever their fonts may mean something else."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.pdf.fonts import Meaning
from disclosure_pipeline.builtin.extractors.pdf.replacements import Replacements, agree

WORK, PLAN, TRUE, FALSE = ({1: letter} for letter in "工划真假")


def span(says: str, inner: str = "<01> Tj", more: str = "") -> str:
    return f"/Span <</ActualText <FEFF{says.encode('utf-16-be').hex()}> {more}>> BDC {inner} EMC"


def fonts(**tables: Meaning) -> dict[str, tuple[int, Meaning]]:
    return {name: (1, table) for name, table in tables.items()}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"/F 9 Tf {span('工')} {span('工')}", True),
        (f"/F 9 Tf {span('工')} {span('划')}", False),
        (f"{span('工', '/F 9 Tf <01> Tj')} {span('划', '/G 9 Tf <01> Tj')} {span('划')}", True),
        (f"{span('工', '/F 9 Tf <01> Tj')} {span('划', '/G 9 Tf <01> Tj')} {span('工')}", False),
        (f"{span('工', '<01> Tj /F 9 Tf')}", False),
        (f"{span('工')} /F 9 Tf", False),
        (f"/F 9 Tf {span('工', more='/G 9 Tf')} {span('划')}", False),
        (f"/F 9 Tf (/G 9 Tf) Tj {span('划')}", True),
        (f"/F 9 Tf {span('工', '(EMC) Tj')}", False),
        ("/F 9 Tf /Span <</ActualText (abc) >> BDC <01> Tj EMC", False),
        ("/F 9 Tf /Span <</ActualText <FEFF5DE5> >> BDC <01> Tj", False),
        ("/F 9 Tf /Span <</ActualText <FEFF5DE5> >> BDC <01> Tj /ActualText EMC", False),
        (f"/H 9 Tf {span('工')}", False),
        ("/F 9 Tf <01> Tj", True),
    ],
)
def test_the_short_way_says_what_the_long_one_does(content: str, expected: bool) -> None:
    known = fonts(F=WORK, G=PLAN)
    assert agree(content.encode(), known) == expected
    replacements = Replacements()
    for _ in range(2):
        assert replacements.agree(content.encode(), known) == expected


def test_a_font_of_the_same_name_on_another_page_is_another_font() -> None:
    replacements, content = Replacements(), span("真", "/F 9 Tf <01> Tj").encode()
    assert replacements.agree(content, fonts(F=TRUE))
    assert not replacements.agree(content, fonts(F=FALSE))
    assert replacements.agree(content, fonts(F=TRUE))


def test_a_font_that_a_page_lacks_says_nothing() -> None:
    replacements, content = Replacements(), span("真", "/F 9 Tf <01> Tj").encode()
    assert replacements.agree(content, fonts(F=TRUE, G=WORK))
    assert not replacements.agree(content, fonts(G=WORK))


def test_the_font_before_a_span_counts() -> None:
    replacements, known = Replacements(), fonts(F=TRUE, G=FALSE)
    assert replacements.agree(f"/F 9 Tf {span('真')}".encode(), known)
    assert not replacements.agree(f"/G 9 Tf {span('真')}".encode(), known)
