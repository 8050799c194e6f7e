"""What the stages of the pipeline conclude, and what the core lends them.

Only the product's own plugin registers stages. A stage looks at an immutable case and answers one
outcome; the core turns it into one step in one transaction (`pipeline/recording.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from disclosure_pipeline.hooks.contracts import Case, Opinion, PartText, Reading, SourceFile
from disclosure_pipeline.model.boxes import Box
from disclosure_pipeline.model.document import Attribute, Part, Slip
from disclosure_pipeline.model.finding import Fault, Finding, Screening
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Artefact
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.model.text import Text


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A document of the catalogue that bears a number or a title.

    Args:
        document: case number; empty when its unit does not show it to this one.
        state: where it stands.
        attribute: the attribute in force, ``None`` while there is none.
    """

    document: str
    state: State
    attribute: Attribute | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or body that a document tells something of.

    The core keeps keyed digests of ``keys`` and the names of the facts, never the words.

    Args:
        keys: what the subject is known by, normalised; any of them in another document means the same subject.
        facts: which kinds of facts the document tells of it.
    """

    keys: tuple[str, ...]
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a published document tells of a subject.

    Args:
        document: case number.
        facts: kinds of facts.
    """

    document: str
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Struck:
    """What the pages of a part must not show.

    Args:
        ranges: characters, as (segment, start, end).
        boxes: what was drawn over something without characters, as (page, box); ``None`` where it is not known.
    """

    ranges: tuple[tuple[int, int, int], ...] = ()
    boxes: tuple[tuple[int | None, Box | None], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ranges or self.boxes)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a new pdf says beside the pages of its draft.

    Args:
        title: its title.
        notes: what readers are told on a last page of its own; only of pages that are pictures.
    """

    title: str = ""
    notes: tuple[str, ...] = ()


UNTITLED = Wording()


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture that a draft surely shows, made anew from its pixels.

    Args:
        part: its name in the draft, as the extractor names it.
        story: the part of the draft that shows it.
        paragraph: the paragraph of that part in which it stands; ``None`` for its end.
        before: words before it without white space, where paragraphs have no numbers.
        media_type: ``image/png`` or ``image/jpeg``.
        data: its bytes.
        size: width and height, pixels.
    """

    part: str
    story: str
    paragraph: int | None
    before: str = field(repr=False)
    media_type: str
    data: bytes = field(repr=False)
    size: tuple[int, int]


class Toolbox(Protocol):
    """What the core lends a stage. Nothing here writes domain state."""

    def read(self, files: Sequence[SourceFile]) -> Reading:
        """Extract and screen files in a sandbox process.

        Markings that two secrecy officers released for these bytes do not count again.
        """
        ...

    def screen(self, texts: Sequence[PartText]) -> tuple[Screening, Sequence[Fault]]:
        """Screen text that was read before (at once when :meth:`read` did it in this run)."""
        ...

    def opinions(self, case: Case) -> tuple[Sequence[Opinion], Sequence[Fault]]:
        """Ask every attribute rule, through the guard."""
        ...

    def plan_route(self, case: Case) -> tuple[Route, Sequence[Fault]]:
        """The unit's chain, lengthened by the route planners."""
        ...

    def listed(self, keys: Sequence[str]) -> Mapping[str, Sequence[CatalogueEntry]]:
        """The documents of the catalogue, this one left out, by the keys (:attr:`Tagged.keys`) that they bear."""
        ...

    def told(self, keys: Sequence[str], days: int) -> Mapping[str, Sequence[Told]]:
        """What documents published in the last ``days`` days tell of subjects, by key; this one is left out."""
        ...

    def released(self) -> int:
        """How many markings of these files two secrecy officers have released."""
        ...

    def reprint(
        self,
        file: SourceFile,
        text: Text,
        struck: Struck,
        *,
        drawn: bool,
        wording: Wording,
    ) -> bytes | None:
        """The pages of a pdf or scan as a new pdf, made in a sandbox process.

        Args:
            file: the draft's file, with its hash.
            text: what was read in it.
            struck: what must not be seen.
            drawn: as pictures in which that is burnt in; else with the text layer, of which nothing can be struck out.
            wording: what it says beside its pages.

        Returns:
            ``None`` when it cannot be done, or when nobody surely knows where something stands that must not be seen.
        """
        ...

    def pictures(self, file: SourceFile, media_type: str) -> Sequence[ShownPicture]:
        """The pictures that a draft surely shows, in order, made anew in a sandbox process; none when that fails.

        Args:
            file: the draft's file, with its hash.
            media_type: what it is, as its reader found.
        """
        ...

    def scratch(self) -> Path:
        """A private empty folder, removed after the stage."""
        ...

    @property
    def rulebook(self) -> RuleBook:
        """All rules in force."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage concluded; the core turns it into one step in one transaction.

    Args:
        step: name of the step to take (`model/lifecycle.py`).
    """

    step: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Extracted(Outcome):
    """Everything was read and no marking found; the originals may enter the vault."""

    reading: Reading
    parts: tuple[Part, ...]
    slip: Slip
    title: str
    step: ClassVar[str] = "extract"


@dataclass(frozen=True, slots=True)
class Marked(Outcome):
    """A secrecy marking stands somewhere: quarantine. Holds no text."""

    findings: tuple[Finding, ...]
    rules_version: str
    step: ClassVar[str] = "quarantine"


@dataclass(frozen=True, slots=True)
class Screened(Outcome):
    """The findings to store."""

    screening: Screening
    faults: tuple[Fault, ...] = ()
    step: ClassVar[str] = "screen"


@dataclass(frozen=True, slots=True)
class Tagged(Outcome):
    """The proposed attribute is usable.

    Args:
        keys: number and titles by which others can look the document up; only digests of them are kept.
        urgency: 0 特急 or 特提, 1 加急, 2 ordinary; the queue's first order, nothing that anybody signs.
    """

    attribute: Attribute
    ground: str
    ground_reason: str
    formed: str
    findings: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()
    keys: tuple[str, ...] = ()
    urgency: int = 2
    step: ClassVar[str] = "tag"


@dataclass(frozen=True, slots=True)
class SentBack(Outcome):
    """The draft goes back to the department with these reasons (Chinese, no document text)."""

    reasons: tuple[str, ...]
    step: ClassVar[str] = "send_back"


@dataclass(frozen=True, slots=True)
class Carried:
    """What an issued file (正式件) that says what was approved takes over from the approved version.

    Args:
        version: number of the approved version.
        settled: findings that are settled as theirs were: (id, id of the approved version's finding).
        marked: findings that officers had marked by hand, at their places in the issued file, each with the id of the
            approved version's finding.
    """

    version: int
    settled: tuple[tuple[str, str], ...] = ()
    marked: tuple[tuple[Finding, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Routed(Outcome):
    """The chain of tiers that must sign.

    Args:
        route: the chain.
        faults: of planners.
        findings: how an issued file differs from what was approved, for those who sign.
        carried: what an issued file takes over; ``None`` for everything that is reviewed in full.
    """

    route: Route
    faults: tuple[Fault, ...] = ()
    findings: tuple[Finding, ...] = ()
    carried: Carried | None = None
    step: ClassVar[str] = "route"


@dataclass(frozen=True, slots=True)
class Frozen(Outcome):
    """The public artefacts, built, re-read and found clean.

    Args:
        files: (artefact, path in the scratch folder) pairs; the core stores them in the vault.
        findings: what re-reading found; any of them keeps the version from being frozen.
        subjects: of whom the public copy tells what.
    """

    files: tuple[tuple[Artefact, Path], ...]
    findings: tuple[Finding, ...] = ()
    subjects: tuple[Subject, ...] = ()
    step: ClassVar[str] = "freeze"


@dataclass(frozen=True, slots=True)
class SetAside(Outcome):
    """A person must look: unreadable, unknown, broken."""

    faults: tuple[Fault, ...]
    step: ClassVar[str] = "set_aside"


@runtime_checkable
class Stage(Protocol):
    """One stage of the pipeline. Pure towards the store: immutable case in, outcome out."""

    id: str
    version: str
    starts_from: State

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Do the stage's work."""
        ...
