"""Third-party plugins in processes of their own: killed in time, started again, heard but not believed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plugin_hosts import FAULTS, SHIPPED, setup, source

from disclosure_pipeline.errors import PluginFault
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.registry import BY_NAME
from disclosure_pipeline.hooks.remote import RemoteDetector, RemotePlugin, proxy
from disclosure_pipeline.model.finding import Finding

TEXT = "关于困难群众临时救助对象名单的公示"


@pytest.fixture
def plugin(tmp_path: Path):
    started: list[RemotePlugin] = []

    def start(name: str, folder: Path = FAULTS, *, load_timeout: float = 30.0) -> RemotePlugin:
        remote = RemotePlugin(source(folder / f"{name}.py"), setup(tmp_path), load_timeout=load_timeout)
        started.append(remote)
        return remote

    yield start
    for remote in started:
        remote.close()


def detector(remote: RemotePlugin, timeout: float = 5.0) -> RemoteDetector:
    info = remote.describe().objects[0]
    registered = proxy(remote, info, timeout)
    assert registered is not None
    assert registered.family is BY_NAME["detectors"]
    return registered.item


def test_a_detector_answers_from_its_own_process(plugin):
    remote = plugin("vehicle_plate", SHIPPED)
    found = detector(remote).detect(testing.part("车牌苏A·12345，第二辆粤BD12345。"))
    assert [item.text for item in found] == ["苏A·12345", "粤BD12345"]
    assert all(type(item) is Finding for item in found)
    assert "disclosure_plugins_vehicle_plate" not in sys.modules
    assert remote.starts == 1


def test_a_hanging_detector_is_killed_in_time_and_started_again(plugin):
    remote = plugin("detector_hangs")
    hangs = detector(remote, timeout=0.5)
    began = time.monotonic()
    with pytest.raises(PluginFault) as caught:
        hangs.detect(testing.part(TEXT))
    assert time.monotonic() - began < 3
    assert caught.value.code == "detector.timeout"
    assert [item.text for item in hangs.detect(testing.part("金丝雀"))] == ["金丝雀"]
    assert remote.starts == 2


def test_a_dying_process_is_a_fault_and_started_again(plugin):
    remote = plugin("detector_dies")
    dies = detector(remote)
    with pytest.raises(PluginFault) as caught:
        dies.detect(testing.part(TEXT))
    assert caught.value.code == "detector.crashed"
    assert [item.text for item in dies.detect(testing.part("金丝雀"))] == ["金丝雀"]


@pytest.mark.parametrize(
    ("name", "error"), [("detector_raises", "RuntimeError"), ("detector_exits", "SystemExit")]
)
def test_an_exception_comes_back_as_a_class_name_only(plugin, name: str, error: str):
    with pytest.raises(PluginFault) as caught:
        detector(plugin(name)).detect(testing.part(TEXT))
    assert caught.value.code == "detector.raised"
    assert error in caught.value.message
    assert TEXT not in repr(caught.value.as_json())


def test_nothing_that_a_plugin_prints_is_shown(plugin, capfd):
    assert detector(plugin("detector_prints")).detect(testing.part(TEXT)) == []
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_an_answer_that_runs_code_when_read_is_refused_unread(plugin, tmp_path: Path, monkeypatch):
    trap = tmp_path / "sprung"
    monkeypatch.setenv("SLY_FOLDER", str(trap))
    with pytest.raises(PluginFault) as caught:
        detector(plugin("detector_sly")).detect(testing.part(TEXT))
    assert caught.value.code == "detector.nonsense"
    assert not trap.exists()


def test_a_detector_that_fails_its_canary_is_not_offered(plugin):
    description = plugin("detector_deaf").describe()
    assert description.objects == ()
    assert description.unproved == ("detector_deaf.deaf",)
    assert [fault.code for fault in description.faults] == ["detector.canary"]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("not_importable", "plugin.import", "not_importable.py could not be imported (RuntimeError)"),
        ("exits_at_import", "plugin.import", "exits_at_import.py could not be imported (SystemExit)"),
        ("misspelt_hook", "plugin.hooks", "plugin misspelt_hook: there is no hook register_detector"),
        (
            "unmarked_hook",
            "plugin.hooks",
            "plugin unmarked_hook: register_detectors lacks the @hookimpl marker",
        ),
        (
            "default_argument",
            "plugin.hooks",
            "plugin default_argument: register_detectors gives an argument a default value",
        ),
        (
            "unknown_argument",
            "plugin.hooks",
            "plugin unknown_argument: a hook asks for an argument that the hook does not have",
        ),
        ("stages_of_others", "plugin.hooks", "plugin stages_of_others: only built-ins may register stages"),
        (
            "wraps_others",
            "plugin.hooks",
            "plugin wraps_others: register_detectors is a wrapper; wrappers could change other plugins' answers",
        ),
        (
            "bad_id",
            "plugin.nonsense",
            "bad_id gave an answer that cannot be used: an id has other characters than a-z, 0-9 and _.",
        ),
        ("twice", "plugin.duplicate", "twice.twin is registered twice"),
    ],
)
def test_a_plugin_that_would_be_silent_or_false_is_failed_by_name(plugin, name: str, code: str, words: str):
    description = plugin(name).describe()
    assert description.failed
    assert description.objects == ()
    assert [(fault.code, fault.message, fault.plugin) for fault in description.faults] == [
        (code, words, name)
    ]
    assert "一二三四" not in repr(description)


def test_a_plugin_that_never_finishes_loading_is_failed(plugin, tmp_path: Path):
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(600)\n", "utf-8")
    description = plugin("sleeper", tmp_path, load_timeout=1.0).describe()
    assert description.failed
    assert [fault.code for fault in description.faults] == ["plugin.timeout"]


def test_the_tokens_of_the_caller_are_not_given_to_a_plugin(plugin, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DISCLOSURE_TOKEN", "t0ken")
    (tmp_path / "curious.py").write_text(
        "import os\n__version__ = os.environ.get('DISCLOSURE_TOKEN', 'none')\n"
        "from disclosure_pipeline.hooks.hookspecs import hookimpl\n"
        "@hookimpl\ndef register_notifiers():\n    return []\n",
        "utf-8",
    )
    assert plugin("curious", tmp_path).describe().version == "none"


def test_a_plugin_ends_with_its_host_even_while_it_hangs(tmp_path: Path):
    script = tmp_path / "host.py"
    script.write_text(
        "import os, sys, threading, time\n"
        "from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from plugin_hosts import FAULTS, setup, source\n"
        "from disclosure_pipeline.hooks import testing\n"
        "from disclosure_pipeline.hooks.remote import RemotePlugin, proxy\n"
        "if __name__ == '__main__':\n"
        "    remote = RemotePlugin(source(FAULTS / 'detector_hangs.py'), setup(Path(sys.argv[1])))\n"
        "    hangs = proxy(remote, remote.describe().objects[0], 60.0).item\n"
        "    threading.Thread(target=hangs.detect, args=(testing.part('x'),), daemon=True).start()\n"
        "    time.sleep(0.3)\n"
        "    print(remote._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False
    )
    child = int(done.stdout)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _runs(child):
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z" and os.getpid() != pid
