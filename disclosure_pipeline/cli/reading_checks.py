"""The checks of `disclosure doctor` about reading files: confinement, LibreOffice, recognition."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from disclosure_pipeline.cli.checks import Check, Patient

_PACKAGES = {"builtin.rapidocr": ("rapidocr", "onnxruntime")}
_PROGRAMS = {"builtin.tesseract": "tesseract"}


def confinement(_patient: Patient) -> Iterator[Check]:
    """Whether this machine's kernel can confine the processes in which files are read."""
    from disclosure_pipeline.hooks.confinement import available

    able = available()
    said = f"network {_yes(able.network)}, files {_yes(able.files)}"
    if able.network and able.files:
        yield Check("confinement", "ok", said)
        return
    yield Check(
        "confinement", "warning", said,
        "Sandbox processes are limited, but not shut off: run on Linux 5.13 or later with Landlock and seccomp "
        "(x86_64 or aarch64), or keep the service manager's confinement.",
    )  # fmt: skip


def office(patient: Patient) -> Iterator[Check]:
    """Whether LibreOffice is there, which converts legacy formats."""
    name = patient.settings.extraction.office
    if not name:
        yield Check("office", "ok", "switched off: legacy formats are undetermined")
    elif shutil.which(name):
        yield Check("office", "ok", name)
    else:
        advice = "Install LibreOffice (writer, calc, impress) or set [extraction] office; until then they are undetermined."
        yield Check(
            "office",
            "warning",
            f"{name} is not there: legacy formats (doc, xls, ppt) are undetermined",
            advice,
        )


def recognition(patient: Patient) -> Iterator[Check]:
    """Whether an engine for words in pictures is there."""
    settings = patient.settings.recognition
    if not settings.enabled:
        yield Check("recognition", "ok", "switched off: scans and pictures are undetermined")
        return
    missing = [name for name in settings.engines if not _engine_is_there(name)]
    present = [name for name in settings.engines if name not in missing]
    if present:
        yield Check("recognition", "ok", ", ".join(present))
    for name in missing:
        advice = "Install it, or take it out of [recognition] engines."
        rest = "" if present else ": scans and pictures are undetermined"
        yield Check("recognition", "warning", f"{name} is not installed{rest}", advice)


def _engine_is_there(name: str) -> bool:
    """Whether a built-in engine's libraries are installed; a plugin's engine answers for itself."""
    packages, program = _PACKAGES.get(name, ()), _PROGRAMS.get(name)
    return all(find_spec(package) for package in packages) and (
        program is None or bool(shutil.which(program))
    )


def _yes(able: bool) -> str:
    return "yes" if able else "no"
