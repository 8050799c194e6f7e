"""One place is one finding: a term inside of what an exact detector has told is left out, and only that."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.persons.circumstances import Circumstances
from disclosure_pipeline.builtin.detectors.told import tell, untold
from disclosure_pipeline.builtin.detectors.wording.lexicon import Lexicon
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.hooks.loading import BUILTIN_MODULES
from disclosure_pipeline.model.finding import Finding, Severity
from tests.labelled.sample import in_segments
from tests.unit.screening_rules import part, shipped

PLACE = part("某").text.segments[0].place


def finding(
    *ranges: tuple[int, int, int], severity: Severity = Severity.REVIEW, kind: str = "privacy.health"
) -> Finding:
    (segment, start, end), *more = ranges
    found = Finding(
        kind=kind, severity=severity, text=None, start=start, end=end, segment=segment, place=PLACE, rule="T"
    )
    return replace(found, more=tuple(more))


def patients() -> PartText:
    rows = (["姓名", "病种"], ["张某", "白血病"], ["李某", "尿毒症"])
    return in_segments(*rows, family="test", form="list", table=True).part


def test_a_disease_in_a_list_of_patients_is_one_finding() -> None:
    screened, lexicon = patients(), Lexicon(shipped())
    alone = {item.text for item in lexicon.detect(screened)}
    told = [item.text for item in Circumstances(shipped()).detect(screened)]
    assert told == ["白血病", "尿毒症"]
    assert alone == {"病种", *told}, "without the exact detector the words stay"
    assert {item.text for item in lexicon.detect(screened)} == {"病种"}
    assert {item.text for item in lexicon.detect(patients())} == alone, "another text knows nothing of it"


def test_circumstances_are_told_before_the_lexicon_looks() -> None:
    names = [module.rpartition(".")[2] for module in BUILTIN_MODULES]
    assert names.index("circumstances") < names.index("wording")


def test_only_the_same_kind_and_no_stronger_finding_is_left_out() -> None:
    screened = part("某" * 40)
    tell(screened, [finding((0, 5, 9)), finding((0, 20, 30), severity=Severity.BLOCK)])
    stays = [
        finding((0, 5, 9), kind="privacy.minor"), finding((0, 5, 9), severity=Severity.BLOCK), finding((0, 4, 9)),
        finding((0, 5, 10)), finding((1, 5, 9)), finding((0, 5, 9), (0, 12, 14)),
    ]  # fmt: skip
    goes = [finding((0, 6, 8)), finding((0, 5, 9), severity=Severity.INFO), finding((0, 5, 9), (0, 21, 22))]
    assert untold(screened, [*stays, *goes]) == stays


spans = st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(1, 6)).map(
    lambda item: (item[0], item[1], item[1] + item[2])
)
severities = st.sampled_from([Severity.INFO, Severity.REVIEW, Severity.BLOCK])
findings = st.lists(st.builds(lambda ranges, severity: finding(*ranges, severity=severity),
                              st.lists(spans, min_size=1, max_size=3), severities), max_size=8)  # fmt: skip


@given(findings, findings)
def test_what_goes_lies_wholly_in_something_as_severe(told: list[Finding], found: list[Finding]) -> None:
    ranks = [Severity.INFO, Severity.REVIEW, Severity.BLOCK]
    screened = part("某" * 40)
    tell(screened, told)

    def held(item: Finding, place: tuple[int, int, int]) -> bool:
        return any(
            place[0] == other[0] and other[1] <= place[1] and place[2] <= other[2]
            for one in told
            if ranks.index(one.severity) >= ranks.index(item.severity)
            for other in one.ranges
        )

    assert untold(screened, found) == [
        item for item in found if not all(held(item, place) for place in item.ranges)
    ]
