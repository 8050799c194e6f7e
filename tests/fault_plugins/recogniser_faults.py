"""Engines that misbehave, one way each, and one that does what it should."""

import os
import socket
import time
from pathlib import Path

from disclosure_pipeline.hooks.contracts import RecognisedLine
from disclosure_pipeline.hooks.hookspecs import hookimpl

WORDS = "机密事项不得外传"


class Engine:
    version = "1"

    def __init__(self, name, answer):
        self.id = name
        self._answer = answer

    def recognise(self, raster):
        return self._answer(raster)


def _raises(raster):
    raise ValueError(WORDS)


def _connects(raster):
    socket.create_connection(("127.0.0.1", 9), timeout=1)
    return []


def _greedy(raster):
    held = bytearray(8 << 30)
    return [] if held else None


def _writes(raster):
    Path("recognised-words.txt").write_text(WORDS)
    return [RecognisedLine(WORDS, (0, 0, 1, 1), 1.0)]


@hookimpl
def register_recognisers():
    good = RecognisedLine("读出的一行", (0.0, 0.0, 10.0, 10.0), 0.9)
    return [
        Engine("good", lambda raster: [good]),
        Engine("blank", lambda raster: []),
        Engine("hangs", lambda raster: time.sleep(600)),
        Engine("dies", lambda raster: os._exit(3)),
        Engine("none", lambda raster: None),
        Engine("text", lambda raster: WORDS),
        Engine("boundless", lambda raster: [RecognisedLine("字", (0.0, 0.0, float("nan"), 1.0), 0.9)]),
        Engine("sure", lambda raster: [RecognisedLine("字", (0.0, 0.0, 1.0, 1.0), 7.0)]),
        Engine("raises", _raises),
        Engine("connects", _connects),
        Engine("greedy", _greedy),
        Engine("writes", _writes),
        Engine("counts", lambda raster: [RecognisedLine(str(os.getpid()), (0.0, 0.0, 1.0, 1.0), 0.9)]),
    ]
