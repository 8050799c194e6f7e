"""The console speaks Chinese and English: every message of the source has its English, and nothing else has."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from disclosure_pipeline.builtin.archives import labels
from disclosure_pipeline.builtin.collation.scans import ScanCollator
from disclosure_pipeline.console import languages, words
from disclosure_pipeline.model.document import Attribute, PartRole
from disclosure_pipeline.model.finding import DIFFERS, FINDING_KINDS, PERMITTED, Settlement, Severity
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, TierState, Verb

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_ALL = {
    "role": Role, "state": State, "tier": TierState, "verb": Verb, "attribute": Attribute, "severity": Severity,
    "settlement": Settlement, "part": PartRole,
}  # fmt: skip


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = Path(__file__).parents[2] / "scripts" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_messages_are_found(script: ModuleType) -> None:
    found = {message.id for message in script.messages() if message.id}
    assert {"登录", "已退出登录。", "公民身份号码", "请在 %(seconds)s 秒后再试。"} <= found


def test_the_catalogue_is_what_the_source_needs(script: ModuleType) -> None:
    assert script.CATALOGUE.read_bytes() == script.written(script.merged()), "run `make translations`"


def test_every_message_has_its_english(script: ModuleType) -> None:
    missing = [message.id for message in script.translated() if message.id and not message.string]
    assert missing == []


def test_translations_keep_what_is_put_in(script: ModuleType) -> None:
    for message in script.translated():
        if message.id and isinstance(message.id, str):
            assert set(_PLACEHOLDER.findall(message.id)) == set(_PLACEHOLDER.findall(message.string)), (
                message.id
            )


def test_no_english_is_chinese(script: ModuleType) -> None:
    left = [
        message.string
        for message in script.translated()
        if isinstance(message.string, str) and re.search(r"[\u4e00-\u9fff]", message.string)
    ]
    assert left == []


@pytest.mark.parametrize("table", sorted(_ALL))
def test_every_code_has_a_word(table: str) -> None:
    assert set(words.TABLES[table]) == {item.value for item in _ALL[table]}


def test_every_kind_of_finding_has_a_word() -> None:
    assert set(words.KINDS) == set(FINDING_KINDS)
    assert set(words.FORMATS) == {PERMITTED, DIFFERS, *ScanCollator.kinds}
    assert set(labels.FINDING_KINDS) == set(words.KINDS) | set(words.FORMATS)


def test_english_is_spoken() -> None:
    assert languages.translations("zh").gettext("登录") == "登录"
    assert languages.translations("en").gettext("登录") == "Sign in"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("en,zh-CN;q=0.5", "zh"),
        ("de", "zh"),
    ],
)
def test_the_language_of_strangers(accepted: str, language: str) -> None:
    assert languages.preferred(accepted) == language


def test_only_messages_are_said_as_they_are() -> None:
    """What ``_`` answers counts as safe in a template; a title that somebody gives to it must not be."""
    for language in ("zh", "en"):
        say = languages.speaker(language)
        assert say("<script>100%</script>") == "&lt;script&gt;100%%&lt;/script&gt;"
        assert "%(seconds)s" in say("请在 %(seconds)s 秒后再试。")
