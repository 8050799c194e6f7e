"""docs/configuration.md is what the code says, and the shipped configuration is documented and sound."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from disclosure_pipeline.settings import reference
from disclosure_pipeline.settings.models import Settings, UnitSettings
from disclosure_pipeline.settings.policy import load_chains, load_rulebook, policy_problems
from disclosure_pipeline.settings.resources import share
from disclosure_pipeline.settings.workspace import load_settings


def test_the_page_is_exactly_what_the_code_renders() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.render()


def test_check_fails_on_a_stale_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "configuration.md"
    monkeypatch.setattr(reference, "PAGE", page)
    with pytest.raises(SystemExit, match="stale"):
        reference.main(["--check"])
    reference.main([])
    reference.main(["--check"])
    page.write_text(page.read_text("utf-8") + "\nextra\n", "utf-8")
    with pytest.raises(SystemExit, match="stale"):
        reference.main(["--check"])


def test_every_key_of_every_section_has_a_row() -> None:
    page = reference.render()
    for name, field in Settings.model_fields.items():
        if name == "plugin":
            continue
        heading = f"### `[[{name}]]`" if name == "unit" else f"### `[{name}]`"
        section = page.split(heading + "\n")[1].split("\n##")[0]
        model = UnitSettings if name == "unit" else field.annotation
        rows = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
        nested = {"drop_roots"} if name == "unit" else {"folders"} if name == "intake" else set()
        assert rows == set(model.model_fields) - nested  # type: ignore[union-attr]


def test_the_shipped_settings_are_the_defaults_with_three_departments() -> None:
    shipped = load_settings(share("config"))
    expected = Settings(unit=(UnitSettings(departments=("办公室", "财政局", "民政局")),))
    assert shipped == expected


def test_the_shipped_files_hold_together() -> None:
    config = share("config")
    assert policy_problems(load_settings(config), load_rulebook(config), load_chains(config)) == []


def test_the_commented_second_chain_works_when_uncommented(tmp_path: Path) -> None:
    text = (share("config") / "routes.toml").read_text("utf-8")
    start = text.index("# [[chain]]")
    example = "\n".join(line.removeprefix("# ").removeprefix("#") for line in text[start:].splitlines())
    (tmp_path / "routes.toml").write_text(text[:start] + example, "utf-8")
    chain = load_chains(tmp_path)["office"]
    assert [tier.name for tier in chain.tiers] == ["secrecy", "first", "second", "office", "final"]
    assert chain.tiers[-1].meeting


def test_every_commented_example_of_the_settings_is_a_known_key() -> None:
    """The commented drop root must load when a person removes the `#`."""
    text = (share("config") / "disclosure.toml").read_text("utf-8")
    lines = [line.removeprefix("# ") if line.startswith(("# [[unit.drop", "# department", "# path", "# polling",
             "# mount")) else line for line in text.splitlines()]  # fmt: skip
    settings = Settings(**tomllib.loads("\n".join(lines)))
    assert settings.unit[0].drop_roots[0].mount is True
