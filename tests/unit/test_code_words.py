"""Words in capitals and digits are telling; what programs write is not."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.shared.code_words import CODE_WORD, has_code_word


@pytest.mark.parametrize("text", ["HIDDENMARK00042", "/a/ZQXMARK1234.xml", "?t=CASE00042&x", "_SECRET2026_"])
def test_a_code_word_is_found(text: str) -> None:
    assert CODE_WORD.search(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "FACADE00", "HPFIE112", "DEADBEEF0001", "{AB1234CD-0001-4000-8000-000000000001}", "00A77B3E", "GB18030", "KAITI_GB2312",
        "windows-1252", "PMINGLIU", "2052-12.1.0.16388", "KSOProductBuildVer", "_Toc123456789", "rId12", "XFD1048576",
        "W5M0MpCehiHzreSzNTczkc9d", "ABCDEE+SimSun",
    ],
)  # fmt: skip
def test_names_of_programs_are_none(text: str) -> None:
    assert CODE_WORD.search(text) is None


def test_a_code_word_in_base64_is_chance() -> None:
    assert has_code_word("HIDDENMARK00042")
    assert not has_code_word("UEsDBBQABgAI" * 9 + "/JBVBUGG876/" + "AAAhALaDOJL+")
