"""Canaries: a detector is trusted only after it fired on the texts it promises to find.

A detector whose rules were emptied, expired or mistyped answers "nothing found" for ever; that silence
must not look like "clear". So each one is tried at load, in the process in which it will run. A canary
text stands once as an ordinary paragraph and once in a hidden run, so that detectors of hidden content
are proved by the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_pipeline.hooks import checks
from disclosure_pipeline.hooks.contracts import Canary, Detector, PartText
from disclosure_pipeline.hooks.guard import Nonsense, ask
from disclosure_pipeline.hooks.registry import DETECTORS
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Fault
from disclosure_pipeline.model.text import Place, Segment, Text

if TYPE_CHECKING:
    from disclosure_pipeline.settings.models import Settings

MARKING_DETECTOR = "builtin.secrecy_marking"
"""The detector without whose answer no text leaves the sandbox."""

FLOOR = (
    MARKING_DETECTOR,
    "builtin.secrecy_internal",
    "builtin.resident_id",
    "builtin.mobile",
    "builtin.landline",
    "builtin.bank_card",
    "builtin.email",
    "builtin.online_account",
    "builtin.plate",
    "builtin.identity_paper",
    "builtin.person_name",
    "builtin.address",
    "builtin.birth_date",
    "builtin.circumstances",
    "builtin.lexicon",
    "builtin.credential",
    "builtin.internal_address",
    "builtin.coordinates",
    "builtin.map_number",
    "builtin.contact_list",
    "builtin.small_cells",
    "builtin.paper_form",
    "builtin.hidden_content",
)
"""Detectors that must answer in every screening; the configuration can add to them, never take away."""

ADVICE = "Look at the detector's rules and lexicon; until it fires on its canary it counts as missing."


def required_detectors(settings: Settings) -> tuple[str, ...]:
    """Full ids of the detectors that must answer: the floor, then what the configuration adds."""
    added = (name for name in settings.screening.required_detectors if name not in FLOOR)
    return (*FLOOR, *dict.fromkeys(added))


def part_of(canary: Canary) -> PartText:
    """The canary's text as a part of a submission."""
    segments = (
        Segment(canary.text, Place("canary", "body", page=1, paragraph=1)),
        Segment(canary.text, Place("canary", "hidden", page=1, paragraph=2), visible=False),
    )
    return PartText(0, PartRole.MAIN, Text("text/plain", "canary", segments))


def prove(detector: Detector, full_id: str) -> Fault | None:
    """Try the detector on each of its canaries.

    Returns:
        A fault when it has none, fails on one, or does not report the promised kind; ``None`` when it
        is proved.
    """
    subject = DETECTORS.subject(full_id)

    def canaries(answer: object) -> tuple[Canary, ...]:
        found = tuple(item for item in checks.listed(answer) if isinstance(item, Canary))
        if not found:
            raise Nonsense("it has no canary to prove it")
        return found

    listed = ask(subject, lambda: detector.canaries, canaries)
    if listed.fault is not None:
        return listed.fault
    for canary in listed.get():
        fault = _try(detector, full_id, canary)
        if fault is not None:
            return fault
    return None


def _try(detector: Detector, full_id: str, canary: Canary) -> Fault | None:
    subject = DETECTORS.subject(full_id)
    part = part_of(canary)

    def kinds(answer: object) -> set[str]:
        items = checks.listed(answer)
        return {checks.finding(item, part, full_id, detector.kinds).kind for item in items}

    answer = ask(subject, lambda: detector.detect(part), kinds)
    if answer.fault is not None:
        return answer.fault
    if canary.kind not in answer.get():
        return subject.fault("canary", f"{full_id} did not find its canary for {canary.kind}.", ADVICE)
    return None
