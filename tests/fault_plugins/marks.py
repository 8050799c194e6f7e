"""A third-party detector of markings (a stamp of its own office): it sees text only after the built-in check."""

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity

WORD = "内控一号"


class Marks:
    id = "marks"
    version = "1"
    kinds = ("secrecy.marking",)
    canaries = (Canary(WORD, "secrecy.marking"),)

    def detect(self, part):
        return [
            Finding(
                "secrecy.marking",
                Severity.BLOCK,
                WORD,
                start,
                start + len(WORD),
                index,
                segment.place,
                "own.mark",
            )
            for index, segment in enumerate(part.text.segments)
            if (start := segment.text.find(WORD)) >= 0
        ]


@hookimpl
def register_detectors():
    return [Marks()]
