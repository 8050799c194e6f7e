"""docs/plugins.md and plugins/README.md say what the code says, exactly."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from disclosure_pipeline.hooks import hookspecs, registry, remote, testing
from disclosure_pipeline.hooks.roster import PluginState

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
README = (ROOT / "plugins" / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"<!-- from (\S+): (\w+) -->\n```python\n(.*?)```", GUIDE, re.DOTALL)


def hooks() -> dict[str, inspect.Signature]:
    marker = f"{hookspecs.PROJECT}_spec"
    return {name: inspect.signature(item) for name, item in vars(hookspecs).items() if hasattr(item, marker)}


def test_every_hook_is_there_with_its_arguments_in_the_order_of_the_code():
    documented = re.findall(
        r"^### `(.+)`$", GUIDE.split("<!-- hooks -->")[1].split("<!-- end of hooks -->")[0], re.M
    )
    assert documented == [f"{name}({', '.join(signature.parameters)})" for name, signature in hooks().items()]


def test_every_hook_that_registers_belongs_to_a_family():
    families = {family.hook for family in registry.FAMILIES}
    assert families == set(hooks()) - {"register_config", "on_event"}


def test_there_are_examples():
    assert [(path, name) for path, name, _ in EXAMPLES] == [
        ("plugins/vehicle_plate.py", "detector"),
        ("tests/unit/test_vehicle_plate.py", "contract"),
    ]


@pytest.mark.parametrize(("path", "name", "shown"), EXAMPLES, ids=[path for path, _, _ in EXAMPLES])
def test_an_example_is_the_tested_file(path: str, name: str, shown: str):
    text = (ROOT / path).read_text("utf-8")
    between = text.split(f"# start {name}\n")[1].split(f"# end {name}\n")[0]
    assert shown == between.rstrip() + "\n"


def test_the_functions_for_authors_are_there_with_their_arguments():
    shown = dict(
        re.findall(r"^\| `(\w+)\((.*?)\)` \|", GUIDE.split("## Its test")[1].split("## Where")[0], re.M)
    )
    for name, arguments in shown.items():
        parameters = inspect.signature(getattr(testing, name)).parameters.values()
        expected = [f"*{item.name}" if item.kind is item.VAR_POSITIONAL else item.name for item in parameters]
        assert arguments.split(", ") == expected[: len(arguments.split(", "))]
    public = {
        name
        for name, item in vars(testing).items()
        if inspect.isfunction(item) and item.__module__ == testing.__name__ and not name.startswith("_")
    }
    assert set(shown) == public


def test_the_families_of_fault_codes_are_those_of_the_code():
    (sentence,) = re.findall(r"`FAMILY` is (.*?) \|", GUIDE)
    assert list(dict.fromkeys(re.findall(r"`(\w+)`", sentence))) == list(
        dict.fromkeys(family.singular for family in registry.FAMILIES)
    )


def test_the_time_limits_are_those_of_the_code():
    assert f"| loading, with canaries | {remote.LOAD_SECONDS:g} s |" in GUIDE
    assert f"| an event | {remote.EVENT_SECONDS:g} s |" in GUIDE


@pytest.mark.parametrize("name", ["notice_board", "vehicle_plate"])
def test_the_settings_of_the_shipped_plugins_are_described(name: str):
    table = README.split(f"<!-- settings of {name} -->\n")[1].split("\n\n")[0]
    shown = re.findall(r"^\| `(\w+)` \| `(.*?)` \| (.*?) \|$", table, re.M)
    spec = importlib.util.spec_from_file_location(f"doc_{name}", ROOT / "plugins" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    fields = module.register_config().model_fields
    assert shown == [
        (key, json.dumps(field.default, ensure_ascii=False), field.description)
        for key, field in fields.items()
    ]


def test_the_states_of_a_plugin_are_described():
    table = GUIDE.split("| state | meaning |")[1].split("Faults have")[0]
    assert re.findall(r"^\| `(\w+)` \| ", table, re.M) == list(get_args(PluginState))


def test_every_fault_code_in_the_code_is_described_and_no_other():
    table = GUIDE.split("| code | meaning |")[1].split("A detector that fails")[0]
    described = set(re.findall(r"`((?:plugin|detector|channel)\.\w+)`", table))
    calls = {f"plugin.{problem}" for problem in ("raised", "nonsense", "timeout", "crashed")}
    written: set[str] = set()
    for path in (ROOT / "disclosure_pipeline" / "hooks").glob("*.py"):
        written |= set(re.findall(r"[\"']((?:plugin|channel)\.[a-z_]+)[\"'],", path.read_text("utf-8")))
        written |= set(re.findall(r"code=[\"']((?:plugin|channel)\.[a-z_]+)[\"']", path.read_text("utf-8")))
    assert described == written - {"plugin.fault"} | calls | {"detector.canary", "channel.missing"}
