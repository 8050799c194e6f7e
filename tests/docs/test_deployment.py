"""Container, compose and systemd files, as far as they can be proved without their engines."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/disclosure.service"


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """(instruction, arguments) in order, continuation lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    return loaded


def test_the_image_runs_as_nobody_special_with_a_health_check(dockerfile: list[tuple[str, str]]) -> None:
    last = dict(dockerfile)
    assert last["USER"] == "10001:10001"
    assert last["VOLUME"] == "/data"
    assert "/healthz" in last["HEALTHCHECK"]
    assert last["ENTRYPOINT"] == '["disclosure"]'
    # Nothing is run as root after the account is set, and nothing is fetched from an address.
    names = [name for name, _ in dockerfile]
    assert "RUN" not in names[names.index("USER") :]
    assert not [arguments for _, arguments in dockerfile if re.search(r"https://|index-url", arguments)]


def test_the_image_installs_only_what_is_checked_by_hash(dockerfile: list[tuple[str, str]]) -> None:
    installs = [arguments for name, arguments in dockerfile if name == "RUN" and "pip install" in arguments]
    assert len(installs) == 1
    assert "--require-hashes -r requirements/build.txt" in installs[0]


def test_compose_runs_a_database_the_daemon_and_a_worker(services: dict[str, Any]) -> None:
    assert set(services) == {"database", "daemon", "worker"}
    assert services["daemon"]["command"][0] == "run"
    assert services["worker"]["command"][0] == "work"
    for name in ("daemon", "worker"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
        assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
    # Reachable from this machine only, until the operator decides otherwise.
    assert services["daemon"]["ports"] == ["127.0.0.1:8230:8230"]
    assert "ports" not in services["database"]


def test_no_password_is_written_down() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    assert (
        re.findall(r"PASSWORD: (.*)", text)
        == [
            "${DISCLOSURE_DB_PASSWORD:?set a password for the database}",
        ]
        * 2
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("User", "disclosure"),
        ("UMask", "0077"),
        ("LimitCORE", "0"),
        ("NoNewPrivileges", "yes"),
        ("PrivateTmp", "yes"),
        ("ProtectHome", "yes"),
        ("ProtectSystem", "strict"),
        ("StateDirectory", "disclosure"),
        ("CapabilityBoundingSet", ""),
    ],
)
def test_the_systemd_unit_is_hardened(option: str, value: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text("utf-8"))
    assert unit["Service"][option] == value


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    # The program is not installed where the unit looks for it; any program stands in for its path.
    text = UNIT.read_text("utf-8").replace("/opt/disclosure-pipeline/venv/bin/disclosure", "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
