"""Dates of birth, health, marriage, children, faith and whereabouts of persons; and prose about such things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from tests.labelled.circumstance_texts import COLUMNS, PROSE, TOLD
from tests.labelled.sample import Half, Mark, Sample, in_segments, of

KINDS = ("privacy.birth_date", "privacy.health", "privacy.minor")
_SHORT: Mapping[str, str] = {"b": "privacy.birth_date", "h": "privacy.health", "m": "privacy.minor"}
_OPEN = re.compile(r"<([bhm]):([^<>]+)>")
_WIDE = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}


@cache
def samples(half: Half) -> Sequence[Sample]:
    """Every sample of a half, the same in every run."""
    return (*_told(half), *_columns(half), *_prose(half))


def _told(half: Half) -> Iterator[Sample]:
    for written in TOLD[half]:
        for form, text in (
            ("plain", written),
            ("full_width", written.translate(_WIDE)),
            ("zero_width", re.sub(r"(?<=[0-9一-鿿])(?=[年月级岁残])", "\u200b", written)),
            ("spaced", re.sub(r"(?<=[0-9])(?=[年月日岁])|(?<=：)", " ", written)),
        ):
            yield of(*_pieces(text), family="circumstance", form=form, kinds=KINDS)


def _pieces(written: str) -> Iterator[str | Mark]:
    at = 0
    for match in _OPEN.finditer(written):
        yield written[at : match.start()]
        yield Mark(match[2], _SHORT[match[1]])
        at = match.end()
    yield written[at:]


def _columns(half: Half) -> Iterator[Sample]:
    for short, heading, values in COLUMNS[half]:
        rows: list[list[str | Mark]] = [["序号", "姓名", heading, "备注"]]
        rows += [
            [str(row), "王某", Mark(value, _SHORT[short]), "无"] for row, value in enumerate(values, start=1)
        ]
        yield in_segments(*rows, family="circumstance.table", form="plain", table=True)


def _prose(half: Half) -> Iterator[Sample]:
    for written in PROSE[half]:
        for form, text in (("plain", written), ("full_width", written.translate(_WIDE))):
            yield of(text, family="circumstance.trap", form=form, kinds=KINDS)
