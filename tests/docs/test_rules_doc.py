"""docs/rules.md: every example of it is tried on the code."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from doc_pages import between, blocks, read, table

from disclosure_pipeline.builtin.detectors.patterns import PatternSet
from disclosure_pipeline.builtin.detectors.wording.lexicon import Lexicon
from disclosure_pipeline.errors import ConfigError, DisclosureError
from disclosure_pipeline.hooks.contracts import PartText
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Severity
from disclosure_pipeline.model.policy import Rule, RuleBook
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_chains, load_rulebook, policy_problems
from disclosure_pipeline.settings.resources import share

PAGE = read("docs/rules.md")
SETTINGS, OWN = (code for language, code in blocks(PAGE) if language == "toml")


def meant(text: str) -> str:
    """A cell of a table with its ``\\u200b`` and ``\\n`` as the characters they stand for."""
    return re.sub(r"\\u[0-9a-f]{4}|\\n", lambda match: str(json.loads(f'"{match.group()}"')), text)


def screened(text: str) -> PartText:
    return PartText(0, PartRole.MAIN, Text("text/plain", "test", (Segment(text, Place("text", "body")),)))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's list as a file outside of the configuration."""
    path = tmp_path_factory.mktemp("own") / "terms.toml"
    path.write_text(OWN, "utf-8")
    return path


@pytest.fixture(scope="module")
def book(own: Path) -> RuleBook:
    return load_rulebook(share("config"), (own,))


@cache
def shipped() -> RuleBook:
    return load_rulebook(share("config"))


def test_the_settings_and_the_list_of_the_page_can_be_used(book: RuleBook) -> None:
    settings = Settings(**tomllib.loads(SETTINGS))
    assert settings.screening.lexicons
    assert policy_problems(settings, book, load_chains(share("config"))) == []
    ids = {rule.id for rule in book.rules} - {rule.id for rule in shipped().rules}
    assert ids == {"own.water", "own.well", "own.cue_drill"}


@pytest.mark.parametrize("row", table(between(PAGE, "tried")), ids=lambda row: row[0])
def test_the_list_finds_what_the_page_says(row: list[str], book: RuleBook) -> None:
    text, expected, because = row
    found = [item for item in Lexicon(book).detect(screened(meant(text))) if item.rule.startswith("own.")]
    assert {item.severity.value for item in found} == (set() if expected == "none" else {expected.strip("`")})
    assert all(item.text is not None and item.text in meant(text) for item in found)
    if "own cue" in because:
        assert found[0].why.endswith("是演练脚本里的用语")
    if "group `found`" in because:
        assert [item.text for item in found] == ["B-12"]


@pytest.mark.parametrize("row", table(between(PAGE, "patterns")), ids=lambda row: f"{row[0]} {row[1]}")
def test_expressions_match_what_the_page_says(row: list[str]) -> None:
    written, matching, other = row
    rule = Rule("own.tried", "secrecy.term", Severity.REVIEW, "regex", (written.strip("`"),))
    patterns = PatternSet(replace(shipped(), rules=(*shipped().rules, rule)), (rule,))
    assert list(patterns.hits(screened(meant(matching)).views.plain.text))
    assert not list(patterns.hits(screened(meant(other)).views.plain.text))


def test_every_key_of_a_rule_is_explained_with_its_default() -> None:
    section = PAGE.split("## What every rule has")[1].split("\n## ")[0]
    told = {key.strip("`"): default for key, default, _ in table(section)}
    assert list(told) and set(told) == {field.name for field in fields(Rule)}
    bare = Rule("T", "secrecy.term", Severity.INFO, "literal", ())
    for name, default in told.items():
        if name in ("id", "kind", "severity", "form", "patterns"):
            assert default == "required"
        else:
            value = getattr(bare, name)
            assert default == ("none" if value is None else f"`{json.dumps(value)}`")


def test_every_form_cue_and_option_that_is_named_exists() -> None:
    text = "".join(path.read_text("utf-8") for path in share("config").glob("*/*.toml"))
    forms = {rule.form for rule in shipped().rules}
    assert set(re.findall(r'`form = "(\w+)"`', PAGE)) <= forms | {"regex"}
    assert {"cue.law_title", "cue.number"} <= {rule.id for rule in shipped().of_form("cue")}
    for option in (
        "cues",
        "otherwise",
        "canary",
        "needle",
        "needs",
        "reach",
        "heading",
        "person_table",
        "office_table",
    ):
        assert f"`{option}`" in PAGE
        assert re.search(rf"^{option} = ", text, re.MULTILINE) or option == "needs"
    for name in re.findall(r"`(\w+\.toml)`", PAGE):
        assert name == "disclosure.toml" or any(share("config").glob(f"*/{name}"))


def test_after_its_last_day_a_list_makes_every_screening_undetermined(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text(OWN.replace("expires = 2035-12-31", f"expires = {date(2020, 1, 1).isoformat()}"), "utf-8")
    with pytest.raises(DisclosureError) as error:
        Lexicon(load_rulebook(share("config"), (path,))).detect(screened("正文。"))
    assert error.value.code == "rule.expired"


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"调度方案"]', '"调度方案"'), ('form = "literal"', 'form = "regex"\nwords = ["柳河泵站"]'), ("(?=号", "(?=号("),
        ("(?=号|", "[号-井]|(?=号|"), ("«gap»", "«柳河泵站»«gap»"), ('"own.cue_drill"]', '"own.cue_other"]'), ('severity = "review"', 'severity = "柳河泵站"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_told_without_its_words(
    good: str, bad: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    assert good in OWN
    path = tmp_path / "terms.toml"
    path.write_text(OWN.replace(good, bad, 1), "utf-8")
    with pytest.raises(ConfigError) as error:
        Lexicon(load_rulebook(share("config"), (path,)))
    captured = capsys.readouterr()
    told = "".join((str(error.value), error.value.advice or "", caplog.text, captured.out, captured.err))
    assert not [
        words for words in ("水源", "柳河", "泵站", "调度", "一览表", "演练", "号-井") if words in told
    ]
