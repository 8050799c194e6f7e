"""A replay says what an approval really changes: the same findings appear and vanish, and no word is told."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date

import pytest
from rule_desk import guard, renewed, rescreened, revoke, term
from support import PHONE, SECRECY, SECRECY_2, SIGNERS, Office, refused
from traces import holds

from disclosure_pipeline.model.amendment import Amendment
from disclosure_pipeline.model.finding import MARKING, Settlement
from disclosure_pipeline.pipeline import replay, rules

WORDS = ("甲号储备库", "机要交通", "主题展", "涉密会议", "室", "开放日", "欢迎参观", "服务热线", "窗口")
LITERAL = "D1.term_of_secrecy"


def sentence(choice: random.Random) -> str:
    words = [choice.choice(WORDS) for _ in range(choice.randint(4, 9))]
    numbers = [f"13{choice.randint(100000000, 999999999)}" for _ in range(2)]
    return (
        "，".join("".join(words[at : at + 3]) for at in range(0, len(words), 3))
        + f"，服务热线{numbers[0]}，联系人{numbers[1]}。"
    )


def change(choice: random.Random) -> Amendment:
    """Any change that the words above can meet."""
    return choice.choice(
        [
            term(choice.choice(WORDS[:3])),
            term(*choice.sample(WORDS[:3], 2), kind="process.information"),
            guard(LITERAL, after=choice.choice(WORDS[2:5]), words="机要交通"),
            guard(LITERAL, before=choice.choice(WORDS[:2]), after="室", words="涉密会议"),
            guard("D9.mobile", before="服务热线"),
            guard("D9.mobile", before="联系人"),
        ]
    )


def stored_findings(office: Office, cases: list[str]) -> set[tuple[str, str]]:
    return {(case, item.id) for case in cases for item in office.findings(case)}


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_is_what_an_approval_changes(office: Office, seed: int):
    choice = random.Random(seed)
    cases = [office.reviewed(body=sentence(choice)) for _ in range(5)]
    amendment = change(choice)
    proposed = rules.propose(office.core, amendment, by=SECRECY, reason="工作需要")
    appear, vanish = set(), set()
    for difference in replay.differences(office.core, proposed):
        appear |= {(difference.stored.document, item.id) for item in difference.appear}
        vanish |= {(difference.stored.document, item.id) for item in difference.vanish}
    told = replay.replay(office.core, proposed, SECRECY)
    assert (told["appear"], told["vanish"], told["documents"]) == (len(appear), len(vanish), 5)
    assert told["documents_hit"] == len({case for case, _ in appear | vanish})
    before = stored_findings(office, cases)
    rules.approve(office.core, proposed, by=SECRECY_2, reason="同意")
    with renewed(office) as fresh:
        assert told["after"] == fresh.core.rulebook.version
        rescreened(fresh)
        after = stored_findings(fresh, cases)
        assert (after - before, before - after) == (appear, vanish)
        back = rules.propose(fresh.core, revoke(proposed), by=SECRECY, reason="不再需要")
        undone = replay.replay(fresh.core, back, SECRECY)
        assert (undone["appear"], undone["vanish"]) == (told["vanish"], told["appear"])


def test_samples_are_ids_and_places_never_words(office: Office):
    case = office.reviewed("关于甲号储备库的公告", f"甲号储备库存放示例物资三百箱，联系人{PHONE}。")
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, *SIGNERS)
    proposed = rules.propose(office.core, term("甲号储备库", kind=MARKING), by=SECRECY, reason="漏报")
    told = replay.replay(office.core, proposed, SECRECY)
    assert told["appear"] >= 2 and told["published_hit"] == 1
    assert {item["rule"] for item in told["samples"]["appear"]} == {f"office.{proposed}"}
    written = json.dumps(told, ensure_ascii=False)
    for word in ("甲号储备库", "示例物资", PHONE, "公告"):
        assert word not in written
    rows = {"rule_change": office.query("SELECT replay FROM rule_change"), "audit": office.dump()["audit"]}
    for word in ("甲号储备库", "示例物资", PHONE):
        assert holds(rows, word) == []


def test_samples_are_few_and_counts_are_whole(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(replay, "SAMPLES", 2)
    for number in range(4):
        office.reviewed(body=f"甲号储备库第{number}期。")
    proposed = rules.propose(office.core, term("甲号储备库"), by=SECRECY, reason="漏报")
    told = replay.replay(office.core, proposed, SECRECY)
    assert (told["appear"], told["documents_hit"], len(told["samples"]["appear"])) == (4, 4, 2)


def test_a_replay_changes_nothing_but_its_own_row(office: Office):
    office.reviewed(body="甲号储备库。")
    proposed = rules.propose(office.core, term("甲号储备库"), by=SECRECY, reason="漏报")
    before = office.dump(without=("rule_change", "audit"))
    replay.replay(office.core, proposed, SECRECY)
    assert office.dump(without=("rule_change", "audit")) == before


def test_what_has_no_text_counts_as_undetermined(office: Office):
    office.reviewed(body="甲号储备库。")
    office.reviewed(body="乙号。")
    office.sql("DELETE FROM extract WHERE document = '2026-000001'")
    proposed = rules.propose(office.core, term("甲号储备库"), by=SECRECY, reason="漏报")
    told = replay.replay(office.core, proposed, SECRECY)
    assert (told["documents"], told["undetermined"], told["appear"]) == (2, 1, 0)


def test_a_change_that_breaks_a_required_detector_is_not_replayed(office: Office):
    proposed = rules.propose(office.core, term("甲号储备库"), by=SECRECY, reason="漏报")
    broken = json.dumps({**term("甲号储备库").content(), "terms": [""]})
    office.sql("UPDATE rule_change SET content = :content", content=broken)
    assert refused(lambda: replay.replay(office.core, proposed, SECRECY)) == "lexicon.breaks"
    assert (
        refused(lambda: rules.approve(office.core, proposed, by=SECRECY_2, reason="同意")) == "not_replayed"
    )


def test_terms_that_have_expired_already_are_not_replayed(office: Office):
    proposed = rules.propose(
        office.core, replace(term("甲号储备库"), expires=date(2020, 1, 1)), by=SECRECY, reason="漏报"
    )
    assert refused(lambda: replay.replay(office.core, proposed, SECRECY)) == "lexicon.breaks"
