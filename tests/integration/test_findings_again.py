"""What an officer may do with findings beside settling them once: undo, the same words, masks, columns, guards."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import CLERK, FIRST, PHONE, SECOND, SECRECY, SIGNERS, Office, refused
from traces import files_with

from disclosure_pipeline.model.finding import Settlement, Treatment
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import settling, versions
from disclosure_pipeline.pipeline.same_words import with_same
from disclosure_pipeline.store import documents

BODY = f"联系电话：{PHONE}，传真同号。"
MASKED = "139****5678"
NAMES = (
    "张三丰",
    "李四光",
    "王五常",
    "赵六安",
    "钱七喜",
    "孙八斗",
    "周九成",
    "吴十全",
    "郑百川",
    "冯千里",
    "陈万年",
)
LIST = "姓名,联系电话,村\n" + "".join(f"{name},139123456{n:02},柳河村\n" for n, name in enumerate(NAMES))


@pytest.fixture
def office(open_office: Callable[..., Office], sqlite_template: Path, tmp_path: Path) -> Office:
    """An office on SQLite: nothing here depends on the database."""
    shutil.copyfile(sqlite_template, tmp_path / "store.sqlite")
    made = open_office(f"sqlite:///{tmp_path / 'store.sqlite'}")
    made.staff()
    return made


def redact(office: Office, case: str, *findings: str, **more: object) -> tuple[int, int]:
    return settling.clear(
        office.core, case, findings or ("all",), Settlement.REDACT, by=SECRECY, reason="个人信息", **more
    )  # type: ignore[arg-type]


def content(office: Office, case: str) -> str:
    with office.core.database.read() as connection:
        return versions.content_hash(connection, documents.fetch(connection, case))


# -------------------------------------------------------------------------- undo


def test_an_undone_settlement_is_open_again_in_the_same_version(office: Office):
    case = office.reviewed(body=BODY)
    before, hashed = office.findings(case), content(office, case)
    redact(office, case, treatment=Treatment.MASK)
    assert settling.reopen(office.core, case, (before[0].id,), SECRECY) == (1, 1)
    assert (office.findings(case), content(office, case)) == (before, hashed)
    assert refused(lambda: office.decide(case, SECRECY)) == "findings_open"
    ((detail,),) = office.query("SELECT detail FROM audit WHERE action = 'clear' ORDER BY seq DESC LIMIT 1")
    assert '"how":"reopen"' in detail.replace(" ", "")
    office.chain_holds()


def test_after_the_signature_an_undone_settlement_makes_a_new_version(office: Office):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.ACCEPT)
    office.sign(case, SECRECY, FIRST)
    assert settling.reopen(office.core, case, ("all",), SECRECY) == (1, 2)
    assert office.tier_states(case, 1) == ["void"] * 4
    assert [item.settled for item in office.findings(case)] == [None]
    assert [item.settled for item in office.findings(case, 1)] == [Settlement.ACCEPT]
    office.clear(case, Settlement.REDACT)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED
    assert files_with(office.core.workspace.site, PHONE) == []


def test_what_is_open_already_changes_nothing(office: Office):
    case = office.reviewed(body=BODY)
    (found,) = office.findings(case)
    before = office.dump()
    assert settling.reopen(office.core, case, (found.id,), SECRECY) == (0, 1)
    assert settling.reopen(office.core, case, ("all",), SECRECY) == (0, 1)
    assert office.dump() == before


def test_undoing_is_refused_to_whoever_may_not_settle(office: Office):
    office.hire(CLERK, Role.SECRECY)
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.REDACT)
    before = office.dump()
    (found,) = office.findings(case)

    def code(by: str, identity: str = found.id) -> str:
        return refused(lambda: settling.reopen(office.core, case, (identity,), by))

    assert [code(FIRST), code("孙办"), code(CLERK)] == ["wrong_role", "wrong_role", "drafter"]
    assert code(SECRECY, "f000000000000") == "not_found"
    assert office.dump() == before
    office.sign(case, *SIGNERS)
    assert code(SECRECY) == "refused"
    assert files_with(office.core.workspace.site, PHONE) == []


# --------------------------------------------------------------------- same words


def same_as(office: Office, case: str, finding: str) -> tuple[str, ...]:
    """Ids of the open findings that are settled with one, when what has the same words is."""
    known = office.findings(case)
    with office.core.database.read() as connection:
        texts = documents.texts_of(connection, case, office.row(case).version)
    one = [item for item in known if item.id == finding]
    return tuple(item.id for item in with_same(one, known, texts)[1:])


def test_the_same_words_elsewhere_are_settled_with_one(office: Office):
    other = "13887654321"
    case = office.reviewed(body=f"{BODY}\n传真：{PHONE}\n手机：139 1234 5678\n另一电话：{other}")
    found = [item for item in office.findings(case) if item.finding.kind == "privacy.mobile"]
    mine = next(item for item in found if item.finding.text == PHONE)
    same = same_as(office, case, mine.id)
    alike = [item.id for item in found if "".join((item.finding.text or "").split()) == PHONE]
    assert len(alike) == 3
    assert set(same) == set(alike) - {mine.id}
    assert redact(office, case, mine.id, also_same=True) == (3, 1)
    left = [item.finding.text for item in office.findings(case) if item.settled is None]
    assert other in left
    assert PHONE not in left
    assert same_as(office, case, mine.id) == ()


def test_a_list_is_not_settled_with_one_of_its_items(office: Office):
    case = office.reviewed(name="名单.csv", raw=LIST.encode())
    (listed,) = [item for item in office.findings(case) if item.finding.kind == "privacy.mobile"]
    assert listed.finding.count == len(NAMES)
    both = office.reviewed(body="联系人电话：13912345600。")
    (single,) = [item for item in office.findings(both) if item.finding.kind == "privacy.mobile"]
    office.sql("UPDATE finding SET document = :to, id = 'f1' WHERE document = :of AND id = :id", to=case, of=both,
               id=single.id)  # fmt: skip
    assert same_as(office, case, "f1") == ()
    assert same_as(office, case, listed.id) == ("f1",)


def test_a_more_severe_finding_is_judged_by_itself(office: Office):
    case = office.reviewed(body=f"{BODY}\n传真：{PHONE}")
    first, second = [item for item in office.findings(case) if item.finding.kind == "privacy.mobile"][:2]
    office.sql("UPDATE finding SET severity = 'block' WHERE id = :id", id=second.id)
    assert same_as(office, case, first.id) == ()
    assert same_as(office, case, second.id) == (first.id,)


# ------------------------------------------------------------------------ reasons


@pytest.mark.parametrize(
    ("reason", "how", "code"),
    [
        ("other", Settlement.DISMISS, "remark_required"), ("other: ", Settlement.DISMISS, "remark_required"),
        ("lookalike", Settlement.ACCEPT, "reason_unfit"), ("name_by_law", Settlement.DISMISS, "reason_unfit"),
        ("consent", Settlement.REDACT, "reason_unfit"), (" ", Settlement.ACCEPT, "reason_required"),
    ],
)  # fmt: skip
def test_a_reason_that_explains_nothing_is_refused(office: Office, reason: str, how: Settlement, code: str):
    case = office.reviewed(body=BODY)
    before = office.dump()
    assert refused(lambda: office.clear(case, how, reason=reason)) == code
    assert office.dump() == before


@pytest.mark.parametrize("reason", ["lookalike", "other: 值班电话", "值班电话，已核对"])
def test_reasons_are_kept_as_they_were_given(office: Office, reason: str):
    case = office.reviewed(body=BODY)
    office.clear(case, Settlement.DISMISS, reason=reason)
    assert [item.reason for item in office.findings(case)] == [reason]


# ------------------------------------------------------------------ masks, columns


def test_a_masked_number_goes_out_masked(office: Office):
    case = office.reviewed(body=BODY)
    assert redact(office, case, treatment=Treatment.MASK) == (1, 1)
    assert [item.treatment for item in office.findings(case)] == [Treatment.MASK]
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    assert files_with(office.core.workspace.site, PHONE) == []
    assert files_with(office.core.workspace.site, f"联系电话：{MASKED}，传真同号。")


def test_the_whole_column_is_emptied_but_for_its_heading(office: Office):
    raw = LIST.replace("13912345603", "见附件").encode()
    case = office.reviewed(name="名单.csv", raw=raw)
    for item in office.findings(case):
        mobile = item.finding.kind == "privacy.mobile"
        treatment = Treatment.COLUMN if mobile else Treatment.REMOVE
        how = Settlement.REDACT if mobile else Settlement.ACCEPT
        settling.clear(office.core, case, (item.id,), how, by=SECRECY, reason="公示", treatment=treatment)
    office.sign(case, *SIGNERS)
    assert office.state(case) is State.PUBLISHED, office.faults(case)
    site = office.core.workspace.site
    assert all(files_with(site, words) for words in ("联系电话", *NAMES))
    assert [words for n in range(11) if files_with(site, words := f"139123456{n:02}")] == []
    assert files_with(site, "见附件") == []


def test_how_something_is_left_out_is_part_of_what_is_signed(office: Office):
    case = office.reviewed(body=BODY)
    hashes = []
    for treatment in (Treatment.REMOVE, Treatment.MASK, Treatment.REMOVE):
        redact(office, case, office.findings(case)[0].id, treatment=treatment)
        hashes.append(content(office, case))
    assert hashes[0] == hashes[2] != hashes[1]
    office.sign(case, SECRECY)
    assert office.row(case).version == 1
    assert redact(office, case, office.findings(case)[0].id, treatment=Treatment.MASK) == (1, 2)
    assert office.tier_states(case, 1) == ["void"] * 4


def test_behind_a_signature_no_mask_slips_in(office: Office):
    case = office.reviewed(body=BODY)
    redact(office, case)
    office.sign(case, SECRECY)
    office.sql("UPDATE finding SET treatment = 'mask'")
    assert refused(lambda: office.decide(case, FIRST)) == "content_changed"


def test_a_settlement_without_treatment_is_hashed_as_before_there_were_any(office: Office):
    case = office.reviewed(body=BODY)
    redact(office, case)
    (item,) = office.findings(case)
    found = item.finding
    said = [item.settled, found.kind, found.rule, found.part, found.ranges]
    assert versions._settlement(item) == json.dumps(said)


@pytest.mark.parametrize(
    ("body", "how", "treatment", "code"),
    [
        (BODY, Settlement.ACCEPT, Treatment.MASK, "treatment_unfit"),
        (BODY, Settlement.DISMISS, Treatment.COLUMN, "treatment_unfit"),
        (BODY, Settlement.REDACT, Treatment.COLUMN, "not_in_table"),
        ("出生日期：1980年3月5日，家住柳河路。", Settlement.REDACT, Treatment.MASK, "mask_unknown"),
    ],
)
def test_what_cannot_be_left_out_so_is_refused(
    office: Office, body: str, how: Settlement, treatment: Treatment, code: str
):
    case = office.reviewed(body=body)
    assert office.findings(case)
    before = office.dump()
    act = functools.partial(settling.clear, by=SECRECY, reason="其他意见", treatment=treatment)
    assert refused(lambda: act(office.core, case, ("all",), how)) == code
    assert office.dump() == before


def test_an_item_in_two_pieces_makes_a_list_that_is_not_masked(office: Office):
    case = office.reviewed(name="名单.csv", raw=LIST.encode())
    (listed,) = [item for item in office.findings(case) if item.finding.kind == "privacy.mobile"]
    office.sql("UPDATE finding SET count = 5 WHERE id = :id", id=listed.id)
    assert refused(lambda: redact(office, case, listed.id, treatment=Treatment.MASK)) == "mask_unclear"


def test_moved_characters_set_the_document_aside(office: Office):
    case = office.reviewed(body=BODY)
    redact(office, case)
    office.sql("UPDATE finding SET text = '13912345670'")
    office.sign(case, SECRECY, FIRST, SECOND)
    assert office.state(case) is State.ATTENTION
    assert office.faults(case) == ["freeze.moved"]
    assert files_with(office.core.workspace.site, PHONE) == []
