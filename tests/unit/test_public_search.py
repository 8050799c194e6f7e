from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from disclosure_pipeline.model.public_search import LONGEST, Question
from disclosure_pipeline.model.search_terms import terms_of

TEXT = "关于发放2026年冬季养老服务补贴的通知（示民发〔2026〕007号）。补贴标准：每人每月３００元，ＭＢ1532375/2026-00045。"
ALPHABET = "养老服务补贴通知公开信息条例一二三繁體國。，《》 \n\u200b0123４abＣ"


def shelf(*texts: str) -> sqlite3.Connection:
    """A shelf as the channel makes it."""
    made = sqlite3.connect(":memory:")
    made.execute(
        "CREATE VIRTUAL TABLE words USING fts5(body, content = '', columnsize = 0, tokenize = 'ascii')"
    )
    for number, text in enumerate(texts):
        made.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, " ".join(terms_of(text))))
    return made


def numbers(found: sqlite3.Connection, words: str) -> list[int]:
    match = Question(words).match
    if not match:
        return []
    return [
        row[0] for row in found.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY 1", (match,))
    ]


def test_words_that_a_text_holds_find_it_and_others_do_not() -> None:
    found = shelf(TEXT, "关于春季补贴的意见", "养老机构名单")
    for words, expected in {
        "养老服务": [0], "补贴": [0, 1], "补贴 养老": [0], "养": [0, 2], "知": [0], "300元": [0], "３００元": [0],
        "MB1532375/2026-00045": [0], "mb1532375": [0], "示民发〔2026〕7号": [0], "2026年": [0], "26年": [],
        "《养老机构名单》": [2], "服务养老": [], "补贴 名单": [], "": [], "。，": [], "  ": [],
    }.items():  # fmt: skip
        assert numbers(found, words) == expected, words


@given(st.text(ALPHABET, min_size=2, max_size=60), st.data())
def test_whatever_stands_in_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    words = text[start : start + data.draw(st.integers(2, LONGEST))]
    latin = set("0123４abＣ")
    if latin & set(words) or not Question(words).match:
        return  # a part of a number is another number
    found = shelf("前一件文件", text)
    assert 1 in numbers(found, words)


@given(st.text(max_size=LONGEST + 20))
def test_no_question_is_an_error(words: str) -> None:
    found = shelf(TEXT)
    numbers(found, words)
    pieces = Question(words).excerpt(TEXT)
    assert "".join(piece.text for piece in pieces).strip("…") in TEXT
    assert "".join(piece.text for piece in Question(words).marked(TEXT)) == TEXT


def test_the_question_is_no_query() -> None:
    found = shelf(TEXT)
    for words in (
        '" OR *',
        "a OR b NOT c",
        "body:养老",
        "NEAR(养老 补贴)",
        '"',
        "''; DROP TABLE words",
        "养老\0",
        "^养老",
        "{body}",
        "-养",
    ):
        numbers(found, words)
    assert numbers(found, '"养老服务" OR *') == []  # OR is a word that is looked for
    assert numbers(found, '"养老服务" *') == [0]


def test_hits_are_told_apart_where_they_stand() -> None:
    def shown(words: str, text: str) -> str:
        pieces = Question(words).marked(text)
        return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in pieces)

    assert shown("养老 补贴", "养老服务补贴") == "[养老]服务[补贴]"
    assert shown("mb15", "编号ＭＢ15号") == "编号[ＭＢ15]号"
    assert shown("养老服务", "《养老》服务") == "《[养老》服务]"
    assert shown("公开", "公\u200b开信息") == "[公\u200b开]信息"
    assert shown("7号", "007号、17号") == "[007号]、17号"
    assert shown("。", "。。") == "。。"
    far = "甲" * 9_000 + "养老服务" + "乙" * 300
    excerpt = Question("养老").excerpt(far)
    assert [piece.text for piece in excerpt if piece.is_hit] == ["养老"]
    assert excerpt[0].text == excerpt[-1].text == "…"
    assert sum(len(piece.text) for piece in excerpt) < 130


def test_a_question_ends_somewhere() -> None:
    assert Question("养" * 5_000).match == Question("养" * LONGEST).match
    assert Question(" ".join(f"词语{n}" for n in range(99))).match.count("AND") == 7
