"""What a page of the console is asked, and what it answers.

A view is a plain function from an :class:`Ask` to an answer; it runs in a worker thread, so it may read
and write rows. It knows nothing of cookies, headers or tokens (`console/frame.py` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode

from disclosure_pipeline.errors import UsageError

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

    from disclosure_pipeline.console.parts import Parts, Visitor
    from disclosure_pipeline.errors import DisclosureError
    from disclosure_pipeline.pipeline.core import Core


@dataclass(frozen=True, slots=True)
class Fields:
    """Values of a form or of an address's query, in order; a name may come several times.

    Args:
        pairs: (name, value) as sent.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The first value of a name, without the blanks around it."""
        return next((value.strip() for key, value in self.pairs if key == name), default)

    def typed(self, name: str) -> str:
        """The first value of a name exactly as it was typed (passwords)."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a name."""
        return [value for key, value in self.pairs if key == name]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; the default when it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    def chosen(self, name: str, among: Iterable[str], default: str = "") -> str:
        """A value that is one of those offered; the default when it is none of them."""
        value = self.get(name)
        return value if value in among else default

    def act(self, among: Iterable[str], name: str = "do") -> str:
        """Which of some actions a form stands for: one of them is named, or nothing is done.

        Args:
            among: the actions.
            name: the field that names one.

        Raises:
            UsageError: none is named, or another one (``act``).
        """
        wanted = self.chosen(name, among)
        if not wanted:
            raise UsageError(
                "The form does not say what is to be done.", code="act", advice="Use its buttons."
            )
        return wanted

    def filled(self, names: Iterable[str]) -> dict[str, str]:
        """Those of some values that are filled in, for links that stay in a filter."""
        return {name: value for name in names if (value := self.get(name))}


@dataclass(slots=True)
class Ask:
    """One request, with the person who makes it.

    Args:
        parts: what the console works with.
        visitor: who asks; ``None`` only on pages that need nobody (signing in).
        path: values of the address's placeholders.
        query: the address's query.
        form: the posted fields.
        files: the posted files, by field.
        address: the path asked for, with its query.
        error: why the same person's wish was refused just now; the page shows it beside what they typed.
        client: network address of the caller, for limits only.
        language: language of a page for nobody, as the browser asks.
    """

    parts: Parts
    visitor: Visitor | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Fields = field(default_factory=Fields)
    form: Fields = field(default_factory=Fields)
    files: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)
    address: str = ""
    error: DisclosureError | None = None
    client: str = ""
    language: str = "zh"

    @property
    def core(self) -> Core:
        """The pipeline's parts as they are now."""
        return self.parts.core()

    @property
    def me(self) -> Visitor:
        """The person who asks.

        Raises:
            AssertionError: on a page for nobody; the table of routes is wrong then.
        """
        assert self.visitor is not None  # noqa: S101 -- the frame lets nobody past who is nobody
        return self.visitor

    @property
    def name(self) -> str:
        """Name of the person who asks."""
        return self.me.person.name

    @property
    def english(self) -> bool:
        """Whether the person reads English."""
        return self.me.language == "en"


@dataclass(frozen=True, slots=True)
class Page:
    """A page made from a template.

    Args:
        template: file name below ``templates/``.
        values: what the template uses.
        status: HTTP status.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on at another page of the console (after a post: 303).

    Args:
        to: path below the console, beginning with ``/``.
        said: code of what happened, told on the next page (`console/sayings.py`).
        query: further values of the address.
        session: token of the session that begins here; empty ends the present one.
    """

    to: str
    said: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None

    @property
    def address(self) -> str:
        """The path with its query."""
        path, _, there = self.to.partition("?")
        more = urlencode({**self.query, **({"said": self.said} if self.said else {})})
        joined = "&".join(item for item in (there, more) if item)
        return f"{path}?{joined}" if joined else path


ON_ITS_OWN = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}
"""Headers of a frozen page: shown in a frame of ours, it can run nothing, load nothing and send nothing."""


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes to keep or to show.

    Args:
        content: the bytes. media_type: what they are.
        name: file name offered; empty means that the browser shows it in the page.
        headers: further headers.
    """

    content: bytes
    media_type: str
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """A file to keep that is sent piece by piece; it is closed when the last piece has gone, or nobody takes more.

    Args:
        file: the file, at its beginning. media_type: what it holds.
        name: file name offered; ASCII.
    """

    PIECE = 1 << 16

    file: IO[bytes]
    media_type: str
    name: str

    def pieces(self) -> Iterator[bytes]:
        """The file's bytes."""
        with self.file as file:
            while piece := file.read(self.PIECE):
                yield piece


Answer = Page | Redirect | Download | Export
