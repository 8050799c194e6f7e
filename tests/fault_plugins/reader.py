"""A third-party extractor of a format of its own (`.memo`), for the sandbox."""

from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.text import Place, Segment, Text


class Memo:
    id = "memo"
    version = "1"

    def score(self, head, name):
        if head.startswith(b"RIDDLE"):
            raise ValueError(head)
        return 100 if head.startswith(b"MEMO\n") else 0

    def extract(self, file):
        words = file.path.read_text("utf-8").removeprefix("MEMO\n")
        if "坏" in words:
            raise ExtractionFailed(f"cannot read {words}")
        return Text("text/x-memo", "memo", (Segment(words, Place("memo", "body", paragraph=1)),))


@hookimpl
def register_extractors():
    return [Memo()]
