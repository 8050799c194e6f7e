"""Pictures beside the text of a public copy: what the stage that makes the copy says of each before it is made.

The review page asks the very code that chooses the pictures later, so that it never tells something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from disclosure_pipeline.errors import PluginFault
from disclosure_pipeline.hooks.contracts import Case, SourceFile
from disclosure_pipeline.hooks.guard import Subject, ask, instance
from disclosure_pipeline.hooks.loading import BUILTIN
from disclosure_pipeline.hooks.stages import ShownPicture, Stage
from disclosure_pipeline.model.pictures import Outlook, PictureKey
from disclosure_pipeline.model.policy import RuleBook

FREEZE = f"{BUILTIN}.freeze"
"""The stage that makes public copies."""


@dataclass(frozen=True, slots=True)
class JudgedPicture:
    """A picture that a draft surely shows.

    Args:
        part: position of its file.
        picture: made anew.
        outlook: whether it goes out, or why not.
        behind: index of the segment behind which it stands; -1 is the beginning.
    """

    part: int
    picture: ShownPicture
    outlook: Outlook
    behind: int

    @property
    def key(self) -> PictureKey:
        """What a ruling about it is bound to."""
        return key_of(self.part, self.picture)


class PictureSource(Protocol):
    """Makes pictures anew; the toolbox of a stage is one."""

    @property
    def rulebook(self) -> RuleBook:
        """All rules in force."""
        ...

    def pictures(self, file: SourceFile, media_type: str) -> Sequence[ShownPicture]:
        """See :meth:`disclosure_pipeline.hooks.stages.Toolbox.pictures`."""
        ...


@runtime_checkable
class Illustrating(Protocol):
    """What the freeze stage has beside :class:`~disclosure_pipeline.hooks.stages.Stage`."""

    def illustrations(self, case: Case, source: PictureSource) -> tuple[JudgedPicture, ...]:
        """The pictures of a version's public files, in order, with what would become of each now."""
        ...


def key_of(part: int, picture: ShownPicture) -> PictureKey:
    """What a ruling about a picture is bound to.

    Args:
        part: position of its file.
        picture: made anew.
    """
    name = picture.part.encode("utf-8", "surrogatepass")
    return PictureKey(part, hashlib.sha256(name).hexdigest(), hashlib.sha256(picture.data).hexdigest())


def judge(stages: Mapping[str, Stage], case: Case, source: PictureSource) -> tuple[JudgedPicture, ...]:
    """What would become of the pictures of a version if its public copy were made now.

    Args:
        stages: the stages in force, by full id.
        case: the version.
        source: makes them anew.

    Raises:
        PluginFault: ``stage.missing``, ``stage.raised``, ``stage.nonsense``, or the code with which a picture could not
            be made anew.
    """
    subject, stage = Subject("stage", FREEZE, "freeze"), stages.get(FREEZE)
    if not isinstance(stage, Illustrating):
        fault = subject.fault("missing", "No stage that makes public copies tells of their pictures.")
        raise PluginFault(fault.message, code=fault.code, advice=fault.advice)
    answer = ask(subject, lambda: stage.illustrations(case, source), instance(tuple))
    return answer.get()
