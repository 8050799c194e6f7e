"""A detector that answers an object which runs code when it is read."""

import os

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.finding import Finding, Severity


class Payload:
    def __reduce__(self):
        return (os.mkdir, (os.environ["SLY_FOLDER"],))


class Sly:
    id = "sly"
    version = "1"
    kinds = ("format.fault",)
    canaries = (Canary("金丝雀", "format.fault"),)

    def detect(self, part):
        segment = part.text.segments[0]
        if "金丝雀" not in segment.text:
            return Payload()
        return [Finding("format.fault", Severity.INFO, "金丝雀", 0, 3, 0, segment.place, "fault.canary")]


@hookimpl
def register_detectors():
    return [Sly()]
