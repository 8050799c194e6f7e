"""A detector that answers `None` for "nothing found"."""

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity


class Silent:
    id = "silent"
    version = "1"
    kinds = ("format.fault",)
    canaries = (Canary("金丝雀", "format.fault"),)

    def detect(self, part):
        segment = part.text.segments[0]
        if "金丝雀" not in segment.text:
            return None
        return [Finding("format.fault", Severity.INFO, "金丝雀", 0, 3, 0, segment.place, "fault.canary")]


@hookimpl
def register_detectors():
    return [Silent()]
