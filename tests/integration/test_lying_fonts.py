"""Fonts for which only their own tables speak, through the real host, sandbox and engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plugin_hosts
import pytest

from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.model.text import Text
from tests.hiding.pdf_drawn import truetype
from tests.hiding.pdf_paper import paper, saved

SHOWN = "SECRET Payment 48157"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHost]:
    place = plugin_hosts.workspace(tmp_path_factory.mktemp("office"))
    with plugin_hosts.host(place, plugin_hosts.settings()) as made:
        yield made


def read(host: PluginHost, folder: Path, says: str) -> Text:
    document = paper()
    truetype(document, dict(enumerate(says)), SHOWN, table=False)
    path = folder / "文件.pdf"
    path.write_bytes(saved(document))
    return host.read([SourceFile(0, path, path.name)]).texts[0].text


def visible(text: Text) -> str:
    return "".join("".join(segment.text.split()) for segment in text.segments if segment.visible)


def test_an_honest_font_is_believed(host: PluginHost, tmp_path: Path) -> None:
    text = read(host, tmp_path, SHOWN)
    assert "SECRETPayment48157" in visible(text)
    assert text.doubts == ()
    assert not any(segment.place.kind in ("ocr", "hidden") for segment in text.segments)


def test_what_a_lying_font_shows_is_read_and_what_it_says_is_hidden(host: PluginHost, tmp_path: Path) -> None:
    letters = sorted(set(SHOWN) - {" "})
    lies = dict(zip(letters, [*letters[7:], *letters[:7]], strict=True))
    says = "".join(lies.get(letter, " ") for letter in SHOWN)
    text = read(host, tmp_path, says)
    assert "48157" in visible(text)
    bare = "".join(says.split())
    assert bare not in visible(text)
    assert any(bare in "".join(s.text.split()) for s in text.segments if s.place.kind == "hidden")


@pytest.mark.parametrize("options", [{"enabled": False}, {"max_pages": 0}], ids=["switched off", "used up"])
def test_a_font_whose_letters_nobody_can_look_at_is_undetermined(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    place = plugin_hosts.workspace(tmp_path / "office")
    with plugin_hosts.host(place, plugin_hosts.settings(recognition=options)) as made:
        text = read(made, tmp_path, SHOWN)
    assert "SECRETPayment48157" in visible(text)
    assert [doubt.code for doubt in text.doubts] == ["font.unproven"]


def test_every_font_of_many_is_looked_at(host: PluginHost, tmp_path: Path) -> None:
    document = paper()
    for _ in range(29):
        honest = paper()
        truetype(honest, dict(enumerate(SHOWN)), SHOWN, table=False)
        document.pages.extend(honest.pages)
    lying = paper()
    truetype(lying, dict(enumerate("Amount 1234567")), "Refund 9876054", table=False)
    document.pages.extend(lying.pages)
    path = tmp_path / "文件.pdf"
    path.write_bytes(saved(document))
    text = host.read([SourceFile(0, path, path.name)]).texts[0].text
    assert any("1234567" in segment.text for segment in text.segments if segment.place.kind == "hidden")
