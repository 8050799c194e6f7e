"""A detector that reports a kind it does not declare."""

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity


class Undeclared:
    id = "undeclared"
    version = "1"
    kinds = ("format.fault",)
    canaries = (Canary("金丝雀", "format.fault"),)

    def detect(self, part):
        segment = part.text.segments[0]
        if "金丝雀" not in segment.text:
            found = segment.text[:1]
            return [Finding("secrecy.term", Severity.BLOCK, found, 0, 1, 0, segment.place, "fault.kind")]
        return [Finding("format.fault", Severity.INFO, "金丝雀", 0, 3, 0, segment.place, "fault.canary")]


@hookimpl
def register_detectors():
    return [Undeclared()]
