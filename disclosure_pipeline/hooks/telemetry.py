"""What libraries are told so that they report nothing to their makers and leave no mark of theirs in a home folder."""

from __future__ import annotations

import os

_OFF = {"ORT_DISABLE_TELEMETRY": "1", "ORT_TELEMETRY_DISABLED": "1"}
"""A newer onnxruntime writes an identifier of the machine and sends events as soon as it is imported."""


def switch_off() -> None:
    """Tell them, in this process; call it directly before such a library is imported."""
    os.environ.update(_OFF)
