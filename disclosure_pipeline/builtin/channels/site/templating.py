"""Templates and style sheets: the office's own ones are looked up before the built-in ones.

``[site] templates`` names a folder. A file of it with the name of a built-in template (``document.html.j2``) takes its
place, and may extend it as ``builtin/document.html.j2``; ``site.css`` replaces the style sheet, ``theme.css`` is added
after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.errors import ChannelFault

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent
_BUILT_IN = _FOLDER / "templates"
STYLE, THEME = "site.css", "theme.css"


class Theme:
    """What pages are made from.

    Args:
        folder: the office's templates; ``None`` for none.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._environment: Environment | None = None

    def render(self, template: str, **values: Any) -> str:
        """A template filled with values.

        Raises:
            ChannelFault: ``template.broken``, the office's template cannot be used.
        """
        from jinja2 import TemplateError

        try:
            return self._templates().get_template(template).render(**values)
        except TemplateError as error:
            if self._folder is None:
                raise
            raise ChannelFault(
                f"The template {template} of the office cannot be used ({type(error).__name__}).",
                code="template.broken",
                advice="Mend it, or take it out of the folder that [site] templates names.",
            ) from None

    def style(self) -> bytes:
        """The site's one style sheet."""
        own = self._own(STYLE)
        parts = [own or _FOLDER / "static" / STYLE, self._own(THEME)]
        return b"".join(part.read_bytes() for part in parts if part is not None)

    def digest(self, settings: Mapping[str, Any]) -> str:
        """A digest of everything that a page's shell comes from.

        Args:
            settings: site settings, JSON values.
        """
        digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode() + _built_in())
        if self._folder is not None:
            digest.update(_bytes_in(self._folder))
        return digest.hexdigest()

    def _own(self, name: str) -> Path | None:
        path = None if self._folder is None else self._folder / name
        return path if path is not None and path.is_file() else None

    def _templates(self) -> Environment:
        if self._environment is None:
            self._environment = _shipped() if self._folder is None else _environment(self._folder)
        return self._environment


def _environment(own: Path | None) -> Environment:
    """Everything is escaped, a missing value is an error, and an office's template can do no more than show."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    built_in = FileSystemLoader(_BUILT_IN)
    first = [] if own is None else [FileSystemLoader(own)]
    return SandboxedEnvironment(
        loader=ChoiceLoader([*first, built_in, PrefixLoader({"builtin": built_in})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def _shipped() -> Environment:
    return _environment(None)


@cache
def _built_in() -> bytes:
    return _bytes_in(_BUILT_IN) + _bytes_in(_FOLDER) + _bytes_in(_FOLDER / "static")


def _bytes_in(folder: Path) -> bytes:
    """Names and bytes of what pages are made from."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".j2", ".css", ".py")]
    return b"".join(f"{path.name}\n".encode() + path.read_bytes() for path in paths if path.is_file())
