"""Tables in plain text: csv and tsv, cells kept as cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from disclosure_pipeline.builtin.extractors.claims import DELIMITED
from disclosure_pipeline.builtin.extractors.collector import Source
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.shared.markup import column_name
from disclosure_pipeline.builtin.extractors.text.encoding import load
from disclosure_pipeline.builtin.extractors.text.escapes import unescaped
from disclosure_pipeline.builtin.extractors.text.plain import decode_into
from disclosure_pipeline.model.text import Place, Text

_SEPARATORS = ",;\t|"
_SAMPLED_ROWS = 50
_LONGEST_CELL = (1 << 31) - 1
"""A quote that is never closed makes one cell of the rest of a file."""


class DelimitedExtractor(BuiltinExtractor):
    """Reads csv and tsv files."""

    claim = DELIMITED

    def read(self, source: Source, name: str) -> Text:
        """Read every cell.

        Raises:
            ExtractionFailed: ``text.encoding``, ``text.binary``, ``file.empty``, ``file.too_large``.
        """
        out = self._collector("text/csv")
        text = decode_into(out, load(source, self._limits))
        separator = "\t" if name.lower().endswith((".tsv", ".tab")) and "\t" in text else _separator(text)
        cells = 0
        for row, values in enumerate(_rows(text, separator), start=1):
            cells += len(values)
            if cells > self._limits.max_cells:
                raise failure("file.too_large", "It has too many cells.")
            for column, value in enumerate(values, start=1):
                out.add(value, "table", "table", paragraph=row, cell=f"{column_name(column)}{row}")
        out.reveal(text, Place("table", "hidden"))
        for run in unescaped(text):
            out.add(run, "hidden", "table", detail="escapes")
        return out.text()


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(text: str) -> str:
    """The character that cuts the first rows into equally many, and most, cells."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = [line for line in text.splitlines()[:_SAMPLED_ROWS] if line.strip()]

    def evenness(separator: str) -> tuple[float, int]:
        counts = [len(next(csv.reader([line], delimiter=separator))) for line in lines]
        usual = max(set(counts), key=counts.count, default=1)
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0), usual

    return max(_SEPARATORS, key=evenness)
