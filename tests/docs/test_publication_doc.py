"""The tables of docs/publication.md are the benchmark's: every row is there, and every wish holds."""

from __future__ import annotations

import re

from doc_pages import between, read, table

from benchmarks import publication
from benchmarks.publication_search import Figures
from benchmarks.publication_site import Cost, Result

PAGE = read("docs/publication.md")


def test_the_table_has_the_rows_of_the_benchmark_and_every_wish_holds() -> None:
    cost = Cost(1.0, 1.0, 1, 1)
    found = Figures("x", 1, 1.0, 1, 1.0, 1.0, 1.0, 1.0)
    made = publication.measured([publication.Size(Result(1, 0.5, cost, cost, 1.0), found, found)])
    names = [row[0] for row in table("\n".join(made))]
    rows = {row[0]: row for row in table(between(PAGE, "measured"))}
    assert list(rows) == [name for name in names if name in rows]
    wished = [row[-1] for row in rows.values() if row[-1]]
    assert len(wished) == 6
    assert all(re.search(": yes", wish) for wish in wished), wished


def test_each_format_of_the_copy_has_its_cost() -> None:
    rows = table(between(PAGE, "copies"))
    assert {"docx", "xlsx", "pdf, text layer", "pdf, pictures"} <= {row[0] for row in rows}
    assert all(float(row[1]) > 0 for row in rows)


def test_the_files_that_the_page_names_are_there() -> None:
    command = re.search(r"python (benchmarks/\S+\.py) ", PAGE)
    assert command is not None
    assert read(command[1]).startswith('"""Publication, measured')
