"""Search: what is found, by whom, and that nothing of a purged case is left in the index; on both databases."""

from __future__ import annotations

from pathlib import Path

from support import DEPARTMENT, OTHER_DEPARTMENT, SECRECY, Office

from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import backup, isolation, quarantine
from disclosure_pipeline.store import search
from disclosure_pipeline.store.people import Grant

UNIT = (Grant(Role.SECRECY, "default", ""),)
SECRET = "龘靐齉爩储备库"
"""A title of characters that stand nowhere else, so that each pair of them would show."""


def found(office: Office, words: str, scope: tuple[Grant, ...] = UNIT, **more: object) -> list[str]:
    with office.core.database.read() as connection:
        return [hit.document for hit in search.find(connection, scope, words, **more)]  # type: ignore[arg-type]


def test_a_document_is_found_by_what_it_bears(office: Office):
    case = office.published("关于印发《养老服务管理办法》的通知", document_number="示民发〔2026〕12号")
    other = office.reviewed("关于道路交通管理的通告")
    (number,) = office.query("SELECT index_number FROM document WHERE id = :case", case=case)[0]
    for words in (
        "养老服务管理",
        "养老服务 通知",
        "示民发〔2026〕12号",
        "示民发 12",
        case,
        number,
        "《养老》",
        "养",
    ):
        assert found(office, words) == [case], words
    assert found(office, "管理") == [other, case]
    assert found(office, "管理 道路") == [other]
    assert found(office, "老通") == found(office, "") == found(office, "《》") == []
    with office.core.database.read() as connection:
        (hit,) = search.find(connection, UNIT, number)
    assert (hit.title, hit.state, hit.department) == (
        "关于印发《养老服务管理办法》的通知",
        "published",
        DEPARTMENT,
    )
    assert (hit.document_number, hit.index_number, hit.version) == ("示民发〔2026〕12号", number, 1)


def test_a_drop_is_found_by_its_number_before_anybody_has_read_it(office: Office):
    case = office.hand_in("关于养老服务的通知").case
    assert (found(office, case), found(office, "养老")) == ([case], [])
    office.work()
    assert found(office, "养老") == [case]


def test_what_somebody_may_not_see_is_not_found(office: Office):
    mine = office.reviewed("关于养老服务的通知")
    other = office.reviewed("关于养老资金的通知", department=OTHER_DEPARTMENT)
    own = (Grant(Role.CLERK, "default", DEPARTMENT),)
    assert found(office, "养老") == [other, mine]
    assert found(office, "养老", own) == [mine]
    assert found(office, other, own) == found(office, "养老资金", own) == []
    assert found(office, "养老", (*own, Grant(Role.FIRST, "default", OTHER_DEPARTMENT))) == [other, mine]
    assert found(office, "养老", ()) == found(office, "养老", (Grant(Role.SECRECY, "other", ""),)) == []
    assert found(office, "养老", (Grant(Role.CLERK, "other", DEPARTMENT),)) == []


def test_pages_are_newest_first(office: Office):
    cases = [office.hand_in().case for _ in range(7)]
    year = cases[0][:4]
    seen: list[str] = []
    while some := found(office, year, after=seen[-1] if seen else "", limit=3):
        seen += some
    assert seen == cases[::-1]


def test_a_new_title_replaces_the_old_one(office: Office):
    case = office.reviewed("关于养老服务的通知")
    office.decide(case, SECRECY, Verb.RETURN, reason="请更正标题")
    office.hand_in("关于社会救助的通知", name=f"{case} 改.txt")
    assert (found(office, "养老"), found(office, case)) == ([], [case])
    office.work()
    assert (found(office, "养老"), found(office, "社会救助")) == ([], [case])


def traces(office: Office, folder: Path) -> set[str]:
    """Pairs of the secret's characters that stand in an entry of the index, or in a file of the store."""
    pairs = [SECRET[at : at + 2] for at in range(4)]
    rows = office.dump()
    kept = {name: repr(lines) for name, lines in rows.items() if name.startswith("search")}
    files = b"".join(path.read_bytes() for path in folder.glob("*.sqlite*"))
    return {pair for pair in pairs if any(pair in text for text in kept.values()) or pair.encode() in files}


def test_nothing_of_a_purged_title_is_left(office: Office, tmp_path: Path):
    for number in range(5):
        office.hand_in(f"关于第{number}号养老服务的通知")
    case = office.reviewed(f"关于{SECRET}养老服务的报告")
    before = office.reviewed(f"关于{SECRET}的旧报告")
    office.decide(before, SECRECY, Verb.RETURN, reason="请更正标题")
    office.hand_in("关于养老服务的报告", name=f"{before} 改.txt")
    office.work()
    assert found(office, SECRET) == [case]
    assert traces(office, tmp_path)
    for purged in (case, before):
        isolation.isolate(office.core, purged, (), "test")
        assert office.state(purged) is State.QUARANTINED
        assert found(office, purged) == []
    assert found(office, SECRET) == []
    assert found(office, "养老服务", limit=99)
    assert traces(office, tmp_path) == set()
    assert office.query("SELECT count(*) FROM meta WHERE key = :key", key=search.REMAINS) == [(0,)]


def test_what_is_released_is_found_again(office: Office):
    case = office.hand_in("甲", "机密★10年\n\n关于养老服务的报告").case
    office.work()
    assert office.state(case) is State.QUARANTINED
    assert found(office, case) == found(office, "养老") == []
    for officer in (SECRECY, "陆密"):
        quarantine.release(office.core, case, officer, "不是秘密")
    assert found(office, case) == [case]


def test_a_sealed_case_is_not_found_even_if_the_index_had_it(office: Office):
    case = office.reviewed(f"关于{SECRET}的报告")
    office.sql("UPDATE document SET state = 'quarantined' WHERE id = :case", case=case)
    assert found(office, SECRET) == []


def test_a_restored_store_finds_what_it_holds(office: Office, tmp_path: Path):
    case = office.reviewed("关于养老服务的通知")
    backup.backup(office.core, tmp_path / "copy")
    later = office.reviewed("关于养老资金的通知")
    assert found(office, "养老") == [later, case]
    backup.restore(office.core, tmp_path / "copy")
    assert found(office, "养老") == [case]


def test_searching_changes_nothing_and_takes_any_words(office: Office):
    case = office.reviewed("关于养老服务的通知")
    rows = office.dump()
    for words in (
        '"',
        "' OR 1",
        "*",
        "a:b NEAR(",
        "\\'",
        "\x00",
        "通" * 5000,
        " ".join(["知"] * 500),
        "-养老",
        "@place",
    ):
        assert set(found(office, words)) <= {case}
    assert office.dump() == rows


def test_urgency_comes_from_the_head_of_the_draft(office: Office):
    plain = office.reviewed()
    urgent = office.reviewed(
        body="正文。", raw="特急\n关于防汛工作的通知\n\n各镇：\n正文。\n\n2026年11月2日\n".encode()
    )
    assert (office.row(plain).urgency, office.row(urgent).urgency) == (2, 0)
    assert "urgency" not in office.row(urgent).slip
    assert office.query("SELECT document FROM desk ORDER BY urgency, document") == [(urgent,), (plain,)]
