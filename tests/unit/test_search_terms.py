"""What titles and numbers are found by."""

from __future__ import annotations

import pytest

from disclosure_pipeline.model.search_terms import LONGEST, MOST_PHRASES, is_beginning, phrases_of, terms_of


def finds(words: str, text: str) -> bool:
    """Whether a search finds a text, as both databases understand it."""
    terms = terms_of(text)

    def stands(phrase: tuple[str, ...]) -> bool:
        if is_beginning(phrase):
            return any(term.startswith(phrase[0]) for term in terms)
        size = len(phrase)
        return any(tuple(terms[at : at + size]) == phrase for at in range(len(terms)))

    phrases = phrases_of(words)
    return bool(phrases) and all(map(stands, phrases))


def test_titles_become_pairs_and_numbers_stay_whole() -> None:
    assert terms_of("关于第12号") == ["关于", "于第", "第", "12", "号"]
    assert terms_of("2026-000123") == ["2026", "123"]
    assert terms_of("MB0012/ａｂ") == ["mb0012", "ab"]
    assert terms_of("《》——") == []


TITLE = "示范县人民政府办公室关于印发《养老服务管理办法（试行）》的通知"


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (TITLE, TITLE, True), (TITLE.replace("养老", "社会"), TITLE, False), (f"关于2025年度{TITLE}", f"关于2026年度{TITLE}", False),
        (TITLE[:-1], TITLE, True), (f"{TITLE}书", TITLE, False), ("养老服务", TITLE, True), ("印发养老", TITLE, True), ("《养老服务管理办法》", TITLE, True), ("办法(试行)的", TITLE, True),
        ("养老 通知", TITLE, True), ("通知 养老", TITLE, True), ("养老办法", TITLE, False), ("养老 公告", TITLE, False),
        ("养", TITLE, True), ("知", TITLE, True), ("狐", TITLE, False), ("老服", TITLE, True), ("", TITLE, False), ("《》", TITLE, False),
        ("示政发〔2026〕12号", "示政发〔2026〕12号", True), ("示政发[2026]12", "示政发〔2026〕12号", True),
        ("〔2026〕12号", "示政发〔2026〕12号", True), ("2026 12", "示政发〔2026〕12号", True), ("12号", "示政发〔2026〕12号", True),
        ("示政发〔2026〕1号", "示政发〔2026〕12号", False), ("示政发〔2026〕2号", "示政发〔2026〕12号", False),
        ("2026-000123", "2026-000123", True), ("000123", "2026-000123", True), ("123", "2026-000123", True),
        ("２０２６－０００１２３", "2026-000123", True), ("2026-00012", "2026-000123", False), ("2026-000012", "2026-000123", False),
        ("11370300MB2026/2026-00012", "11370300mb2026/2026-00012", True), ("5g", "关于5G基站的公示", True),
        ("5G基站", "关于5G基站的公示", True), ("第3号文", "关于第3号文的函", True), ("于第3", "关于第3号文的函", True), ("关于3", "关于第3号文的函", False),
        ("𠮷村", "关于𠮷村的批复", True), ("0", "0", True), ("养老\u200b服务", TITLE, True),
    ],
)  # fmt: skip
def test_what_is_found(words: str, text: str, found: bool) -> None:
    assert finds(words, text) is found


def test_a_search_has_an_end() -> None:
    assert len(phrases_of("通知 " * 50)) == MOST_PHRASES
    assert sum(len(phrase) for phrase in phrases_of("通知" * 10_000)) <= LONGEST


@pytest.mark.parametrize(
    "words", ['" OR *', "a:b", "'; DROP TABLE", "NEAR(", "\\", "\x00", "-", "^x", "@place"]
)
def test_signs_of_query_languages_are_no_terms(words: str) -> None:
    assert all(term.isalnum() for phrase in phrases_of(words) for term in phrase)
