"""The small record beside a document's bags: which generation and version the archive carried out.

It fences off late orders (design 3): an order of a lower generation than the one recorded has been
overtaken by a withdrawal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.model.publication import EffectKey

PUBLISHED = "published"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Record:
    """What the archive carried out for one document.

    Args:
        document: case number.
        generation: highest generation carried out; -1 before the first.
        state: ``published`` or ``withdrawn``; empty before the first.
        versions: versions with a bag, ascending.
    """

    document: str
    generation: int = -1
    state: str = ""
    versions: tuple[int, ...] = ()

    @property
    def version(self) -> int:
        """The newest version with a bag; 0 when there is none."""
        return max(self.versions, default=0)

    def check(self, key: EffectKey) -> None:
        """Refuse an order that a newer generation has overtaken.

        Raises:
            Fenced: the order's generation is lower than the recorded one.
        """
        if key.generation < self.generation:
            raise Fenced("A newer withdrawal of this document has overtaken the order.")

    def deposited(self, key: EffectKey) -> Record:
        """The record after a bag of this order lies in the archive."""
        versions = tuple(sorted({*self.versions, key.version}))
        return replace(self, generation=key.generation, state=PUBLISHED, versions=versions)

    def withdrawn(self, key: EffectKey, *, isolated: bool) -> Record:
        """The record after this withdrawal; the bags stay, unless all of them are isolated."""
        versions = () if isolated else self.versions
        return replace(self, generation=key.generation, state=WITHDRAWN, versions=versions)


def read_record(path: Path, document: str) -> Record:
    """Read the record of a document; a new one when there is none.

    Raises:
        ChannelFault: the file is damaged (``archive.record``).
    """
    try:
        data: Any = json.loads(path.read_bytes())
        return Record(
            document, int(data["generation"]), str(data["state"]), tuple(map(int, data["versions"]))
        )
    except FileNotFoundError:
        return Record(document)
    except (ValueError, KeyError, TypeError):
        raise ChannelFault(
            "The archive's record of a document is damaged.",
            code="archive.record",
            advice="Restore the document's .state.json in the archive, then `disclosure channel retry`.",
        ) from None


def as_json(value: Any) -> bytes:
    """A JSON value as the archive writes it: sorted, indented, UTF-8, the same bytes every time."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    # A lone surrogate (broken file name) becomes its JSON escape.
    return text.encode("utf-8", "backslashreplace")
