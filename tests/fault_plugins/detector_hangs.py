"""A detector that never answers."""

import time

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity


class Hangs:
    id = "hangs"
    version = "1"
    kinds = ("format.fault",)
    canaries = (Canary("金丝雀", "format.fault"),)

    def detect(self, part):
        segment = part.text.segments[0]
        if "金丝雀" not in segment.text:
            time.sleep(600)
        return [Finding("format.fault", Severity.INFO, "金丝雀", 0, 3, 0, segment.place, "fault.canary")]


@hookimpl
def register_detectors():
    return [Hangs()]
