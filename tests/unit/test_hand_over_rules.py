"""``hand_over.toml``: the shipped rules cover every document, and a broken file stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.hand_over import Target
from disclosure_pipeline.settings.hand_over import load_hand_over
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.resources import share

LISTS = """
[[list]]
target = "archive"
title = "移交清单"
article = "甲"
[[list]]
target = "library"
title = "明细表"
article = "乙"
"""


def test_something_is_proposed_for_every_document() -> None:
    rules = load_hand_over(share("config"))
    for state in ("published", "withdrawn", "superseded"):
        assert rules.opinion("proactive", state, "")
    assert rules.opinion("on_request", "on_request", "")
    grounds = {ground.code for ground in load_rulebook(share("config")).grounds}
    said = {ground: rules.opinion(Attribute.EXEMPT.value, "withheld", ground) for ground in grounds}
    assert all(said.values())
    assert said["R14a"] != said["R15"] != said["R16b"]
    assert rules.form(Target.LIBRARY).days == 20
    assert {ground for item in rules.opinions for ground in item.grounds} <= grounds


def test_the_first_opinion_that_fits_counts_and_its_source_is_named(tmp_path: Path) -> None:
    opinions = """
    [[opinion]]
    id = "narrow"
    text = "延期"
    article = "第一条"
    attributes = ["exempt"]
    grounds = ["R15"]
    [[opinion]]
    id = "wide"
    text = "开放"
    article = "第二条"
    """
    (tmp_path / "hand_over.toml").write_text(LISTS + opinions, "utf-8")
    rules = load_hand_over(tmp_path)
    assert rules.opinion("exempt", "withheld", "R15") == "延期（第一条）"
    assert rules.opinion("exempt", "withheld", "R16a") == "开放（第二条）"
    (tmp_path / "hand_over.toml").write_text(LISTS, "utf-8")
    assert load_hand_over(tmp_path).opinion("exempt", "withheld", "R15") == ""


def test_without_a_file_the_shipped_rules_are_used(tmp_path: Path) -> None:
    assert load_hand_over(tmp_path) == load_hand_over(share("config"))


@pytest.mark.parametrize(
    "text",
    [
        "[[list",
        "",
        LISTS + '[[list]]\ntarget = "library"\ntitle = "x"\narticle = "y"',
        LISTS + '[[opinion]]\nid = "a"\ntext = "x"',
        LISTS + '[[opinion]]\nid = "a"\ntext = "x"\narticle = "y"\nstate = ["published"]',
        LISTS + '[[opinion]]\nid = "a"\ntext = "x"\narticle = "y"\nstates = ["burnt"]',
        LISTS + '[[opinion]]\nid = "a"\ntext = "x"\narticle = "y"\n' * 2,
    ],
)
def test_a_broken_file_stops(tmp_path: Path, text: str) -> None:
    (tmp_path / "hand_over.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"hand_over\.toml"):
        load_hand_over(tmp_path)
