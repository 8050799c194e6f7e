"""What the console works with, and the person who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from disclosure_pipeline.model.pace import Pace
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline.shelf import TextShelf
from disclosure_pipeline.store.people import Person

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.core import Core
    from disclosure_pipeline.pipeline.pages import PagePictures
    from disclosure_pipeline.pipeline.ports import IntakePort


@dataclass(frozen=True)
class Visitor:
    """A person in the console.

    Args:
        person: who, with today's roles (those of deputies included).
        csrf: token that every form of this session carries.
        must_change: whether the password must be changed before anything else.
        preferences: language, single-key shortcuts, look.
        session: hash of the session's id.
    """

    person: Person
    csrf: str
    must_change: bool = False
    preferences: Mapping[str, Any] = field(default_factory=dict)
    session: str = ""

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Roles held anywhere."""
        return frozenset(grant.role for grant in self.person.grants)

    @property
    def language(self) -> str:
        """``zh`` or ``en``."""
        return "en" if self.preferences.get("language") == "en" else "zh"

    @property
    def keys(self) -> bool:
        """Whether single-key shortcuts are on."""
        return bool(self.preferences.get("keys", True))


class Parts:
    """Everything the console was given by the process it runs in.

    Args:
        core: gives the pipeline's parts; other ones after the configuration was read again.
        intake: gives where uploads go: the drop folder's way.
        root: path under which the console is mounted.

    Attributes:
        door: tries to sign in from one network address that fail or are under way: thirty at once, then one in five
            seconds. Those that succeed do not count: a whole office may come from one address.
        shelf: texts of the documents that were looked at last.
    """

    def __init__(self, core: Callable[[], Core], intake: Callable[[], IntakePort], root: str = "/console"):
        self.core = core
        self.intake = intake
        self.root = root
        self.door = Pace(rate=0.2, burst=30)
        self.shelf = TextShelf()
        self._lock = Lock()
        self._pictures: tuple[Core, PagePictures] | None = None

    def pictures(self) -> PagePictures:
        """Pages of documents as pictures, drawn in a sandbox with the present configuration."""
        from disclosure_pipeline.pipeline.pages import PagePictures

        core = self.core()
        with self._lock:
            if self._pictures is None or self._pictures[0] is not core:
                before, self._pictures = self._pictures, (core, PagePictures(core))
                if before is not None:
                    before[1].close()
            return self._pictures[1]

    def close(self) -> None:
        """End the sandbox, if one was ever needed."""
        with self._lock:
            if self._pictures is not None:
                self._pictures[1].close()
                self._pictures = None
