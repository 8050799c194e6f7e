"""One pass for many expressions: where an expression matches its openings fit, and nothing is found or lost by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.detectors.lookup import Lookup, codes
from disclosure_pipeline.builtin.detectors.openings import ANYWHERE, ASTRAL, OUTSIDE, Opening, openings
from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.sieve import Sieve
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

EXPRESSIONS = (
    "机密", "[机秘]密★", "(?:机密|秘密|内部资料)", "机[ \\n·]{0,4}密", "[机秘](?:(?<=机)密|(?<=秘)[书文])", "(?<![绝机])密", "(?<=[绝机])密",
    "(?<=于绝)密", "^密", "^(?:(?<=。\\n)|(?<!。\\n))机", r"\A机", r"(?<=\t)密\b", "密(?=★)", "密(?=[ ]?[★年]|$)", "密(?!★)", "(?=[机秘])..★",
    "(?=机密|秘).", "(?!机)[机秘]密?", "(?<!.)密", "(?s:(?<!.)密)", "(?i:ip[: ]|ſ)a", "(?i:k)", "[^\\W_]{2}★", r"\D密", r"[\d年]{2,3}", r"\S★", "[^机密★]密",
    "(?:机|秘)?密", "(?:机*|秘+)密", "(?:机?){3}密", "(?:机|秘){2,}", "机{0}密", "机*?密", "(?>机+)密", "机++密", "机?+密", "(机|秘)\\1", "(?P<a>机)?(?(a)密|★)",
    "(?P<a>机)?(?(a)密)", "(?!)", "机(?!)", "", "机?", "(?=机)", "$", r"\b", "🗹密", "[🗹密]★", "[^🗹]密", "[\U00010000-\U0001ffff]密", "[\ud800-\udfff]密",
    "\ufffe密", "[\ufff0-\uffff]", "[^\ufffe]密", "(?a:\\w)密", ".密", "(?s:.)密", "密.★", "机密★10年", "[级件](?=[)]?[:=\\s]{1,3}机)",
)  # fmt: skip

TELLING = "🌟密。🗹密\ufffe密\uffff密\ud83d密\n机密。\n机\n密于绝密\t密ſa机机密"
"""What chance seldom writes: characters without a code of their own, borders of lines."""

pieces = st.sampled_from(
    [
        *"机密秘绝★10年级件书文于内部资料:)=ipkKſIPaA_。 \n\t🗹☑\U0001f31f\ufffe\uffff\ud83d\udc4d",
        "机密★",
        "内部资料",
    ]
)
texts = st.lists(pieces, max_size=40).map("".join)
spots = st.integers(0, 45)


def spans(matches: object) -> list[tuple[int, int]]:
    return [match.span() for match in matches]  # type: ignore[attr-defined]


def fits(opening: Opening, text: str, place: int) -> bool:
    """Whether the characters round a place are those of an opening."""
    around = [text[at : at + 1] if at >= 0 else "" for at in range(place - 1, place + len(opening.following))]
    numbers = (
        min(ord(one), ASTRAL) if one and one != "\ufffe" else ASTRAL if one else OUTSIDE for one in around
    )
    return all(known >> number & 1 for known, number in zip(opening.sets, numbers, strict=True))


@cache
def known_openings(flags: int, most: int) -> list[tuple[re.Pattern[str], Sequence[Opening]]]:
    """The expressions with their openings."""
    expressions = (re.compile(written, flags) for written in EXPRESSIONS)
    return [(expression, openings(expression, most)) for expression in expressions]


@cache
def sieves() -> list[Sieve]:
    """The expressions together, most of them as matter of less weight, and each alone."""
    expressions = [re.compile(written, re.MULTILINE) for written in EXPRESSIONS]
    return [
        Sieve(expressions),
        Sieve(expressions[:5], expressions[5:]),
        *(Sieve([one]) for one in expressions),
    ]


@pytest.mark.parametrize("most", [1, 2, 8])
@given(text=texts, flags=st.sampled_from([0, re.MULTILINE, re.IGNORECASE]))
@example(text=TELLING, flags=re.MULTILINE)
@settings(max_examples=60, deadline=None)
def test_a_match_begins_with_an_opening(most: int, text: str, flags: int) -> None:
    for expression, known in known_openings(flags, most):
        assert len(known) <= most
        for match in expression.finditer(text):
            assert any(fits(one, text, match.start()) for one in known), (expression, text)


@given(text=texts, start=spots, stop=spots)
@example(text=TELLING, start=0, stop=99)
@settings(max_examples=60, deadline=None)
def test_the_answer_is_that_of_the_expression(text: str, start: int, stop: int) -> None:
    known = codes(text)
    for sieve in sieves():
        sifted = sieve.sifted(text, known)
        for number, expression in enumerate(sieve.expressions):
            finder = sifted.finder(number)
            assert spans(finder.finditer(start, stop)) == spans(expression.finditer(text, start, stop))
            found, wanted = finder.search(start, stop), expression.search(text, start, stop)
            assert (found and found.span()) == (wanted and wanted.span())
            if finder.is_vain:
                assert expression.search(text) is None


@pytest.mark.parametrize("length", [32_767, 32_768, 32_769, 65_536, 100_003])
def test_nothing_is_lost_where_blocks_meet(length: int) -> None:
    text = ("其" * (length - 2) + "机密★10年" + "他" * 70_000 + "机密")[: length + 70_000]
    expression = re.compile("机密(?=★1|)")
    finder = Sieve([expression]).sifted(text, codes(text)).finder(0)
    assert spans(finder.finditer(0, len(text))) == spans(expression.finditer(text))
    assert finder.places == [length - 2]


def test_what_is_known_leaves_little() -> None:
    text = "本机关印发的文件内部传阅，机密不公开。" * 50 + "机密★"
    sifted = Sieve([re.compile("机密★"), re.compile("[机秘]密(?=[ ]?★)"), re.compile("(?<=。)机")]).sifted(
        text, codes(text)
    )
    assert [sifted.finder(number).places for number in range(3)] == [[len(text) - 3]] * 3


def test_what_may_match_nothing_is_tried_everywhere() -> None:
    for written in ("", "机?", "(?=机)", "$"):
        assert openings(re.compile(written), 4) == (ANYWHERE,)
        assert Sieve([re.compile(written)]).sifted("机", codes("机")).finder(0).places is None


def test_more_expressions_than_bits_are_all_found() -> None:
    words = [f"{first}{second}密" for first in "机秘绝甲乙丙丁戊己庚" for second in "一二三四五六七八九十"]
    text = "。".join(reversed(words))
    sieve = Sieve(list(map(re.compile, words)))
    assert len(sieve.lookup.masks) == 100
    sifted = sieve.sifted(text, codes(text))
    assert all(spans(sifted.finder(number).finditer(0, len(text))) == spans(re.finditer(word, text))
               for number, word in enumerate(words))  # fmt: skip


def test_many_alternatives_are_united_without_losing_one() -> None:
    words = [
        chr(0x4E00 + 7 * number) + chr(0x5E00 + 5 * number) + chr(0x6E00 + number) for number in range(400)
    ]
    expression = re.compile("|".join(f"{word}[ ]{{0,2}}密" for word in words))
    known = openings(expression, 8)
    assert len(known) <= 8
    assert all(any(fits(one, f"{word}密", 0) for one in known) for word in words)


def test_an_empty_text_and_no_expressions() -> None:
    assert not Lookup([]).left(codes("机密"))[0].size
    for text in ("", "机"):
        finder = Sieve([re.compile("机密")]).sifted(text, codes(text)).finder(0)
        assert finder.search(0, len(text)) is None


def shipped() -> Sequence[PatternSet]:
    """The patterns of every form of rule whose patterns are searched alone."""
    rulebook = load_rulebook(share("config"))
    forms = ("marking", "marking_line", "notice", "circumstance", "birth_date", "regex")
    return [PatternSet(rulebook, rulebook.of_form(form)) for form in forms]


def test_rules_as_shipped_find_the_same_with_and_without() -> None:
    text = (
        "内部资料 注意保存\n机密★10年\n此件不公开\n密级:秘密\t工作秘密★2年。患者张某，诊断:高血压,1980年3月15日出生\n"
        "（机密）绝 密☆长期 内部使用,不得外传\nFOR INTERNAL USE ONLY\n阅后清退 姓名\t商业秘密\n国家秘密 关于调整的请示\n第38集团军,男,9岁,就读于实验小学"
    )
    for patterns in shipped():
        sieve = patterns.sieve
        for words in (text, text[::-1], text.replace("\n", ""), " ".join(text)):
            sifted = sieve.sifted(words, codes(words))
            for number, expression in enumerate(sieve.expressions):
                assert spans(sifted.finder(number).finditer(0, len(words))) == spans(
                    expression.finditer(words)
                )
