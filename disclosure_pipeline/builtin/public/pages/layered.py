"""A pdf with its text layer, rebuilt from a white-list: pages, what draws on them, and nothing else.

Kept are the operators that draw, fonts, pictures, colours and patterns. Left behind are annotations, forms, layers,
marked content (with its replacement texts), structure, metadata of every object, scripts, destinations, embedded files,
thumbnails, private data, and whatever no page uses. What a page draws but does not show stays, because drawing is all
it does: the proof reads the new file and refuses it then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin.public.pages.drawing import saved
from disclosure_pipeline.builtin.public.pages.jpeg import stripped
from disclosure_pipeline.builtin.public.pages.whitelist import EACH, KEPT

_MOST_PAGES = 500
_MOST_DEPTH = 40
_MARKED = frozenset(("BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"))
"""Operators of marked content and of compatibility, which draw nothing."""

_DIRECT = (0, 0)
_PAGE = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")

_DRAWN = {"content": "group", "pattern": "pattern"}
"""Kinds of streams that are made of operators, and the keys that they keep."""
_PIXELS = ("/DCTDecode", "/CCITTFaxDecode")
"""Filters of pictures that stay as they are packed; of others only what can be unpacked is kept."""


def copy(path: Path, title: str = "") -> bytes:
    """The new pdf.

    Args:
        path: the draft.
        title: of the document.

    Raises:
        ValueError: it holds something that cannot be copied surely.
    """
    import pikepdf

    with pikepdf.open(path, suppress_warnings=True) as source, pikepdf.new() as target:
        if not 0 < len(source.pages) <= _MOST_PAGES:
            raise ValueError("no pages, or too many")
        copier = _Copier(target)
        for page in source.pages:
            copier.add(page)
        return saved(target, title)


class _Copier:
    """Copies objects into a new pdf by the white-list.

    Args:
        target: the new pdf.
    """

    def __init__(self, target: Any):
        self._target = target
        self._done: dict[tuple[tuple[int, int], str], Any] = {}
        self._depth = 0

    def add(self, page: Any) -> None:
        """Copy a page."""
        import pikepdf

        made = pikepdf.Dictionary(Type=pikepdf.Name.Page)
        for key in _PAGE:
            value = _inherited(page.obj, key)
            if value is not None:
                made[key] = self._plain(value)
        resources = _inherited(page.obj, "/Resources")
        made.Resources = self._copy(resources, "resources") if resources is not None else pikepdf.Dictionary()
        made.Contents = self._target.make_indirect(pikepdf.Stream(self._target, _drawing(page)))
        self._target.pages.append(pikepdf.Page(self._target.make_indirect(made)))

    def _copy(self, value: Any, kind: str) -> Any:
        """A value of a kind; what is shared in the draft, or leads back to itself, is and does so in the copy."""
        known = self._done.get((getattr(value, "objgen", _DIRECT), kind))
        if known is not None:
            return known
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise ValueError("nested too deep")
        try:
            return self._made(value, kind)
        finally:
            self._depth -= 1

    def _made(self, value: Any, kind: str) -> Any:
        import pikepdf

        if isinstance(value, pikepdf.Stream):
            return self._of_stream(value, kind)
        if kind in EACH:
            return self._each(value, EACH[kind])
        if isinstance(value, pikepdf.Dictionary) and kind in KEPT:
            return self._filled(self._begun(value, kind, pikepdf.Dictionary()), self._kept(value, kind))
        if kind == "fontsize":
            return pikepdf.Array([self._copy(value[0], "font"), value[1]])
        return self._plain(value)

    def _begun(self, value: Any, kind: str, made: Any) -> Any:
        """What a value is copied to, known from now on to whatever leads back to it."""
        if value.objgen == _DIRECT:
            return made
        made = self._target.make_indirect(made)
        self._done[value.objgen, kind] = made
        return made

    def _filled(self, made: Any, entries: Iterable[tuple[str, Any]]) -> Any:
        for key, value in entries:
            made[key] = value
        return made

    def _each(self, value: Any, kind: str) -> Any:
        import pikepdf

        if isinstance(value, pikepdf.Array):
            return pikepdf.Array([self._copy(item, kind) for item in value])
        return pikepdf.Dictionary({key: self._copy(item, kind) for key, item in value.items()})

    def _kept(self, value: Any, kind: str) -> Iterator[tuple[str, Any]]:
        return ((key, self._copy(value[key], of)) for key, of in KEPT[kind].items() if key in value)

    def _of_stream(self, value: Any, kind: str) -> Any:
        """A stream of a kind: drawing operators without marks, pictures as they are packed, all else unpacked."""
        import pikepdf

        made = self._begun(value, kind, pikepdf.Stream(self._target, b""))
        subtype = value.get("/Subtype")
        if kind in _DRAWN or (kind == "object" and subtype == pikepdf.Name.Form):
            made.write(_drawing(value))
            return self._filled(made, self._kept(value, _DRAWN.get(kind, "form")))
        if kind not in ("object", "image", "mask"):
            made.write(value.read_bytes())
            return self._filled(made, self._kept(value, "stream"))
        if subtype != pikepdf.Name.Image:
            raise ValueError("neither picture nor form")
        self._fill_picture(made, value)
        return self._filled(made, self._kept(value, "image"))

    def _fill_picture(self, made: Any, value: Any) -> None:
        import pikepdf

        filters = value.get("/Filter")
        names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if filters is None or names[-1] not in _PIXELS:
            made.write(value.read_bytes())
            return
        if len(names) > 1:
            raise ValueError("a picture packed twice")
        raw = value.read_raw_bytes()
        made.write(stripped(raw) if names[0] == "/DCTDecode" else raw, filter=pikepdf.Name(names[0]))
        if "/DecodeParms" in value:
            made.DecodeParms = self._plain(value.DecodeParms)

    def _plain(self, value: Any) -> Any:
        """A value of numbers, names, strings and arrays; the streams in it are functions and profiles."""
        import pikepdf

        if isinstance(value, pikepdf.Stream):
            return self._copy(value, "program")
        if isinstance(value, pikepdf.Array):
            return pikepdf.Array([self._copy(item, "plain") for item in value])
        if isinstance(value, pikepdf.Dictionary):
            return pikepdf.Dictionary({key: self._copy(item, "plain") for key, item in value.items()})
        return value


def _drawing(holder: Any) -> bytes:
    """The operators of a page, form, pattern or glyph that draw, without comments and marked content."""
    import pikepdf

    operators = [
        operator for operator in pikepdf.parse_content_stream(holder) if str(operator.operator) not in _MARKED
    ]
    return pikepdf.unparse_content_stream(operators)


def _inherited(page: Any, key: str) -> Any:
    """A page's value, or that of the nearest node of the page tree that has it."""
    for _ in range(_MOST_DEPTH):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page.Parent
    raise ValueError("nested too deep")
