"""The engine ``builtin.rapidocr``: RapidOCR with the PP-OCR models that lie in its package.

Nothing is downloaded (the models are named by path) and nothing logged. Boxes are looked for in a smaller
copy of the picture, words are read in the full one. Three things that scanners in offices do are undone here:

- a page or a line that is upside down or on its side is turned, line by line, where it reads badly;
- red ink is read apart from the rest, so that a seal (公章) hides neither what lies under it nor itself;
- the confidence of a line is that of its *least* certain character: one doubtful digit makes a doubtful line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.hooks import telemetry
from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

THREADS = 2
"""Threads of the engine; more gain little on one page and take processors from the rest."""

DETECTION_SIDE = 1280
"""Longer side, in pixels, of the copy in which lines are looked for."""

STRIP = 2.5
"""A picture longer than this many times its width is looked through in pieces (a screenshot, a scroll)."""

GOOD = 0.85
"""Mean confidence below which a line is also tried turned round."""

SURE = 0.8
"""Confidence of its least certain character below which a line is looked at again."""

_MARGIN = 6

_YEAR = re.compile(r"〔(\d{4})[\])）】]|[\[(（【](\d{4})〕")
"""The year of a document number (发文字号) of which one bracket was taken for another kind."""

RED_SHARE = 0.0005
"""Share of red pixels from which a picture's red ink is read apart."""


@dataclass(slots=True)
class _Line:
    """A line while it is read: its corners, its ink, its words, how far it had to be turned (degrees), its pixels so."""

    corners: Any
    red: bool = False
    text: str = ""
    mean: float = 0.0
    least: float = 0.0
    turned: int = 0
    crop: Any = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        xs, ys = [float(point[0]) for point in self.corners], [float(point[1]) for point in self.corners]
        return min(xs), min(ys), max(xs), max(ys)


class RapidRecogniser:
    """RapidOCR over onnxruntime; the models load with the first picture."""

    id = "rapidocr"
    version = "1"

    def __init__(self) -> None:
        self._engine: Any = None

    def recognise(self, raster: Raster) -> Sequence[RecognisedLine]:
        """See :class:`~disclosure_pipeline.hooks.contracts.Recogniser`."""
        import numpy as np

        shape = (raster.height, raster.width, raster.channels)
        pixels = np.frombuffer(raster.pixels, dtype=np.uint8).reshape(shape)
        if raster.channels == 1:
            lines = self._read(np.repeat(pixels, 3, axis=2))
        else:
            lines = [line for red, layer in _layers(pixels) for line in self._read(layer, red=red)]
        return [
            RecognisedLine(line.text, line.box, min(max(line.least, 0.0), 1.0), line.red)
            for line in _ordered(lines)
        ]

    def _read(self, pixels: Pixels, *, red: bool = False) -> list[_Line]:
        import numpy as np

        engine = self._loaded()
        lines: list[_Line] = []
        crops: list[Pixels] = []
        for top, piece in _pieces(pixels):
            corners, found = _detect(engine, piece)
            lines += [_Line(corner + np.array((0, top)), red) for corner in corners]
            crops += found
        _recognise(engine, lines, crops, [0] * len(lines))
        _turn_bad_ones(engine, lines, crops)
        _look_again(engine, lines)
        return lines

    def _loaded(self) -> Any:
        if self._engine is None:
            telemetry.switch_off()
            import rapidocr

            models = Path(rapidocr.__file__).parent / "models"
            self._engine = rapidocr.RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.return_word_box": True,
                    "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                    "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                    "Det.limit_type": "max",
                    "Det.limit_side_len": DETECTION_SIDE,
                    "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
                    "Rec.rec_batch_num": 1,
                }
            )
        return self._engine


def _layers(pixels: Pixels) -> list[tuple[bool, Pixels]]:
    """The picture, or where it has red ink: what is left without it, and (true) the red ink alone."""
    import numpy as np

    red, green, blue = (pixels[:, :, at].astype(np.int16) for at in range(3))
    redness = np.clip(red - np.maximum(green, blue), 0, 255)
    if (redness > 60).mean() < RED_SHARE:
        return [(False, np.ascontiguousarray(pixels[:, :, ::-1]))]
    without = np.repeat(np.clip(red + redness // 2, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    alone = 255 - np.clip(redness * 2, 0, 255)
    return [(False, without), (True, np.repeat(alone.astype(np.uint8)[:, :, None], 3, axis=2))]


def _pieces(pixels: Pixels) -> list[tuple[int, Pixels]]:
    """A very long picture in overlapping pieces, each with its upper edge."""
    high, wide = pixels.shape[:2]
    if high <= STRIP * wide or high <= DETECTION_SIDE:
        return [(0, pixels)]
    step = max(wide, DETECTION_SIDE // 2)
    return [(top, pixels[top : top + step + step // 8]) for top in range(0, high, step)]


def _detect(engine: Any, pixels: Pixels) -> tuple[list[Any], list[Pixels]]:
    """Corners of every line, and the line itself cut out upright."""
    from rapidocr.main import RapidOCRError

    try:
        crops, found = engine.detect_and_crop(pixels, {})
    except RapidOCRError:  # there is no line
        return [], []
    return list(found.boxes), crops


def _recognise(engine: Any, lines: Sequence[_Line], crops: list[Pixels], turned: Sequence[int]) -> None:
    """Read the lines; a reading that is better than the one they have is kept."""
    if not crops:
        return
    read = engine.recognize_txt(crops)
    for line, crop, text, mean, word, angle in zip(
        lines, crops, read.txts, read.scores, read.word_results, turned, strict=True
    ):
        if mean > line.mean:
            line.text = _YEAR.sub(lambda found: f"〔{found[1] or found[2]}〕", text)
            line.mean, line.turned, line.crop = float(mean), angle, crop
            line.least = _least(text, word.confs or ())


def _least(text: str, confidences: Sequence[float]) -> float:
    """The confidence of the least certain letter, digit or decimal point; other signs do not count."""
    certain = [
        share
        for at, (sign, share) in enumerate(zip(text, confidences, strict=False))
        if sign.isalnum() or (sign == "." and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit())
    ]
    return float(min(certain or confidences or (0.0,)))


def _turn_bad_ones(engine: Any, lines: Sequence[_Line], crops: Sequence[Pixels]) -> None:
    """Try the lines that read badly upside down, and tall ones also as they stand."""
    import numpy as np

    bad = [(line, crop) for line, crop in zip(lines, crops, strict=True) if line.mean < GOOD]
    _recognise(engine, [line for line, _ in bad], [np.rot90(crop, 2) for _, crop in bad], [180] * len(bad))
    tall = [(line, crop) for line, crop in bad if line.mean < GOOD and _is_tall(line)]
    _recognise(engine, [line for line, _ in tall], [np.rot90(crop, 3) for _, crop in tall], [0] * len(tall))


def _look_again(engine: Any, lines: Sequence[_Line]) -> None:
    """Read doubtful lines twice more, without specks and with a margin.

    A line is as certain as the surer of those readings when both have its letters and digits; when one of them
    differs, the doubt stays.
    """
    for line in lines:
        if not line.text or line.least >= SURE:
            continue
        read = engine.recognize_txt([_without_specks(line.crop), _with_margin(line.crop)])
        readings = list(zip(read.txts, read.word_results, strict=True))
        if all(_bare(text) == _bare(line.text) for text, _ in readings):
            line.least = max(line.least, *(_least(text, word.confs or ()) for text, word in readings))


def _without_specks(crop: Pixels) -> Pixels:
    import cv2
    import numpy as np

    return np.asarray(cv2.medianBlur(np.ascontiguousarray(crop), 3), dtype=np.uint8)


def _with_margin(crop: Pixels) -> Pixels:
    import numpy as np

    edge = ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0))
    return np.pad(crop, edge, constant_values=255)


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() or sign == ".")


def _is_tall(line: _Line) -> bool:
    left, top, right, bottom = line.box
    return bottom - top >= 1.5 * (right - left)


def _ordered(lines: list[_Line]) -> list[_Line]:
    """Reading order, by the way up that most of the page's characters have."""
    votes: dict[tuple[bool, int], int] = {}
    for line in lines:
        way = (_is_tall(line), line.turned)
        votes[way] = votes.get(way, 0) + len(line.text)
    tall, turned = max(votes, key=lambda way: votes[way], default=(False, 0))

    def upright(line: _Line) -> tuple[float, float, float]:
        """Upper edge, lower edge and left edge as they would be on the page held the right way."""
        left, top, right, bottom = line.box
        if tall:  # cut out with its right side up
            return (left, right, -bottom) if turned else (-right, -left, top)
        return (-bottom, -top, -right) if turned else (top, bottom, left)

    rows: list[list[_Line]] = []
    for line in sorted(lines, key=upright):
        upper, lower, _ = upright(line)
        if rows:
            above, below, _ = upright(rows[-1][-1])
            if min(lower, below) - max(upper, above) > 0.5 * min(lower - upper, below - above):
                rows[-1].append(line)
                continue
        rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: upright(line)[2])]
