"""What plugins register: the contracts between the core and everything replaceable.

Built-ins and third-party plugins follow the same contracts. A plugin object MUST have a non-empty
``id`` (ASCII, ``[a-z0-9_]+``), unique within its plugin; the core prefixes it with the plugin's
name (``builtin.site``). Methods MUST take the arguments below without defaults, MUST NOT keep
references to what they are given, and MUST NOT log, store or raise document text. Whatever a
method raises, and every answer of the wrong type (``None`` included), is a fault of the plugin: the
core records it by code and treats the question as *undetermined*. The core SHALL call one object
at a time per process, under the time limit of its family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from disclosure_pipeline.model.document import Attribute, Part, PartRole, Slip
from disclosure_pipeline.model.finding import Fault, Finding, Screening
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import PictureKey, Ruling
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Answer, Order, Standing
from disclosure_pipeline.model.route import Route
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text
from disclosure_pipeline.model.view import Views


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plugin gets when its objects are made.

    Args:
        options: the plugin's own validated config section (the model its ``register_config``
            returned), or ``None`` when it has none.
        rulebook: all rules in force.
        folders: named folders it may write: ``site``, ``archive``, ``register``, ``outbox`` for
            built-ins; only ``own`` (``var/plugins/<name>``) for others, which may read ``site``.
        site: how the publishing office presents itself (names, domain, footer option), JSON values.
        limits: ``[extraction]`` limits, JSON values.
        words: words that a segmenter should know (``[screening] user_words``).
        archive: ``[archive]``, JSON values; only for built-ins.
    """

    options: Any
    rulebook: RuleBook
    folders: Mapping[str, Path]
    site: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    archive: Mapping[str, Any] = field(default_factory=dict)


# ------------------------------------------------------------------ extraction


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    Args:
        position: index of the part in the submission.
        path: where the bytes are; read-only for extractors.
        name: the file's name as dropped (for its suffix; do not trust it).
        role: see :class:`PartRole`.
        sha256: hash of the bytes; released markings are bound to it.
        passwords: what to try if it is encrypted, before ``[extraction] passwords``; never kept or logged.
    """

    position: int
    path: Path
    name: str
    role: PartRole = PartRole.MAIN
    sha256: str = ""
    passwords: tuple[str, ...] = field(default=(), repr=False)


@runtime_checkable
class Extractor(Protocol):
    """Reads one family of file formats. Runs only inside a sandbox process."""

    id: str
    version: str

    def score(self, head: bytes, name: str) -> int:
        """How sure the extractor is that it can read a file: 0 no … 100 certain.

        Args:
            head: the first 64 KiB of the file.
            name: the file's name, lower case.
        """
        ...

    def extract(self, file: SourceFile) -> Text:
        """Read everything in the file.

        Raises:
            ExtractionFailed: encrypted, broken, too large …, with a code and advice for the clerk.
        """
        ...


@dataclass(frozen=True, slots=True)
class PartText:
    """One part's text as detectors see it.

    Args:
        position: index of the part in the submission.
        role: what the part is.
        text: what was read in it.
        views: the normalised views of the text (`model/view.py`), shared by all detectors.
    """

    position: int
    role: PartRole
    text: Text
    views: Views = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "views", Views(self.text))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sandbox process says about a submission.

    Args:
        texts: the text of each part in order; empty when a secrecy marking was found.
        screening: findings and doubts over all parts; after a marking only the markings, without text.
        faults: plugins that failed, parts that could not be read.
        marked: whether a secrecy marking was found; then nothing of the text has left the sandbox.
    """

    texts: tuple[PartText, ...]
    screening: Screening
    faults: tuple[Fault, ...] = ()
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture's pixels, row by row without padding.

    Args:
        width: pixels. height: pixels.
        channels: 1 (grey) or 3 (red, green, blue).
        pixels: ``width * height * channels`` bytes.
        dpi: pixels per inch where it is known (rendered pages), else 0.
    """

    width: int
    height: int
    channels: int
    pixels: bytes = field(repr=False)
    dpi: int = 0


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of words in a picture.

    Args:
        text: its characters.
        box: (left, top, right, bottom) in pixels from the top left corner.
        confidence: 0 … 1, the engine's own.
        red: whether it was read in red ink, apart from the rest (a seal, a letterhead).
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    red: bool = False


@runtime_checkable
class Recogniser(Protocol):
    """Reads words in pictures (OCR). Runs only inside a recognition process, loaded when first needed."""

    id: str
    version: str

    def recognise(self, raster: Raster) -> Sequence[RecognisedLine]:
        """Every line of words, in reading order; an empty list when the picture holds none.

        ``None``, an exception or a line that is no line makes the next engine try, and after the last
        one the picture is undetermined.
        """
        ...


# --------------------------------------------------------------------- editing


@dataclass(frozen=True, slots=True)
class Remark:
    """What a clerk should know or do about a place in a draft.

    Args:
        place: where. words: characters that stand there, to find the place by; never repeated in the remark.
        text: the remark, Chinese.
    """

    place: Place
    words: str
    text: str


@runtime_checkable
class Editor(Protocol):
    """Makes copies of drafts of one family of formats. Runs only inside a sandbox process.

    The core reads every copy again and proves it; an editor need not be trusted.
    """

    id: str
    version: str

    def score(self, head: bytes, name: str) -> int:
        """How sure the editor is that it can edit a file, as :meth:`Extractor.score`."""
        ...

    def clean(self, file: SourceFile, unseen: Sequence[Segment]) -> bytes:
        """A copy with what a reader of the printed page sees, and nothing else.

        Args:
            file: the draft.
            unseen: every place in it that the page does not show, as its reader found them.

        Raises:
            ExtractionFailed: something that is seen cannot be taken over cleanly.
        """
        ...

    def annotate(self, file: SourceFile, remarks: Sequence[Remark]) -> bytes:
        """A copy of the whole draft with a comment at each place.

        Raises:
            ExtractionFailed: ``annotate.unsupported``: the format has no comments that this editor can write.
        """
        ...


# ------------------------------------------------------------------- screening


@dataclass(frozen=True, slots=True)
class Canary:
    """A text on which a detector must fire, or it is not trusted (proved at load)."""

    text: str
    kind: str


@runtime_checkable
class Detector(Protocol):
    """Finds one family of things that must not go out.

    Built-in detectors run in the sandbox process beside the extractors; those of third-party
    plugins in a process of their own that is killed at ``[screening] detector_timeout``.
    """

    id: str
    version: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Finding kinds it may report; a class attribute will do."""
        ...

    @property
    def canaries(self) -> tuple[Canary, ...]:
        """Texts on which it must fire; a class attribute will do."""
        ...

    def detect(self, part: PartText) -> Sequence[Finding]:
        """Look at one part.

        Returns:
            Every finding, an empty list when there is nothing. ``None`` is not an answer.
            ``segment``, ``start`` and ``end`` index the original text of ``part.text.segments``;
            the core checks that ``text`` equals those characters.
        """
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing the parts of a submission with one another brought.

    Args:
        findings: differences; ``part`` names the part in which each stands.
        settled: doubts of these parts that are answered by another part (their ``position`` filled in).
    """

    findings: tuple[Finding, ...] = ()
    settled: tuple[Doubt, ...] = ()


@runtime_checkable
class Collator(Protocol):
    """Compares the parts of a submission with one another (a scan with its editable text).

    Only built-ins may register collators, because they settle doubts. Runs inside a sandbox process, after
    the marking check found nothing.
    """

    id: str
    version: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Finding kinds it may report; a class attribute will do."""
        ...

    def collate(self, parts: Sequence[PartText]) -> Comparison:
        """Compare the parts; the core takes a doubt away only if it is about uncertain recognition."""
        ...


# ---------------------------------------------------------------- tag and route


@dataclass(frozen=True, slots=True)
class Approved:
    """The approved version of which a case is the issued file (正式件).

    Args:
        version: its number.
        slip: what was decided of it.
        parts: its files; ``paths`` gives where each one's bytes are, by position. texts: what was read in them.
        findings: its findings. settled: how they were settled, by finding id. treatments: as of :class:`Case`.
    """

    version: int
    slip: Slip
    parts: tuple[Part, ...]
    paths: Mapping[int, Path]
    texts: tuple[PartText, ...]
    findings: tuple[Finding, ...]
    settled: Mapping[str, str]
    treatments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """Immutable view of one version of a document, as stages and rules see it.

    Args:
        document: case number.
        unit: unit code. department: department name.
        state: present state. version: present version.
        title: title, ``None`` until known.
        slip: what the department said.
        folder_attribute: attribute named by the subfolder it was dropped in, or empty.
        parts: files in order; ``paths`` gives where each part's bytes are, by position.
        texts: extracted text per part; empty before extraction.
        findings: findings so far.
        attribute: the attribute in force (office's, else proposed), ``None`` before tagging.
        ground: reason code, or empty.
        formed: 成文日期 ISO, or empty.
        settled: how findings were settled, by finding id (``accept``, ``dismiss``, ``redact``).
        treatments: how those to be redacted are left out if not removed, by finding id (``mask``, ``column``).
        approved: the approved version, when an issued file is about to be compared with it; else ``None``.
        rulings: what the secrecy officer ruled of pictures without words.
    """

    document: str
    unit: str
    department: str
    state: State
    version: int
    title: str | None
    slip: Slip
    parts: tuple[Part, ...]
    paths: Mapping[int, Path]
    folder_attribute: str = ""
    texts: tuple[PartText, ...] = ()
    findings: tuple[Finding, ...] = ()
    attribute: Attribute | None = None
    ground: str = ""
    formed: str = ""
    settled: Mapping[str, str] = field(default_factory=dict)
    treatments: Mapping[str, str] = field(default_factory=dict)
    approved: Approved | None = None
    rulings: Mapping[PictureKey, Ruling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an attribute rule thinks.

    Args:
        rule: id of the rule.
        attribute: suggested attribute, or ``None``.
        findings: contradictions and advice (kind ``attribute.contradiction`` …).
        returns: reasons to send the draft back to the department, Chinese, without document text.
    """

    rule: str
    attribute: Attribute | None = None
    findings: tuple[Finding, ...] = ()
    returns: tuple[str, ...] = ()


@runtime_checkable
class AttributeRule(Protocol):
    """Judges the attribute that the department proposed."""

    id: str
    version: str

    def judge(self, case: Case) -> Opinion:
        """Look at a screened case."""
        ...


@runtime_checkable
class RoutePlanner(Protocol):
    """Adds to an approval route; it can never drop a tier."""

    id: str
    version: str

    def plan(self, case: Case, base: Route) -> Route:
        """Return ``base`` or a longer route. A route that lost a tier of ``base`` is a fault."""
        ...


# ------------------------------------------------------------------ publication


@runtime_checkable
class Channel(Protocol):
    """A place where documents are published (发布渠道).

    Every method is idempotent by ``order.key``: called again after a crash, it finds its earlier
    effect and answers the same receipt. An order whose ``generation`` is lower than one already
    carried out for the document raises :class:`~disclosure_pipeline.errors.Fenced`. A failure that
    may pass raises :class:`~disclosure_pipeline.errors.ChannelFault`; the core retries with
    back-off. A channel that needs a person answers an
    :class:`~disclosure_pipeline.model.publication.Errand` instead of a receipt. ``attributes`` says which documents it
    takes: public channels take only ``proactive``.

    Two things are left to the channel: a class attribute ``follows``, the full id of a channel whose work it copies; then
    it is never given up alone. And what :class:`Mending` asks for.
    """

    id: str
    version: str

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Attributes of the documents it takes; a class attribute will do."""
        ...

    def publish(self, order: Order) -> Answer:
        """Put the document out, exactly these bytes."""
        ...

    def update(self, order: Order) -> Answer:
        """Replace an earlier version, or what is said of the same one (its validity, its links)."""
        ...

    def withdraw(self, order: Order) -> Answer:
        """Take it back: nothing of the text stays, the address keeps a notice."""
        ...

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What the channel really holds; with no documents named, everything it holds."""
        ...


@runtime_checkable
class Mending(Protocol):
    """What a channel may have beside :class:`Channel`, when it makes things of what it holds (pages, lists, an index)."""

    def mend(self, whole: bool) -> bool:
        """Make anew what may be behind: after a crash or a power cut, or because settings or templates changed.

        Called when a worker of `disclosure run` starts and from time to time, beside publications; it must look at its
        own state first and be quick when nothing is to be done. It may be called in several processes at once.

        Args:
            whole: make all of it anew, whatever the channel believes (`disclosure channel rebuild`).

        Returns:
            Whether anything had to be made.

        Raises:
            ChannelFault: it could not be done; it is asked again.
        """
        ...


@runtime_checkable
class Archive(Channel, Protocol):
    """A channel that keeps: it gets ``order.deposit`` and takes documents of every attribute."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told after the commit. Holds no document text.

    Args:
        name: the step's name, or ``fault``, ``overdue`` …
        document: case number, or empty.
        unit: unit code. department: department name.
        detail: ids, counts, codes.
    """

    name: str
    document: str
    unit: str
    department: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Notifier(Protocol):
    """Tells people about events (receipts and return notes in the outbox are one)."""

    id: str
    version: str

    def notify(self, event: Event, letter: Mapping[str, Any]) -> None:
        """Deliver one message; idempotent by ``letter["key"]``.

        Args:
            event: what happened.
            letter: what the recipient may read: ``key``, ``kind`` (``receipt``, ``returned``,
                ``result`` …), ``case``, ``title``, ``reasons``, ``address`` …
        """
        ...


@runtime_checkable
class Job(Protocol):
    """Regular work of the scheduler; it only looks and enqueues."""

    id: str
    version: str
    every: int
    """Seconds between two runs."""

    def run(self, core: Any) -> Mapping[str, int]:
        """Do it once.

        Args:
            core: the facade the core gives to jobs (``pipeline.jobs.JobFacade``).

        Returns:
            Counts for the log.
        """
        ...
