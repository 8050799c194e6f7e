"""docs/architecture.md, its pictures, and operations' tables say what the code says, exactly."""

from __future__ import annotations

import ast
import re
import stat
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from doc_pages import ROOT, between, inline_codes, read, table

from disclosure_pipeline.model import document
from disclosure_pipeline.model.lifecycle import FINAL, STEPS, State
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline.run import STAGES
from disclosure_pipeline.settings.workspace import PRIVATE, Workspace
from disclosure_pipeline.store.schema import metadata

PAGE = read("docs/architecture.md")
OPERATIONS = read("docs/operations.md")
PACKAGE = ROOT / "disclosure_pipeline"
SVG = "{http://www.w3.org/2000/svg}"
Edge = tuple[str, str, str]


def edges_of_the_table() -> set[Edge]:
    """(from, step, to) of every step; a kept state leads to itself."""
    return {
        (source.value, step.name, (step.target or source).value) for step in STEPS for source in step.sources
    }


def picture(name: str) -> ET.Element:
    return ET.parse(ROOT / "docs" / "pictures" / name).getroot()


# ------------------------------------------------------------------------ the lifecycle


def test_the_table_of_steps_is_the_table_of_the_code() -> None:
    rows = [
        (step.name, {item.value for item in step.sources}, step.target and step.target.value, step.command)
        for step in STEPS
    ]
    written = []
    for name, sources, target, command in table(between(PAGE, "steps")):
        written.append(
            (
                name.strip("`"),
                set(re.findall(r"`(\w+)`", sources)),
                None if target == "—" else target.strip("`"),
                command.strip("`").removeprefix("disclosure "),
            )
        )
    assert written == rows


def test_the_arrows_of_the_picture_are_the_steps_of_the_code() -> None:
    drawn = {
        (source, step, arrow.attrib["data-to"])
        for arrow in picture("lifecycle.svg").iter(f"{SVG}path")
        if "data-steps" in arrow.attrib
        for source in arrow.attrib["data-from"].split()
        for step in arrow.attrib["data-steps"].split()
    }
    assert drawn == edges_of_the_table()


def test_every_arrow_is_labelled_with_its_steps() -> None:
    texts = [item.text or "" for item in picture("lifecycle.svg").iter(f"{SVG}text")]
    labels = {word for text in texts for word in text.split(", ")}
    assert {step.name for step in STEPS} <= labels


def test_the_picture_shows_every_state_that_can_be_reached() -> None:
    drawn = [
        item.attrib["data-state"] for item in picture("lifecycle.svg").iter() if "data-state" in item.attrib
    ]
    reached = {target for _, _, target in edges_of_the_table()} | {State.RECEIVED.value}
    assert sorted(drawn) == sorted(reached)
    assert set(State) == reached


def test_the_final_states_are_those_of_the_code() -> None:
    sentence = PAGE.split("<!-- end of steps -->")[1].split(" are final")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == FINAL


def test_the_stages_are_those_of_the_code() -> None:
    section = PAGE.split("### What a worker does with it")[1].split("\nA stage gets")[0]
    rows = [(row[0].split("`")[1], row[1].strip("`")) for row in table(section)]
    assert rows == [(state.value, name) for state, name in STAGES]
    concluded = {word for row in table(section) for word in re.findall(r"`(\w+)`", row[2])}
    assert concluded == {State.QUARANTINED, State.ATTENTION, State.RETURNED, State.DUPLICATE}


# ------------------------------------------------------------------------ layers and modules


def test_the_picture_of_the_layers_is_the_contract() -> None:
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    wanted = [name.strip().rpartition(".")[2] for layer in contract["layers"] for name in layer.split("|")]
    drawn = [
        item.attrib["data-layer"] for item in picture("layers.svg").iter() if "data-layer" in item.attrib
    ]
    assert drawn == wanted


@pytest.mark.parametrize(
    ("library", "modules"),
    [("dbos", {"service/engine.py"}), ("apscheduler", {"service/scheduler.py"}), ("pluggy", None)],
)
def test_a_library_is_imported_where_the_page_says(library: str, modules: set[str] | None) -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [item.name for item in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == library for name in names):
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found
    assert found == modules if modules else all(name.startswith("hooks/") for name in found)


@pytest.mark.parametrize(
    "page", ["docs/architecture.md", "docs/operations.md", "CONTRIBUTING.md", "docs/threat-model.md"]
)
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = {
        code
        for code in inline_codes(read(page))
        if re.fullmatch(r"[\w.\-]+(/[\w.\-]+)*/?", code) and "/" in code
    }
    missing = [
        name
        for name in sorted(named)
        if re.search(
            r"\.(py|toml|service|md|yaml)$|^(builtin|store|hooks|pipeline|cli|service|model|settings)/", name
        )
        and not any((base / name).exists() for base in (PACKAGE, ROOT))
    ]
    assert missing == []


def test_the_public_fields_of_the_slip_are_those_of_the_code() -> None:
    listed = PAGE.split("the slip's public fields: ")[1].split(";")[0].split(", ")
    assert [name.replace(" ", "_") for name in listed] == list(document._PUBLISHED)


# ------------------------------------------------------------------------ what is stored where


def test_the_tables_are_those_of_the_store() -> None:
    written = {row[0].strip("`"): row[1] for row in table(between(PAGE, "tables"))}
    assert written == {item.name: item.comment for item in metadata.sorted_tables}


def test_the_folders_and_their_modes_are_those_of_a_workspace(tmp_path: Path) -> None:
    space = Workspace(tmp_path / "config", tmp_path / "var")
    space.make()
    rows = {row[0].strip("`").rstrip("/"): row[2] for row in table(between(PAGE, "folders"))}
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in space.data.iterdir()}
    later = {"plugins", space.database.name}
    assert set(rows) == set(made) | later
    private = {name for name, mode in made.items() if mode == PRIVATE}
    assert {name for name, mode in rows.items() if mode == "0700"} == private


# ------------------------------------------------------------------------ operations


def test_the_metrics_are_those_of_the_code_with_their_labels() -> None:
    written = {
        row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in table(between(OPERATIONS, "metrics"))
    }
    assert written == metrics_of_the_code()


def metrics_of_the_code() -> dict[str, list[str]]:
    """Every ``yield name, help, labels, value`` of `service/health.py`, labels taken from the assignment before."""
    tree = ast.parse((PACKAGE / "service" / "health.py").read_text("utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Yield | ast.Assign)]
    found: dict[str, list[str]] = {}
    labels: list[str] = []
    for node in sorted(nodes, key=lambda node: node.lineno):
        if isinstance(node, ast.Assign):
            if isinstance(node.value, ast.Dict):
                labels = [ast.literal_eval(key) for key in node.value.keys if key]
            continue
        assert isinstance(node.value, ast.Tuple)
        name, _, given, _ = node.value.elts
        own = [ast.literal_eval(key) for key in given.keys if key] if isinstance(given, ast.Dict) else labels
        found[ast.literal_eval(name)] = own
    return found


def test_the_metrics_that_alarms_look_at_exist() -> None:
    assert set(re.findall(r"`(disclosure_\w+)[`{]", OPERATIONS)) <= set(metrics_of_the_code())


def test_the_states_that_need_a_person_are_states() -> None:
    section = OPERATIONS.split("## What needs a person")[1].split("\n## ")[0]
    first = [row[0] for row in table(section)]
    named = {re.findall(r"`(\w+)`", cell)[0] for cell in first if cell.startswith("`")}
    assert named <= set(State)
    assert {State.ATTENTION, State.QUARANTINED, State.REFERRED, State.RETURNED} <= named


def test_every_role_is_explained() -> None:
    section = OPERATIONS.split("| role | does |")[1].split("\n\n")[0]
    named = [
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    ]
    assert sorted(named) == sorted(Role)
