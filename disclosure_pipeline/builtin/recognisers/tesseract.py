"""The engine ``builtin.tesseract``: the program ``tesseract`` with simplified Chinese, where it is installed.

A fallback: slower to set up wrongly than RapidOCR and weaker on tables. The picture goes in and the words come
out through pipes; no file is written.
"""

from __future__ import annotations

import csv
import ctypes
import io
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence

from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine

LANGUAGES = "chi_sim+eng"
_WORD = "5"
_PR_SET_PDEATHSIG = 1


class TesseractRecogniser:
    """Tesseract 4 or newer as a program."""

    id = "tesseract"
    version = "1"

    def recognise(self, raster: Raster) -> Sequence[RecognisedLine]:
        """See :class:`~disclosure_pipeline.hooks.contracts.Recogniser`.

        Raises:
            FileNotFoundError: the program is not installed.
            subprocess.CalledProcessError: it failed (a language is missing).
        """
        program = shutil.which("tesseract")
        if program is None:
            raise FileNotFoundError("tesseract")
        libc = ctypes.CDLL(None)
        done = subprocess.run(  # noqa: S603  a program of the system, arguments of our own
            [program, "stdin", "stdout", "-l", LANGUAGES, "--dpi", str(raster.dpi or 200), "--psm", "3", "tsv"],
            input=_portable(raster), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
            preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),  # ends with this process
        )  # fmt: skip
        return list(_lines(done.stdout.decode("utf-8", "replace")))


def _portable(raster: Raster) -> bytes:
    """The picture as PGM or PPM."""
    kind = b"P5" if raster.channels == 1 else b"P6"
    return b"%s %d %d 255\n" % (kind, raster.width, raster.height) + raster.pixels


def _lines(table: str) -> Iterator[RecognisedLine]:
    """The words of each line together; a line is as certain as its least certain word."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _WORD and row["text"].strip():
            groups.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(row)
    for words in groups.values():
        boxes = [_box(word) for word in words]
        yield RecognisedLine(
            " ".join(word["text"] for word in words),
            (min(box[0] for box in boxes), min(box[1] for box in boxes),
             max(box[2] for box in boxes), max(box[3] for box in boxes)),
            min(max(float(word["conf"]), 0.0) for word in words) / 100,
        )  # fmt: skip


def _box(word: dict[str, str]) -> tuple[float, float, float, float]:
    left, top = float(word["left"]), float(word["top"])
    return left, top, left + float(word["width"]), top + float(word["height"])
