"""正式件: what an issued file may say otherwise, and that every other character is a difference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_texts import (
    BODY,
    BODY_NAME,
    CONFIG,
    DRAFT,
    ISSUED,
    PHONE,
    TITLE,
    Shelf,
    compared,
    differing,
    files,
    hit,
    permitted,
    rules,
    text_of,
)

from disclosure_pipeline.builtin.issued.lines import Reducer
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import Attribute, PartRole, Slip
from disclosure_pipeline.model.finding import (
    PERSON,
    PERSON_RULE,
    UNDETERMINED,
    Finding,
    Severity,
)
from disclosure_pipeline.model.folding import bare
from disclosure_pipeline.model.route import ISSUE, Chain, Role, Tier
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_chains, load_rulebook, policy_problems

# ------------------------------------------------------------------------ what may differ


def test_number_date_note_and_seal_may_come_and_are_told_by_name():
    seal = Segment("人民政府办公室示范县", Place("pictures/1.png", "ocr", detail="seal"))
    answer = compared([text_of(DRAFT)], [text_of(ISSUED, more=[seal])], slip=Slip(
        title=TITLE, document_number="示政办〔2026〕18号", date="2026-11-20", responsible_body=BODY_NAME))  # fmt: skip
    assert permitted(answer) == {
        "issue.number": "示政办〔2026〕18号", "issue.date": "2026年11月20日", "issue.note": "（此件公开发布）",
        "issue.seal": "人民政府办公室示范县",
    }  # fmt: skip
    date = next(item for item in answer.findings if item.rule == "issue.date")
    assert "审定稿为“2026年月日”" in date.suggestion


@given(
    number=st.from_regex(r"\A[示政办民发函]{1,6}〔20[0-9]{2}〕[1-9][0-9]{0,3}号\Z"),
    day=st.dates().filter(lambda day: 2000 <= day.year < 2100),
    note=st.sampled_from(["", "（此件公开发布）", "（信息公开选项：主动公开）", "(此件主动公开)"]),
    signer=st.sampled_from(["", "签发人：王某某", "签发人: 李 某"]),
)
def test_whatever_the_rules_permit_is_no_difference(number: str, day: object, note: str, signer: str):
    dated = f"{day:%Y}年{day.month}月{day.day}日"  # type: ignore[attr-defined,str-format]
    head = [f"{number}　　{signer}"] if signer else [number]
    lines = [*head, TITLE, *BODY, BODY_NAME, dated, *([note] if note else [])]
    said = Slip(title=TITLE, document_number=number, date=day.isoformat())  # type: ignore[attr-defined]
    assert differing(compared([text_of(DRAFT)], [text_of(lines)], slip=said)) == set()


_SIGNS = st.sampled_from("万百30127不未停。，县镇张Ａa（X%") | st.characters(categories=["Lo", "Nd", "Po"])


@given(data=st.data())
def test_any_other_changed_character_is_a_difference(data: st.DataObject):
    number = data.draw(st.integers(1, len(ISSUED) - 3), "line")
    line = ISSUED[number]
    at = data.draw(st.integers(0, len(line) - 1), "at")
    how = data.draw(st.sampled_from(["changed", "added", "dropped"]), "how")
    sign = data.draw(_SIGNS, "sign")
    changed = line[:at] + ("" if how == "dropped" else sign) + line[at if how == "added" else at + 1 :]
    if bare(changed) == bare(line):
        return
    lines = [*ISSUED[:number], changed, *ISSUED[number + 1 :]]
    assert compared([text_of(DRAFT)], [text_of(lines)]).carried is None


@given(cuts=st.lists(st.integers(1, 200), max_size=20), spaces=st.integers(0, 3))
def test_white_space_and_ends_of_lines_are_no_difference(cuts: list[int], spaces: int):
    body = "".join(BODY)
    ends = sorted({cut for cut in cuts if cut < len(body)})
    pieces = [body[start:end] for start, end in zip([0, *ends], [*ends, len(body)], strict=True)]
    lines = [ISSUED[0], TITLE, *((" " * spaces + "　").join(piece) for piece in pieces), *ISSUED[-3:]]
    assert differing(compared([text_of(DRAFT)], [text_of(lines)])) == set()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((*ISSUED[:4], BODY[2].replace("300", "330"), *ISSUED[5:]), "text"),
        ((*ISSUED, "县政府办公室另行通知。"), "text"),
        ((*ISSUED[:-1], "（联系人：王某某）"), "text"),
        ((*ISSUED[:-1], "（此件不予公开）"), "text"),
        ((*ISSUED, "（此件公开发布）"), "text"),
        (("示政办〔2026〕18号", *ISSUED), "text"),
        (("王某某病重〔2026〕抢救", *ISSUED[1:]), "text"),
        ((*ISSUED[:-3], "示范县教育局", *ISSUED[-2:]), "text"),
        ((*ISSUED[1:6], "示政办〔2026〕18号", *ISSUED[6:]), "text"),
        ((*ISSUED[:-2], "2026年11月20日", "2026年11月21日"), "text"),
    ],
)
def test_what_is_no_such_line_or_stands_elsewhere_is_a_difference(lines: Sequence[str], code: str):
    assert code in differing(compared([text_of(DRAFT)], [text_of(lines)]))


def test_a_date_in_a_schedule_is_not_the_date_of_the_document():
    """The last line that is only a date may be a cell of a table."""
    table = ["责任单位", "示范县教育局", "2026年12月1日"]
    moved = ["责任单位", "示范县教育局", "2026年12月21日"]
    cells = [
        Segment(line, Place("document", "table", cell=f"table 1 A{at}")) for at, line in enumerate(moved)
    ]
    old = text_of(ISSUED, more=[Segment(line, cells[at].place) for at, line in enumerate(table)])
    assert differing(compared([old], [text_of(ISSUED, more=cells)])) == {"text"}
    assert differing(compared([text_of((*ISSUED, *table))], [text_of((*ISSUED, *moved))])) == {"text"}


def test_the_entry_bears_no_other_number_or_date_than_the_lines_that_may_differ():
    said = Slip(title=TITLE, document_number="示政办〔2026〕19号", date="2026-11-20")
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED)], slip=said)) == {"number"}
    said = Slip(title=TITLE, document_number="示政办〔2026〕18号", date="2026-12-10")
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED)], slip=said)) == {"date"}


def test_only_the_number_of_the_very_page_is_none_of_the_text():
    def paged(*numbers: str) -> Text:
        pages = [(*ISSUED[:3], numbers[0]), (*ISSUED[3:], numbers[1])]
        lines = [(line, page) for page, lines in enumerate(pages, 1) for line in lines]
        return Text(
            "application/pdf",
            "test",
            tuple(Segment(line, Place("page", "body", page)) for line, page in lines),
        )

    assert differing(compared([text_of(DRAFT)], [paged("— 1 —", "2")])) == set()
    assert differing(compared([text_of(DRAFT)], [paged("— 1 —", "300")])) == {"text"}
    footer = Segment("- 1 -", Place("footer1", "footer"))
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED, more=[footer])])) == set()
    named = Segment("内部资料", Place("header1", "header"))
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED, more=[named])])) == {"text"}


@pytest.mark.parametrize("words", ["示范县教育局", "3301000012345", "王某某"])
def test_other_words_in_a_picture_are_a_difference(words: str):
    picture = Segment(words, Place("pictures/1.png", "ocr"))
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED, more=[picture])])) == {"text"}


def test_words_of_a_scan_that_only_look_like_a_seal_are_its_text():
    old, new = text_of(DRAFT, "ocr"), text_of((*ISSUED, "示范县人民政府"), "ocr")
    assert differing(compared([old], [text_of(ISSUED, "ocr")])) == set()
    assert differing(compared([old], [new])) == {"text"}


# ------------------------------------------------------------------------ what nobody sees, files, pictures


@pytest.mark.parametrize("kind", ["comment", "deletion", "hidden", "attachment", "link", "unplaced", "body"])
def test_what_nobody_sees_and_was_not_there_is_a_difference(kind: str):
    extra = [Segment("待核", Place("comments", kind), visible=False)]
    more = [*extra, Segment("王某某的意见", Place("comments", kind), visible=False)]
    old, new = text_of(DRAFT, more=extra), text_of(ISSUED, more=more)
    assert differing(compared([old], [new])) == {"hidden"}
    assert differing(compared([old], [text_of(ISSUED, more=extra)])) == set()
    assert differing(compared([old], [text_of(ISSUED)])) == set()


def test_a_tracked_insertion_is_a_difference_although_its_words_are_the_same():
    tracked = [
        Segment(line, Place("document", "insertion" if line == BODY[2] else "body")) for line in ISSUED
    ]
    assert differing(compared([text_of(DRAFT)], [Text("application/test", "test", tuple(tracked))])) == {
        "hidden"
    }


def test_properties_that_every_saving_changes_are_none():
    author = Segment("王某某", Place("docProps", "metadata", detail="lastModifiedBy"), visible=False)
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED, more=[author])])) == set()


def test_attachments_are_equal_in_number_and_words():
    plan = text_of(("发放进度安排", "11月：300人", "2026年11月2日"))
    other = text_of(("发放进度安排", "11月：330人", "2026年11月2日"))
    dated = text_of(("发放进度安排", "11月：300人", "2026年11月3日"))
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), plan])) == set()
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), other])) == {"text"}
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), dated])) == {"text"}
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED)])) == {"parts"}
    assert differing(compared([text_of(DRAFT)], [text_of(ISSUED), plan])) == {"parts"}


def test_a_picture_that_was_not_approved_is_a_difference_unless_it_is_the_seal():
    old, new = text_of(DRAFT), text_of(ISSUED)
    seal = Segment("示范县人民政府办公室", Place("media/2.png", "ocr"))
    sealed = text_of(ISSUED, more=[seal])
    digests = [files(text)[0][0].sha256 for text in (old, new, sealed)]
    shown = Shelf({digests[0]: [("media/1.png", b"map")], digests[1]: [("media/9.png", b"map")]})
    assert differing(compared([old], [new], shelf=shown)) == set()
    shown = Shelf({digests[0]: [("media/1.png", b"map")], digests[1]: [("media/1.png", b"other map")]})
    assert differing(compared([old], [new], shelf=shown)) == {"picture"}
    shown = Shelf({digests[2]: [("media/2.png", b"seal")]})
    assert differing(compared([old], [sealed], shelf=shown)) == set()


def test_what_is_not_to_be_published_is_never_only_confirmed():
    answer = compared([text_of(DRAFT)], [text_of(ISSUED)], attribute=Attribute.ON_REQUEST)
    assert differing(answer) == {"attribute"}


def test_a_file_that_was_not_read_is_not_compared():
    empty = Text("application/test", "test", ())
    assert differing(compared([text_of(DRAFT)], [empty])) == {"text"}


# ------------------------------------------------------------------------ what is carried over


def test_settlements_follow_the_characters():
    old, new = text_of(DRAFT), text_of(ISSUED)
    known, found = hit(old, PHONE), hit(new, PHONE)
    assert known.id != found.id
    answer = compared([old], [new], findings=[known], settled={known.id: "redact"}, found=[found])
    assert answer.carried is not None
    assert answer.carried.settled == ((found.id, known.id),)


@pytest.mark.parametrize(
    ("how", "found", "code"),
    [
        ("", [PHONE], "finding"),
        ("redact", [], "redaction"),
        ("accept", [PHONE, "300元"], "finding"),
        ("redact", ["13912345"], "finding"),
    ],
)
def test_what_nobody_judged_or_nothing_finds_again_is_reviewed_in_full(how: str, found: list[str], code: str):
    old, new = text_of(DRAFT), text_of(ISSUED)
    known = hit(old, PHONE)
    answer = compared(
        [old],
        [new],
        findings=[known],
        settled={known.id: how} if how else {},
        found=[hit(new, words) for words in found],
    )
    assert differing(answer) == {code}


def test_what_was_accepted_and_is_not_found_any_more_is_no_difference():
    old = text_of(DRAFT)
    known = hit(old, PHONE)
    answer = compared([old], [text_of(ISSUED)], findings=[known], settled={known.id: "accept"})
    assert differing(answer) == set()


def test_a_graver_finding_than_the_one_that_was_judged_is_new():
    old, new = text_of(DRAFT), text_of(ISSUED)
    known = hit(old, PHONE)
    found = hit(new, PHONE, severity=Severity.BLOCK)
    answer = compared([old], [new], findings=[known], settled={known.id: "accept"}, found=[found])
    assert differing(answer) == {"finding"}


def test_a_finding_in_a_line_that_may_differ_is_judged_by_its_words():
    old = text_of((TITLE, *BODY, BODY_NAME, "2026年11月2日"))
    new = text_of(ISSUED)
    known = hit(old, "2026年11月2日", "privacy.birth_date")
    other = hit(new, "2026年11月20日", "privacy.birth_date")
    answer = compared([old], [new], findings=[known], settled={known.id: "dismiss"}, found=[other])
    assert differing(answer) == {"finding"}


def test_what_could_not_be_looked_at_is_the_same_in_the_same_bytes_only():
    doubt = Finding(
        UNDETERMINED, Severity.REVIEW, None, 0, 0, 0, Place("page", "ocr", 2), "ocr.unsure", part=1
    )
    plan, other = text_of(("进度",)), text_of(("进度", " "))
    about = {"findings": [doubt], "settled": {doubt.id: "accept"}, "found": [doubt]}
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), plan], **about)) == set()  # type: ignore[arg-type]
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), other], **about)) == {"finding"}  # type: ignore[arg-type]


def test_masks_and_columns_only_where_they_can_be_done_again():
    old = text_of(DRAFT)
    known = hit(old, PHONE)
    settled = {known.id: "redact"}
    whole = text_of(ISSUED)
    masked = {"findings": [known], "settled": settled, "treatments": {known.id: "mask"}}
    assert differing(compared([old], [whole], found=[hit(whole, PHONE)], **masked)) == set()  # type: ignore[arg-type]
    column = {"findings": [known], "settled": settled, "treatments": {known.id: "column"}}
    assert differing(compared([old], [whole], found=[hit(whole, PHONE)], **column)) == {"finding"}  # type: ignore[arg-type]


@given(
    start=st.integers(0, len(BODY[2]) - 1), length=st.integers(1, 30),
    cuts=st.lists(st.integers(1, len(BODY[2]) - 1), max_size=5),
)  # fmt: skip
def test_what_was_marked_by_hand_is_struck_out_at_the_very_same_characters(
    start: int, length: int, cuts: list[int]
):
    old = text_of(DRAFT)
    chosen = BODY[2][start : start + length]
    mark = hit(
        old, BODY[2], "process.information", rule=PERSON_RULE, detector=PERSON, text=chosen, start=start,
        end=start + len(chosen),
    )  # fmt: skip
    ends = sorted(set(cuts))
    pieces = [BODY[2][one:other] for one, other in zip([0, *ends], [*ends, len(BODY[2])], strict=True)]
    new = text_of([*ISSUED[:4], *pieces, *ISSUED[5:]])
    answer = compared([old], [new], findings=[mark], settled={mark.id: "redact"})
    assert answer.carried is not None
    ((moved, known),) = answer.carried.marked
    assert known == mark.id
    assert "".join(new.segments[index].text[one:other] for index, one, other in moved.ranges) == chosen
    assert moved.text == new.segments[moved.segment].text[moved.start : moved.end]
    reached = sum(len(piece) for piece in pieces[: moved.segment - 4]) + moved.start
    assert reached == start


def test_a_mark_in_a_line_that_changed_is_reviewed_in_full():
    old = text_of((TITLE, *BODY, BODY_NAME, "2026年11月2日"))
    mark = hit(old, "11月", rule=PERSON_RULE, detector=PERSON)
    answer = compared([old], [text_of(ISSUED)], findings=[mark], settled={mark.id: "redact"})
    assert differing(answer) == {"redaction"}


def test_a_box_over_a_picture_means_the_same_in_the_same_bytes_only():
    box = Finding(
        "privacy.person_name", Severity.REVIEW, None, 0, 0, 0, Place("", "unplaced", 1, bbox=(1, 1, 9, 9)),
        PERSON_RULE, detector=PERSON, part=1,
    )  # fmt: skip
    plan, other = text_of(("进度",)), text_of(("进度", " "))
    about = {"findings": [box], "settled": {box.id: "redact"}}
    same = compared([text_of(DRAFT), plan], [text_of(ISSUED), plan], **about)  # type: ignore[arg-type]
    assert same.carried is not None
    assert same.carried.marked == ((box, box.id),)
    assert differing(compared([text_of(DRAFT), plan], [text_of(ISSUED), other], **about)) == {"redaction"}  # type: ignore[arg-type]


# ------------------------------------------------------------------------ the rules


def test_every_rule_has_a_source_and_can_be_used():
    assert {rule.where.value for rule in rules().issuing} == {
        "head", "signature", "tail", "edge", "seal", "unseen",
    }  # fmt: skip
    assert all(rule.article for rule in rules().issuing)


def test_without_rules_only_the_very_same_words_pass():
    bare_rules = replace(rules(), issuing=())
    kept = Reducer(bare_rules).reduce(PartText(0, PartRole.MAIN, text_of(ISSUED)))
    assert kept.text == bare("".join(ISSUED))
    assert kept.taken == ()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('where = "tail"', "it has no patterns"),
        ('where = "seal"\npatterns = ["x"]', "has no patterns"),
        ('where = "unseen"\npatterns = ["comments"]', "unknown kind of place"),
        ('where = "head"\npatterns = ["("]', "no regular expression"),
        ('where = "head"\npatterns = ["x*"]', "matches everything"),
        ('where = "middle"\npatterns = ["x"]', "where"),
        ('where = "head"\npatterns = ["x"]\nmost = 0', "most must be positive"),
    ],
)
def test_a_rule_that_cannot_work_stops_the_start(tmp_path: Path, entry: str, problem: str):
    path = tmp_path / "rules" / "issuing.toml"
    path.parent.mkdir()
    path.write_text(f'[[issue]]\nid = "t"\ntitle = "t"\narticle = "t"\n{entry}\n', "utf-8")
    with pytest.raises(ConfigError, match=re.escape(problem)):
        load_rulebook(tmp_path)


def test_a_unit_that_publishes_issued_files_only_needs_rules():
    settings, chains = Settings.model_validate({"unit": [{"issued_only": True}]}), load_chains(CONFIG)
    assert policy_problems(settings, rules(), chains) == []
    assert any(
        "issued_only" in line for line in policy_problems(settings, replace(rules(), issuing=()), chains)
    )


def test_no_chain_has_a_tier_of_that_name():
    tiers = (Tier("secrecy", Role.SECRECY, "保密审查"), ISSUE, Tier("final", Role.FINAL, "终审"))
    assert any("'issue'" in line for line in Chain("default", tiers).problems())
