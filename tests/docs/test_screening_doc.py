"""docs/screening.md names every detector with its kinds, and the figures of its tables are the benchmark's."""

from __future__ import annotations

import re

from doc_pages import between, read, table

from benchmarks import screening, screening_peers
from benchmarks.screening_scores import detectors
from disclosure_pipeline.hooks.canary import FLOOR

PAGE = read("docs/screening.md")


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_detector_is_named_with_its_kinds() -> None:
    written = {codes(row[0])[0]: codes(row[1]) for row in table(between(PAGE, "detectors"))}
    assert written == {detector.id: list(detector.kinds) for detector in detectors()}


def test_every_detector_must_answer_as_the_page_says() -> None:
    assert {f"builtin.{codes(row[0])[0]}" for row in table(between(PAGE, "detectors"))} == set(FLOOR)


def test_the_table_has_a_row_for_every_wish_of_the_benchmark() -> None:
    rows = {row[0]: row for row in table(between(PAGE, "measured"))}
    wished = [row for row in rows.values() if row[1]]
    assert len(wished) >= 12
    assert all(row[2] and "not measured" not in row[2] for row in wished)
    for form in screening.WRITTEN:
        assert f"markings, recall: {form}" in rows


def test_every_peer_has_a_column_or_a_reason() -> None:
    section = between(PAGE, "peers")
    assert [name for name in screening_peers.PEERS if name not in section] == []


def test_the_files_that_the_page_names_are_there() -> None:
    command = re.search(r"python (benchmarks/\S+\.py) ", PAGE)
    assert command is not None
    assert read(command[1]).startswith('"""Screening, measured')
