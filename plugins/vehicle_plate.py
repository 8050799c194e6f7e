"""Vehicle plates: finds the number plates of private cars in drafts.

Lists of subsidies, fines and parking permits often carry plates (号牌), which identify their owners.
Finds blue, yellow and new-energy plates (GA 36) as people write them: with a dot, a hyphen, spaces,
full-width characters or zero-width characters in between, upper or lower case. A plate beside words that
name an official car is reported too, but only as information. The words, the article and the suggestion
are settings, not code.

The module is the worked example of docs/plugins.md; the part between the markers is shown there.
"""

# start detector
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from disclosure_pipeline.hooks.contracts import Canary, Detector, PartText, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity
from disclosure_pipeline.model.text import Segment

__version__ = "1.0"


class Options(BaseModel):
    """The section ``[plugin.vehicle_plate]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    official_words: tuple[str, ...] = Field(
        ("公务用车", "公务车", "公车", "执法车"), description="Words that mark an official car."
    )
    context: int = Field(12, ge=0, le=200, description="Characters around a plate in which they count.")
    article: str = Field("政府信息公开条例第十五条", description="Legal source shown to officers.")
    suggestion: str = Field(
        "遮盖号牌后四位（如“苏A·1****”）。", description="What officers are advised to do."
    )


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """The one detector."""
    return [VehiclePlate(context.options)]


class VehiclePlate:
    """The detector ``vehicle_plate.plate``."""

    id = "plate"
    version = __version__
    kinds: tuple[str, ...] = ("privacy.plate",)
    canaries: tuple[Canary, ...] = (
        Canary("车牌号码：苏A·12345", "privacy.plate"),
        Canary("粤B D12345", "privacy.plate"),
    )

    def __init__(self, options: Options):
        self._options = options

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Every plate in every segment of the part."""
        return [
            self._finding(index, segment, start, end)
            for index, segment in enumerate(part.text.segments)
            for start, end in plates(segment.text)
        ]

    def _finding(self, index: int, segment: Segment, start: int, end: int) -> Finding:
        around = segment.text[max(0, start - self._options.context) : end + self._options.context]
        official = any(word in around for word in self._options.official_words)
        return Finding(
            kind="privacy.plate",
            severity=Severity.INFO if official else Severity.REVIEW,
            text=segment.text[start:end],
            start=start,
            end=end,
            segment=index,
            place=segment.place,
            rule="plate.official" if official else "plate.private",
            article=self._options.article,
            suggestion="" if official else self._options.suggestion,
            confidence=0.9,
        )


# end detector

_LETTERS = "A-HJ-NP-Z"
"""Letters of plates; I and O would be read as digits."""

_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][{_LETTERS}]"
    r"[\s·•・‧.\-]{0,3}"
    rf"(?:[DF][{_LETTERS}0-9][0-9]{{4}}|[0-9]{{5}}[DF]"
    rf"|(?=[{_LETTERS}0-9]*[0-9][{_LETTERS}]*[0-9])[{_LETTERS}0-9]{{4}}[{_LETTERS}0-9学警挂港澳领])"
    r"(?![A-Za-z0-9])"
)


def plates(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every plate in ``text``, in its original characters."""
    plain, origin = _plain(text)
    for match in _PLATE.finditer(plain):
        yield origin[match.start()], origin[match.end() - 1] + 1


def _plain(text: str) -> tuple[str, list[int]]:
    """Half-width upper case without invisible characters, and where each character came from."""
    characters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        if unicodedata.category(character) == "Cf":
            continue
        for folded in unicodedata.normalize("NFKC", character).upper():
            characters.append(folded)
            origin.append(index)
    return "".join(characters), origin
