"""A third-party extractor (`.mortal`) that kills its process: in the process that the file names, or in every one."""

import os
import signal

from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.text import Place, Segment, Text


class Mortal:
    id = "mortal"
    version = "1"

    def score(self, head, name):
        return 100 if head.startswith(b"MORTAL ") else 0

    def extract(self, file):
        first, *lines = file.path.read_text("utf-8").splitlines()
        if first.split()[1] in ("always", str(os.getpid())):
            os.kill(os.getpid(), signal.SIGKILL)
        places = (Place("mortal", "body", paragraph=number) for number in range(1, len(lines) + 1))
        return Text("text/x-mortal", "mortal", tuple(map(Segment, lines, places)))


@hookimpl
def register_extractors():
    return [Mortal()]
