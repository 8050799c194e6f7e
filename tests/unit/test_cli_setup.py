"""`init` and `config check`: a workspace that works at once, and every problem of a configuration."""

from __future__ import annotations

import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import docx
import pytest

from disclosure_pipeline.builtin.extractors.word.reader import DocxExtractor
from disclosure_pipeline.builtin.forms import is_form, read_form
from disclosure_pipeline.cli.template import write_template
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.settings.models import ExtractionSettings
from disclosure_pipeline.settings.workspace import SLIP_TEMPLATE, load_settings
from tests.cli_calls import call


def made(folder: Path, *words: str) -> dict[str, object]:
    answer = call("init", str(folder), *words, "--json")
    assert answer.status == 0, answer.text
    found: dict[str, object] = answer.json
    return found


def test_init_answers_and_lays_everything_out(tmp_path: Path) -> None:
    answer = made(tmp_path / "office", "--department", "办公室", "--department", "民政局")
    assert set(answer) == {"config", "data", "departments", "user", "token", "password"}
    assert (answer["departments"], answer["user"]) == (["办公室", "民政局"], "管理员")
    config, data = tmp_path / "office" / "config", tmp_path / "office" / "var"
    assert load_settings(config).unit[0].departments == ("办公室", "民政局")
    text = (config / "disclosure.toml").read_text("utf-8")
    assert tomllib.loads(text)["plugins"]["allow"] == []
    assert text.count("#") > 20, "it stays commented"
    assert {item.name for item in (data / "inbox").iterdir()} == {"办公室", "民政局"}
    assert {item.name for item in (data / "inbox" / "民政局").iterdir()} == {SLIP_TEMPLATE}
    assert (data / "outbox" / "民政局").is_dir()
    for name in ("spool", "vault", "quarantine", "register"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "disclosure.sqlite").stat().st_mode) == 0o600
    assert {item.name for item in (tmp_path / "office" / "plugins").glob("*.py")} == {
        "notice_board.py", "vehicle_plate.py",
    }  # fmt: skip
    assert call("config", "check", "--config", str(config), "--data", str(data), "--json").json == {
        "ok": True, "problems": [],
    }  # fmt: skip


def test_without_departments_the_example_stands(tmp_path: Path) -> None:
    assert made(tmp_path / "office")["departments"] == ["办公室", "财政局", "民政局"]


def test_a_name_with_quotes_and_backslashes_stays_one_department(tmp_path: Path) -> None:
    name = 'A"B\\1科'
    assert made(tmp_path / "office", "--department", name)["departments"] == [name]
    assert load_settings(tmp_path / "office" / "config").unit[0].departments == (name,)


def test_init_takes_folders_by_their_options(tmp_path: Path) -> None:
    answer = made(tmp_path / "x", "--config", str(tmp_path / "etc"), "--data", str(tmp_path / "data"))
    assert (answer["config"], answer["data"]) == (str(tmp_path / "etc"), str(tmp_path / "data"))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("existing", ["config/disclosure.toml", "var/disclosure.sqlite"])
def test_init_never_overwrites(tmp_path: Path, existing: str) -> None:
    path = tmp_path / existing
    path.parent.mkdir()
    path.write_text("mine")
    answer = call("init", str(tmp_path), "--json")
    assert (answer.status, answer.code) == (5, "workspace.exists")
    assert path.read_text() == "mine"
    assert sorted(item for item in tmp_path.rglob("*") if item.is_file()) == [path]


@pytest.mark.parametrize("names", [("a/b",), (".hidden",), ("",), ("主动公开",), ("甲", "甲")])
def test_an_impossible_department_leaves_nothing_behind(tmp_path: Path, names: tuple[str, ...]) -> None:
    words = [word for name in names for word in ("--department", name)]
    answer = call("init", str(tmp_path / "office"), *words, "--json")
    assert (answer.status, answer.code) == (2, "usage")
    assert list(tmp_path.iterdir()) == []


def test_init_never_asks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_pipeline", "init", str(tmp_path / "office")],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert "令牌" in done.stdout.decode()


def extracted(path: Path) -> object:
    reader = DocxExtractor(ExtractionSettings().model_dump())
    return reader.extract(SourceFile(0, path, path.name))


def test_the_template_is_a_form_that_says_nothing_until_it_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / SLIP_TEMPLATE
    write_template(path)
    blank = extracted(path)
    assert is_form(blank)  # type: ignore[arg-type]
    assert read_form(blank).as_json() == {"source": "form"}  # type: ignore[union-attr, arg-type]

    form = docx.Document(str(path))
    cells = {row.cells[0].text: row.cells[1] for row in form.tables[0].rows}
    cells["标题"].text = "关于修路的通知"
    cells["成文日期"].text = "2026年11月20日"
    cells["公开属性"].text = cells["公开属性"].text.replace("☐不予公开", "☑不予公开")
    cells["不予公开理由"].text = "R16b"
    form.save(str(path))
    assert read_form(extracted(path)).as_json() == {  # type: ignore[union-attr, arg-type]
        "title": "关于修路的通知",
        "date": "2026-11-20",
        "attribute": "exempt",
        "ground": "R16b",
        "source": "form",
    } | {"attribute": read_form(extracted(path)).attribute}  # type: ignore[union-attr, arg-type]


def test_config_check_lists_every_problem(tmp_path: Path) -> None:
    config = tmp_path / "config"
    made(tmp_path)
    text = (config / "disclosure.toml").read_text("utf-8").replace('route = "default"', 'route = "nowhere"')
    (config / "disclosure.toml").write_text(text, "utf-8")
    (config / "calendars" / "2027.toml").write_text("year = 'x'\n")
    answer = call("config", "check", "--config", str(config), "--json")
    assert answer.status == 3
    assert answer.json["ok"] is False
    assert len(answer.json["problems"]) == 2
    assert "2027.toml" in answer.json["problems"][0]
    assert "nowhere" in answer.json["problems"][1]


@pytest.mark.parametrize("content", ["[store]\nurl = 5\n", "[ghost]\n", "not toml"])
def test_config_check_names_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "disclosure.toml").write_text(content)
    answer = call("config", "check", "--config", str(tmp_path), "--json")
    assert answer.status == 3
    assert [problem.split(":")[0].split()[0] for problem in answer.json["problems"]] == ["disclosure.toml"]
    plain = call("config", "check", "--config", str(tmp_path))
    assert (plain.status, plain.text.startswith("- disclosure.toml")) == (3, True)


def test_config_check_of_no_folder_is_a_problem(tmp_path: Path) -> None:
    answer = call("config", "check", "--config", str(tmp_path / "none"), "--json")
    assert (answer.status, len(answer.json["problems"])) == (3, 1)
