"""Forms drawn inside forms: counted before anything draws them.

A form that draws itself, or thirty forms of which each draws the next one twice, keep a renderer busy for ever or
until its memory is gone; it then ends the process instead of raising an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from disclosure_pipeline.builtin.extractors.failures import failure

MOST_DRAWN = 200_000
"""Forms that one page may draw, each counted as often as it is drawn."""

_DRAWS = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_DEEPEST = 100

Key = tuple[int, int]


class Nesting:
    """Counts the forms that the pages of a document draw.

    Args:
        pdf: the document, open in ``pikepdf``.
    """

    def __init__(self, pdf: Any):
        self._pdf = pdf
        self._counts: dict[Key, int] = {}

    def check(self) -> None:
        """Look at every page.

        Raises:
            ExtractionFailed: ``file.bomb``: forms that draw themselves, or too many.
        """
        for page in self._pdf.pages:
            drawn = sum(self._drawn(form, ()) for form in _forms(page.obj.get("/Resources")))
            if drawn > MOST_DRAWN:
                raise failure("file.bomb", "A page draws too many forms.")

    def _drawn(self, form: Any, above: tuple[Key, ...]) -> int:
        """How many forms are drawn when this one is, itself included."""
        key: Key = form.objgen
        if key in self._counts:
            return self._counts[key]
        if key in above or len(above) > _DEEPEST:
            raise failure("file.bomb", "A form draws itself.")
        inner = dict(_named_forms(form.get("/Resources")))
        count = 1
        if inner:
            times = [name.decode("latin-1") for name in _DRAWS.findall(_content(form))]
            for name, other in inner.items():
                if often := times.count(name[1:]):
                    count += often * self._drawn(other, (*above, key))
        if key != (0, 0):
            self._counts[key] = min(count, MOST_DRAWN + 1)
        return min(count, MOST_DRAWN + 1)


def _forms(resources: Any) -> Iterator[Any]:
    for _, form in _named_forms(resources):
        yield form


def _named_forms(resources: Any) -> Iterator[tuple[str, Any]]:
    """The forms among a resource dictionary's drawable objects; nonsense in their place is left out."""
    objects = _entry(resources, "/XObject")
    for name in objects.keys() if hasattr(objects, "keys") else ():
        item = _entry(objects, name)
        if hasattr(item, "read_bytes") and _entry(item, "/Subtype") == "/Form":
            yield str(name), item


def _entry(owner: Any, name: str) -> Any:
    try:
        return owner.get(name)
    except MemoryError:
        raise  # it ends the process
    except Exception:  # noqa: BLE001 - nonsense that others report
        return None


def _content(form: Any) -> bytes:
    try:
        return bytes(form.read_bytes())
    except MemoryError:
        raise  # it ends the process
    except Exception:  # noqa: BLE001 - others report what cannot be unpacked
        return b""
