"""Rule changes by two people: what is refused, what is kept, what is told."""

from __future__ import annotations

import json

import pytest
from rule_desk import guard, put_into_force, renewed, revoke, term
from support import ADMIN, CLERK, FIRST, PHONE, SECRECY, SECRECY_2, Office, at_once, refused
from traces import holds

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.amendment import Amendment
from disclosure_pipeline.model.finding import MARKING, Finding, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.model.text import Place
from disclosure_pipeline.pipeline import isolation, quarantine, replay, rule_views, rules
from disclosure_pipeline.pipeline.run import carry_on

TERM = "甲号储备库"
LITERAL = "D1.term_of_secrecy"
HIT, BESIDE = "机要交通", "主题展"
BODY = f"群众可参观{HIT}{BESIDE}。"


def proposed(office: Office, amendment: Amendment, by: str = SECRECY) -> str:
    return rules.propose(office.core, amendment, by=by, reason="工作需要")


def approve(office: Office, change: str, by: str = SECRECY_2) -> object:
    return rules.approve(office.core, change, by=by, reason="同意")


def states(office: Office) -> dict[str, str]:
    return dict(office.query("SELECT id, state FROM rule_change"))  # type: ignore[arg-type]


def test_a_change_takes_two_officers_and_a_replay(office: Office):
    change = proposed(office, term(TERM))
    assert refused(lambda: approve(office, change)) == "not_replayed"
    replay.replay(office.core, change, SECRECY)
    assert refused(lambda: approve(office, change, SECRECY)) == "same_person"
    for who in (FIRST, ADMIN, CLERK):
        assert refused(lambda by=who: approve(office, change, by)) == "wrong_role"
        assert refused(lambda by=who: proposed(office, term("乙号储备库"), by)) == "wrong_role"
    assert refused(lambda: rules.approve(office.core, change, by=SECRECY_2, reason=" ")) == "reason_required"
    assert states(office) == {change: "proposed"}
    assert not office.core.rules_changed()
    approve(office, change)
    assert states(office) == {change: "approved"}
    assert office.core.rules_changed()
    with renewed(office) as fresh:
        (own,) = [item for item in rule_views.listing(fresh.core) if item["origin"] == "office"]
        assert (own["change"], own["proposed_by"], own["approved_by"]) == (change, SECRECY, SECRECY_2)
        assert (own["id"], own["terms"], own["source"]) == (f"office.{change}", 1, "本单位一览表第3项")
        assert fresh.core.rulebook.version != office.core.rulebook.version
    office.chain_holds()


def test_a_replay_under_other_rules_does_not_count(office: Office):
    first, second = proposed(office, term(TERM)), proposed(office, term("乙号储备库"))
    for change in (first, second):
        replay.replay(office.core, change, SECRECY)
    approve(office, first)
    assert refused(lambda: approve(office, second)) == "not_replayed"
    with renewed(office) as fresh:
        assert refused(lambda: approve(fresh, second)) == "not_replayed"
        replay.replay(fresh.core, second, SECRECY)
        approve(fresh, second)
    assert set(states(office).values()) == {"approved"}


def test_of_two_approvals_at_once_one_has_to_look_again(office: Office):
    office.hire("周密", Role.SECRECY)
    changes = [proposed(office, term(word)) for word in (TERM, "乙号储备库")]
    for change in changes:
        replay.replay(office.core, change, SECRECY)
    answers = at_once(
        lambda: approve(office, changes[0], SECRECY_2), lambda: approve(office, changes[1], "周密")
    )
    codes = sorted(item.code for item in answers if isinstance(item, DisclosureError))
    assert codes == ["not_replayed"]
    assert sorted(states(office).values()) == ["approved", "proposed"]


def test_what_was_decided_is_not_decided_again(office: Office):
    change = put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        assert refused(lambda: approve(fresh, change)) == "refused"
        assert refused(lambda: rules.reject(fresh.core, change, by=SECRECY_2, reason="不妥")) == "refused"
    other = proposed(office, term("乙号储备库"))
    rules.reject(office.core, other, by=SECRECY, reason="不妥")
    assert refused(lambda: approve(office, other)) == "refused"
    assert refused(lambda: replay.replay(office.core, other, SECRECY)) == "refused"


def test_taking_a_change_back_takes_two_officers_too(office: Office):
    change = put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        back = put_into_force(fresh, revoke(change))
        assert states(office) == {change: "revoked", back: "approved"}
    with renewed(office) as fresh:
        assert fresh.core.rulebook == office.core.rulebook
        assert refused(lambda: proposed(fresh, revoke(change))) == "refused"
        assert refused(lambda: proposed(fresh, revoke(back))) == "refused"


@pytest.mark.parametrize(
    ("amendment", "code"),
    [
        (term("甲"), "term.length"),
        (term(), "term.length"),
        (term("甲" * 61), "term.length"),
        (term("\u200b甲 "), "term.length"),
        (term(TERM, kind="check.undetermined"), "usage"),
        (term(TERM, kind="secrecy.nothing"), "usage"),
        (term(TERM, kind=MARKING, severity=Severity.INFO), "usage"),
        (guard("D1.star", after="样式"), "guard.kind"),
        (guard("no.such.rule", after="样式"), "not_found"),
        (guard(LITERAL), "guard.length"),
        (guard(LITERAL, words=HIT), "guard.length"),
        (guard(LITERAL, after="室"), "guard.length"),
        (guard(LITERAL, before=" \u200b ", after="室"), "guard.length"),
        (guard("D9.mobile", before="热线", words=PHONE), "guard.number"),
        (guard("D9.mobile", before=f"{PHONE}或"), "guard.number"),
    ],
)  # fmt: skip
def test_dangerous_changes_are_refused(office: Office, amendment: Amendment, code: str):
    assert refused(lambda: proposed(office, amendment)) == code
    assert states(office) == {}


def test_a_guard_comes_from_a_dismissed_finding_and_must_explain_it(office: Office):
    case = office.reviewed(body=BODY)
    (found,) = [item for item in office.findings(case) if item.finding.rule == LITERAL]

    def propose(before: str = "", after: str = "") -> str:
        return rules.propose_guard(
            office.core, case, found.id, before=before, after=after, by=SECRECY, reason="展览名称"
        )

    assert refused(lambda: propose(after=BESIDE)) == "not_dismissed"
    office.clear(case, Settlement.DISMISS, found.id)
    assert refused(lambda: propose(after="培训班")) == "guard.elsewhere"
    assert refused(lambda: propose(before=BESIDE)) == "guard.elsewhere"
    change = propose(before="可 参观", after=BESIDE)
    ((content, document, finding),) = office.query("SELECT content, document, finding FROM rule_change")
    held = json.loads(content) if isinstance(content, str) else content
    assert held == {"before": "可 参观", "after": BESIDE, "words": HIT}
    assert (document, finding) == (case, found.id)
    result = replay.replay(office.core, change, SECRECY)
    assert (result["appear"], result["vanish"]) == (0, 1)


def test_a_number_that_was_found_is_never_kept(office: Office):
    case = office.reviewed(body=f"服务监督热线：{PHONE}。")
    (found,) = office.findings(case)
    office.clear(case, Settlement.DISMISS)
    rules.propose_guard(
        office.core, case, found.id, before="监督热线：", after="", by=SECRECY, reason="系公开热线"
    )
    assert holds({"rule_change": office.query("SELECT * FROM rule_change")}, PHONE) == []


def test_terms_take_kind_and_article_of_a_finding(office: Office):
    case = office.reviewed(body=BODY)
    (found,) = [item for item in office.findings(case) if item.finding.rule == LITERAL]
    rules.propose_terms(office.core, case, found.id, [TERM], by=SECRECY, reason="漏报")
    (change,) = rule_views.changes(office.core)
    assert change["content"]["terms"] == [TERM]
    assert (change["content"]["kind"], change["content"]["article"]) == (
        "secrecy.term",
        found.finding.article,
    )


def test_the_words_stand_in_their_row_only(office: Office):
    change = put_into_force(office, term(TERM))
    rules.propose(office.core, guard(LITERAL, after=BESIDE), by=SECRECY, reason=f"{TERM}另议")
    rows = office.dump(without=("rule_change",))
    for word in (TERM, BESIDE):
        assert holds(rows, word) == []
        assert holds({"rule_change": office.query("SELECT * FROM rule_change")}, word) != []
    actions = [
        row[0] for row in office.query("SELECT action FROM audit WHERE detail LIKE :id", id=f"%{change}%")
    ]
    assert actions == ["lexicon.propose", "lexicon.replay", "lexicon.approve"]
    office.chain_holds()


def test_words_cut_from_a_document_go_when_it_turns_out_a_secret(office: Office):
    """Design 7: no text of a suspected secret in the store; without the guard more is found, never less."""
    case = office.reviewed(body=f"{TERM}{HIT}{BESIDE}。")
    (found,) = [item for item in office.findings(case) if item.finding.rule == LITERAL]
    office.clear(case, Settlement.DISMISS, found.id, reason=f"{TERM}不涉密")
    change = rules.propose_guard(
        office.core, case, found.id, before=TERM, after="", by=SECRECY, reason=f"{TERM}的展览"
    )
    replay.replay(office.core, change, SECRECY)
    rules.approve(office.core, change, by=SECRECY_2, reason=f"{TERM}可以")
    assert "rule_change" in holds(office.dump(), TERM)
    with renewed(office) as fresh:
        before = fresh.core.rulebook.version
        mark = Finding(MARKING, Severity.BLOCK, None, 0, 2, 0, Place("", "body"), "own.mark")
        isolation.isolate(fresh.core, case, [mark], "newer")
        assert fresh.core.rules_changed()
    assert holds(office.dump(), TERM) == []
    assert states(office) == {change: "revoked"}
    with renewed(office) as fresh:
        assert fresh.core.rulebook.version not in (before, "")
        assert fresh.core.rulebook == office.core.rulebook


def test_a_guard_that_lapses_is_told_and_lets_no_release_lapse(office: Office):
    released = office.hand_in(body="密级标志的写法为机密★10年。").case
    case = office.reviewed(body=BODY)
    (found,) = [item for item in office.findings(case) if item.finding.rule == LITERAL]
    office.clear(case, Settlement.DISMISS, found.id)
    change = rules.propose_guard(
        office.core, case, found.id, before="", after=BESIDE, by=SECRECY, reason="展览名称"
    )
    replay.replay(office.core, change, SECRECY)
    approve(office, change)
    with renewed(office) as fresh:
        fresh.work()
        for who in (SECRECY, SECRECY_2):
            quarantine.release(fresh.core, released, who, "示例文字")
        mark = Finding(MARKING, Severity.BLOCK, None, 0, 2, 0, Place("", "body"), "own.mark")
        isolation.isolate(fresh.core, case, [mark], "newer")
        ((detail,),) = fresh.query(
            "SELECT detail FROM audit WHERE action = 'quarantine' AND document = :case", case=case
        )
        assert change in str(detail)
    with renewed(office) as fresh:
        fresh.work()
        assert fresh.state(released) is State.IN_REVIEW


def test_an_officer_of_another_unit_proposes_nothing_from_a_document(office: Office):
    office.hire("他密", Role.SECRECY, unit="other")
    case = office.reviewed(body=BODY)
    (found,) = [item for item in office.findings(case) if item.finding.rule == LITERAL]
    office.clear(case, Settlement.DISMISS, found.id)
    for guess in (BESIDE, "培训班"):
        answer = refused(
            lambda words=guess: rules.propose_guard(
                office.core, case, found.id, before="", after=words, by="他密", reason="展览名称"
            )
        )
        assert answer == "wrong_role"
    assert (
        refused(lambda: rules.propose_terms(office.core, case, found.id, [TERM], by="他密", reason="漏报"))
        == "wrong_role"
    )


def test_a_worker_with_old_rules_concludes_nothing(office: Office):
    case = office.hand_in(body=f"关于{TERM}的说明。").case
    put_into_force(office, term(TERM))
    carry_on(office.core, case)
    assert office.state(case) is State.RECEIVED
    with renewed(office) as fresh:
        fresh.work()
        assert fresh.state(case) is State.IN_REVIEW
        assert [item.finding.kind for item in fresh.findings(case)] == ["secrecy.term"]
        assert fresh.row(case).rules_version == fresh.core.rulebook.version


@pytest.mark.parametrize("released_before", [0, 1, 2])
def test_a_release_from_quarantine_outlives_a_change_that_touches_no_marking(
    office: Office, released_before: int
):
    case = office.hand_in(body="密级标志的写法为机密★10年。").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    officers = (SECRECY, SECRECY_2)
    for who in officers[:released_before]:
        quarantine.release(office.core, case, who, "示例文字")
    put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        for who in officers[released_before:]:
            quarantine.release(fresh.core, case, who, "示例文字")
        fresh.work()
        assert fresh.state(case) is State.IN_REVIEW


def test_changes_between_versions_are_told(office: Office):
    zero = office.core.rulebook.version
    first = put_into_force(office, term(TERM))
    with renewed(office) as fresh:
        one = fresh.core.rulebook.version
        second = put_into_force(fresh, term("乙号储备库"))
    with renewed(office) as fresh:
        two = fresh.core.rulebook.version

        def ids(**chosen: str) -> list[str]:
            return [item["id"] for item in rule_views.changes(fresh.core, **chosen)]

        assert ids(since=zero) == [first, second]
        assert ids(since=one) == [second]
        assert ids(since=zero, until=one) == [first]
        assert ids(until=two) == [first, second]
        assert refused(lambda: ids(since="0000")) == "not_found"
        with fresh.core.database.read() as connection:
            assert rule_views.versions_since(connection, one) == [one, two]
