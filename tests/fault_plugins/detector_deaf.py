"""A detector that does not find its own canary."""

from disclosure_pipeline.hooks.contracts import Canary
from disclosure_pipeline.hooks.hookspecs import hookimpl


class Deaf:
    id = "deaf"
    version = "1"
    kinds = ("format.fault",)
    canaries = (Canary("金丝雀", "format.fault"),)

    def detect(self, part):
        return []


@hookimpl
def register_detectors():
    return [Deaf()]
