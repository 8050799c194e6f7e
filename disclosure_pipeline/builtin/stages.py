"""What each stage of a document's way does, in the order of the way (`pipeline/run.py`).

A stage looks at an immutable case and concludes something; the core writes it down. Nothing here
touches the store, and a stage that fails or hesitates never lets a document pass: it is set aside
or sent back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from disclosure_pipeline.builtin.department import read_department
from disclosure_pipeline.builtin.issued.comparing import compare
from disclosure_pipeline.builtin.public.build import PDF, Beside, build
from disclosure_pipeline.builtin.public.illustrations import Illustrations
from disclosure_pipeline.builtin.public.notes import notes, withheld
from disclosure_pipeline.builtin.public.papers import Papers
from disclosure_pipeline.builtin.public.picture_proof import released, unexpected
from disclosure_pipeline.builtin.public.proof import prove
from disclosure_pipeline.builtin.public.redactions import Redactions
from disclosure_pipeline.builtin.rules import aggregation, sources
from disclosure_pipeline.builtin.rules.attributes import attribute_of
from disclosure_pipeline.builtin.rules.markings import released_markings
from disclosure_pipeline.builtin.slips import read_ground
from disclosure_pipeline.builtin.urgency import urgency_of
from disclosure_pipeline.hooks.contracts import Case, PartText, Reading, SourceFile
from disclosure_pipeline.hooks.pictures import JudgedPicture, PictureSource
from disclosure_pipeline.hooks.stages import (
    Extracted,
    Frozen,
    Marked,
    Outcome,
    Routed,
    Screened,
    SentBack,
    SetAside,
    Stage,
    Tagged,
    Toolbox,
)
from disclosure_pipeline.model.document import PartRole, Slip
from disclosure_pipeline.model.finding import (
    MARKING,
    UNDETERMINED,
    Fault,
    Finding,
    Screening,
    Settlement,
    Severity,
)
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.pictures import PictureKey, Ruling
from disclosure_pipeline.model.route import ISSUE, Route
from disclosure_pipeline.model.text import Doubt, Place, Segment, Text


class ExtractStage:
    """Read every place of every file; a secrecy marking stops the way before anything is kept."""

    id = "extract"
    version = "1"
    starts_from = State.RECEIVED

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Read, recognise slip and roles, and say what the submission is."""
        reading = tools.read(_sources(case))
        if reading.marked:
            return Marked(reading.screening.findings, reading.screening.rules_version)
        if not reading.texts:
            return SetAside(reading.faults or (_UNREAD,))
        said = read_department(case, reading.texts, tools.rulebook)
        hidden = _words_of_slip(said.slip, said.title, reading.texts)
        if hidden is not None:
            # Escapes of TOML can write what no detector has seen in the file.
            checked, faults = tools.screen([hidden])
            if checked.marked:
                return Marked(_bare_markings(checked), checked.rules_version)
            if faults:
                return SetAside(tuple(faults))
        roles = {part.position: part.role for part in said.parts}
        texts = tuple(PartText(item.position, roles[item.position], item.text) for item in reading.texts)
        return Extracted(replace(reading, texts=texts), said.parts, said.slip, said.title)


class ScreenStage:
    """Findings and doubts of all required detectors; silence of one is a doubt, never clear."""

    id = "screen"
    version = "1"
    starts_from = State.EXTRACTED

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Screen the stored text."""
        screening, faults = tools.screen(case.texts)
        # The slip is never published: only a secret in it matters here.
        public = {part.position for part in case.parts if part.role.public}
        kept = tuple(
            item for item in screening.findings if item.part in public or item.kind.startswith("secrecy.")
        )
        screening = replace(screening, findings=kept)
        if screening.marked:
            return Marked(_bare_markings(screening), screening.rules_version)
        return Screened(screening, tuple(faults))


class TagStage:
    """The proposed attribute with its ground, or back to the department (000 第十条): never guessed."""

    id = "tag"
    version = "1"
    starts_from = State.SCREENED

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Ask the attribute rules, and compare with what the catalogue and the published documents hold."""
        unclear = read_department(case, case.texts, tools.rulebook).problems
        if unclear:
            return SentBack(unclear)
        opinions, faults = tools.opinions(case)
        returns = tuple(reason for opinion in opinions for reason in opinion.returns)
        if returns:
            return SentBack(returns)
        attribute = attribute_of(case, tools.rulebook)
        if attribute is None:
            return SetAside(tuple(faults) or (_NO_ATTRIBUTE,))
        stated = read_ground(case.slip, tools.rulebook)
        found = [finding for opinion in opinions for finding in opinion.findings]
        return Tagged(
            attribute=attribute,
            ground=stated.ground.code if stated.ground else "",
            ground_reason=stated.reason,
            formed=case.slip.date or "",
            findings=(
                *sources.looked_up(found, case, attribute, tools),
                *released_markings(case, attribute, tools),
                *aggregation.advice(case, attribute, tools),
            ),
            faults=tuple(faults),
            keys=sources.catalogue_keys(case, tools.rulebook),
            urgency=urgency_of(case, tools.rulebook),
        )


class RouteStage:
    """Who must sign, in which order; rules add tiers and conditions, never drop one.

    An issued file (正式件) that says what was approved needs one confirmation, any other one the whole chain.
    """

    id = "route"
    version = "2"
    starts_from = State.TAGGED

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Compare an issued file with what was approved; plan the chain. Without a trusted plan a person must look."""
        told: tuple[Finding, ...] = ()
        if case.approved is not None:
            compared = compare(case, case.approved, tools)
            if compared.carried is not None:
                return Routed(Route((ISSUE,)), findings=compared.findings, carried=compared.carried)
            told = compared.findings
        route, faults = tools.plan_route(case)
        problems = route.problems()
        if faults or problems:
            broken = Fault(
                "route.broken", "route", "; ".join(problems), "Mend routes.toml, then `disclosure retry`."
            )
            return SetAside(tuple(faults) or (broken,))
        return Routed(route, findings=told)


class FreezeStage:
    """Before the final tier: build the public copy, read it again, prove it, freeze it (design 6)."""

    id = "freeze"
    version = "2"
    starts_from = State.IN_REVIEW

    def illustrations(self, case: Case, source: PictureSource) -> tuple[JudgedPicture, ...]:
        """The pictures of the public files, with what would become of each."""
        return Illustrations(case, Redactions(case, source.rulebook), source).judged

    def run(self, case: Case, tools: Toolbox) -> Outcome:
        """Build from approved content only; whatever re-reading turns up blocks publication.

        Pages and pictures that are not proved are left out, and the copy is built and proved again without them.
        """
        struck = Redactions(case, tools.rulebook)
        if struck.moved or struck.unsure_boxes:
            return SetAside((_MOVED if struck.moved else _PICTURE,))
        papers = Papers(case, struck, tools, withheld(case.texts, struck, tools.rulebook))
        pictures = Illustrations(case, struck, tools)
        while True:
            told = notes(case.texts, struck, tools.rulebook, pictures.names)
            beside = Beside(told, papers.chosen(), pictures.chosen, _released(case))
            attempt = _Attempt(case, tools, struck, beside)
            outcome = attempt.conclude()
            if not papers.give_up(attempt.blamed) and not (attempt.blamed and pictures.give_up()):
                return outcome


def _released(case: Case) -> frozenset[PictureKey]:
    return frozenset(key for key, ruling in case.rulings.items() if ruling is Ruling.PUBLIC)


class _Attempt:
    """A public copy that is built and read again.

    Args:
        case: the document.
        tools: what the core lends.
        struck: what must not go out.
        beside: notes, pages and pictures.
    """

    def __init__(self, case: Case, tools: Toolbox, struck: Redactions, beside: Beside):
        self._case, self._tools, self._struck, self._beside = case, tools, struck, beside
        self._built = build(
            case.title or "", case.texts, case.parts, tools.scratch(), struck.redactions, beside=beside
        )
        self.blamed: set[str] = set()
        """Hashes of the artefacts for which it failed."""

    def conclude(self) -> Outcome:
        """Read it again, and prove it."""
        case, built = self._case, self._built
        again = list(self._read())
        texts = {part.position: part for reading in again for part in reading.texts}
        doubts = [doubt for reading in again for doubt in reading.screening.doubts]
        found = [item for reading in again for item in reading.screening.findings]
        if any(reading.marked for reading in again):
            return SetAside((_MARKED_COPY,))
        if len(texts) != len(built):
            self._blame(number for number in range(len(built)) if number not in texts)
            return SetAside(tuple(fault for reading in again for fault in reading.faults) or (_NOT_PROVED,))
        unsure = unsettled(case, list(self._unexpected(doubts)))
        if unsure:
            self._blame(doubt.position for doubt in unsure)
            codes = ", ".join(sorted({doubt.code for doubt in unsure}))
            return SetAside((Fault("freeze.undetermined", "freeze", f"The public copy could not be checked: {codes}.",
                                   _NOT_PROVED.advice),))  # fmt: skip
        problems = prove(
            [(item, texts[number].text) for number, (item, _) in enumerate(built)],
            case.title or "", case.texts, case.parts, self._struck.redactions, beside=self._beside,
        )  # fmt: skip
        if problems:
            self._blame(problem.artefact for problem in problems)
            codes = ", ".join(sorted({f"{problem.code} ({problem.count})" for problem in problems}))
            return SetAside((Fault("freeze.not_proved", "freeze", f"The public copy is not proved: {codes}.",
                                   _NOT_PROVED.advice),))  # fmt: skip
        left = unapproved(case, found, tuple(texts.values()), self._struck.shown)
        self._blame(item.part for item in left)
        return Frozen(tuple(built), left, aggregation.subjects(case, self._tools.rulebook))

    def _read(self) -> Iterator[Reading]:
        """What the artefacts say: the pages of each part alone, because nothing in the copy is the text of a scan."""
        files = [
            SourceFile(number, path, item.name, sha256=item.sha256)
            for number, (item, path) in enumerate(self._built)
        ]
        pages = [file for file in files if self._built[file.position][0].media_type == PDF]
        yield self._tools.read([file for file in files if file not in pages])
        for file in pages:
            yield self._tools.read([file])

    def _unexpected(self, doubts: Sequence[Doubt]) -> Iterator[Doubt]:
        """The doubts beside those that released pictures raise again, in each artefact that holds them."""
        ruled = released(self._case.texts, self._beside.pictures, self._beside.released)
        for number in sorted({doubt.position for doubt in doubts}):
            yield from unexpected([doubt for doubt in doubts if doubt.position == number], ruled)

    def _blame(self, positions: Iterable[int]) -> None:
        self.blamed |= {
            self._built[number][0].sha256 for number in positions if 0 <= number < len(self._built)
        }


def unapproved(
    case: Case,
    found: Sequence[Finding],
    texts: Sequence[PartText],
    shown: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """What re-screening the public copy found that nobody let pass.

    A finding passes when the secrecy officer accepted or dismissed the same words as the same kind of finding, and
    no less severe: in the copy other words stand around them, so that another rule may find them, or a list of them
    singly. ``info`` findings need nobody.

    Args:
        case: the document, its findings and how they were settled.
        found: in the public copy.
        texts: of the public copy.
        shown: masked forms that the officer wanted, as `Redactions.shown`.
    """
    passed = dict(shown)
    for item in case.findings:
        if case.settled.get(item.id) in (Settlement.ACCEPT.value, Settlement.DISMISS.value):
            for words in _words(item, case.texts):
                key = (item.kind, words)
                passed[key] = max(passed.get(key, 0), item.severity.weight)
    return tuple(
        item for item in found
        if item.severity is not Severity.INFO and not all(
            passed.get((item.kind, words), 0) >= item.severity.weight for words in _words(item, texts)
        )
    )  # fmt: skip


def _words(item: Finding, texts: Sequence[PartText]) -> list[str]:
    """The words of a finding: of a list each, of one that is broken over several places all; its rule if it has none."""
    segments = next((part.text.segments for part in texts if part.position == item.part), ())
    pieces = [
        "".join(segments[segment].text[start:end].split())
        for segment, start, end in item.ranges
        if 0 <= segment < len(segments)
    ]
    words = pieces if item.count > 1 else ["".join(pieces)]
    return [piece or f"{item.rule} {item.text}" for piece in words] or [f"{item.rule} {item.text}"]


def unsettled(case: Case, doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """The doubts about the public copy that nobody has settled for the draft itself."""
    settled = {
        (item.rule, item.detector)
        for item in case.findings
        if item.kind == UNDETERMINED
        and case.settled.get(item.id) in (Settlement.ACCEPT.value, Settlement.DISMISS.value)
    }
    return tuple(doubt for doubt in doubts if (doubt.code, doubt.detector or "") not in settled)


def stages() -> list[Stage]:
    """The stages, in the order of the way."""
    return [ExtractStage(), ScreenStage(), TagStage(), RouteStage(), FreezeStage()]


def _sources(case: Case) -> list[SourceFile]:
    return [
        SourceFile(part.position, case.paths[part.position], part.name or "", part.role, part.sha256)
        for part in case.parts
    ]


def _bare_markings(screening: Screening) -> tuple[Finding, ...]:
    return tuple(item.without_text() for item in screening.findings if item.kind == MARKING)


def _words_of_slip(slip: Slip, title: str, texts: Sequence[PartText]) -> PartText | None:
    """What the slip says beyond the characters that stand in the files, as text to check; ``None`` for nothing."""
    seen = "\n".join(segment.text for part in texts for segment in part.text.segments)
    values = (title, slip.title, slip.document_number, slip.genre, slip.issuer, slip.responsible_body, slip.reason, slip.ground,
              slip.attribute, *slip.joint_bodies)  # fmt: skip
    words = tuple(dict.fromkeys(value for value in values if value and value not in seen))
    if not words:
        return None
    segments = tuple(Segment(word, Place("slip", "metadata")) for word in words)
    return PartText(_SLIP, PartRole.SLIP, Text("text/plain", "slip", segments))


_SLIP = -1
"""Position of the slip's words, which are no file's text."""

_MARKED_COPY = Fault(
    "freeze.marking", "freeze", "The public copy shows a secrecy marking that nobody released.",
    "Look at the draft: return it, or `disclosure retry` to begin the review again.",
)  # fmt: skip
_UNREAD = Fault(
    "extract.nothing", "extract", "Nothing could be read.", "Look at the original, then `disclosure retry`."
)
_NO_ATTRIBUTE = Fault("tag.no_attribute", "tag", "No attribute rule answered.", "See `disclosure plugins`.")
_MOVED = Fault(
    "freeze.moved", "freeze", "Characters that were struck out are not those at their places any more.",
    "`disclosure retry` begins the review again; look at what was struck out.",
)  # fmt: skip
_PICTURE = Fault(
    "freeze.picture_redaction", "freeze", "A box was drawn where text becomes public that it may or may not mean.",
    "Return the draft, or `disclosure retry`; remove the box and mark the words themselves.",
)  # fmt: skip
_NOT_PROVED = Fault("freeze.unread", "freeze", "The public copy could not be read again.",
                    "Look at the fault, then `disclosure retry`; nothing was published.")  # fmt: skip
