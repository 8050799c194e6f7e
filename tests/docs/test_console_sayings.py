"""What the console says of a refusal and of a fault: a code that comes up somewhere has its words, or a reason for none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import disclosure_pipeline
from disclosure_pipeline.console.operations import CURES
from disclosure_pipeline.console.sayings import REFUSED

PACKAGE = Path(disclosure_pipeline.__file__).parent

WRITTEN = re.compile(
    r'code="([a-z_.]+)"|^    code = "([a-z_.]+)"|_refused\([^()]*, "([a-z_.]+)"\)', re.MULTILINE
)
FOUND = re.compile(r'(?:code=|code = |Fault\(\s*|Doubt\(\s*)"([a-z_]+)\.[a-z_]+"')

NOT_FROM_A_SCREEN = {
    "account.taken": "accounts of the operating system are given on the command line",
    "already_repealed": "a repeal is registered on the command line",
    "backup.damaged": "backups are made on the command line",
    "channel.makes_nothing": "channels are made anew on the command line",
    "channel.missing": "found by a worker, shown as a fault of the channel",
    "channel.not_in_use": "channels are filled on the command line",
    "channel.none": "found by a worker, shown as a fault of the document",
    "guard": "rules are proposed on the command line",
    "incident.marking": "incidents are kept on the command line",
    "incident.open": "found by a worker, shown as a fault of the document",
    "lexicon.breaks": "rules are proposed on the command line",
    "not_dismissed": "rules are proposed on the command line",
    "not_replayed": "rules are proposed on the command line",
    "order.broken": "found by a worker, shown as a fault of the channel",
    "catalogue": "a catalogue is brought in on the command line",
    "hand_over": "lists are made on the command line",
    "index": "numbers of a platform are set on the command line",
    "item": "items are set on the command line",
    "relation": "corrections are related on the command line",
    "rescreen.running": "rescreening is started on the command line",
    "rules.changed": "rescreening is started on the command line",
    "rules.older": "found by a worker, shown as a fault of the channel",
    "scan.unreadable": "a path is given on the command line; the console takes uploads",
    "stage.nonsense": "found by a worker, shown as a fault of the document",
    "store.newer": "the program does not start",
    "term.length": "rules are proposed on the command line",
    "text.missing": "rules are proposed on the command line",
}
"""Codes, or families of them, that no page can tell, each with why."""

NO_FAULT = {
    "account": "refused to whoever asks", "catalogue": "refused to whoever asks", "index": "refused to whoever asks",
    "item": "refused to whoever asks", "backup": "refused to whoever asks", "clock": "refused to whoever asks",
    "carry": "told to whoever takes a bundle in",
    "decision": "refused to whoever asks", "deputy": "refused to whoever asks", "drop": "refused to whoever hands in",
    "entry": "refused to whoever asks", "errand": "refused to whoever asks", "guard": "refused to whoever asks",
    "hand_over": "refused to whoever asks", "letter": "kept with the letter, counted on the board", "pages": "told beside the text",
    "paper": "refused to whoever asks", "password": "refused to whoever asks", "relation": "refused to whoever asks",
    "review": "refused to whoever asks", "scan": "refused to whoever asks", "term": "refused to whoever asks", "upload": "refused to whoever hands in",
    "user": "refused to whoever asks",
}  # fmt: skip
"""Families of codes that are never kept as a fault of a document, a channel or a plugin, each with what they are."""


def read(folders: Iterable[str], pattern: re.Pattern[str]) -> Iterator[str]:
    for folder in folders:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            for found in pattern.findall(path.read_text("utf-8")):
                yield found if isinstance(found, str) else next(filter(None, found))


def test_every_refusal_has_its_words() -> None:
    raised = set(read(("pipeline", "store", "console"), WRITTEN))
    assert {"wrong_role", "vault.fault", "quote_unknown", "entry.refused", "day"} <= raised
    silent = {code for code in raised if code not in REFUSED}
    excused = {code for code in silent for name in (code, code.split(".")[0]) if name in NOT_FROM_A_SCREEN}
    assert silent - excused == set()


def test_every_general_refusal_has_its_words() -> None:
    general = set(
        re.findall(r'^    code = "([a-z_.]+)"', (PACKAGE / "errors.py").read_text("utf-8"), re.MULTILINE)
    )
    outside = {"config", "bad_token", "extract.failed", "plugin.fault", "channel.fault", "fenced", "locked"}
    assert general - set(REFUSED) == outside


def test_every_family_of_faults_has_its_cure() -> None:
    families = set(read(("builtin", "hooks", "pipeline", "store"), FOUND))
    assert {"extract", "clean", "artefact", "listing"} <= families
    assert families - set(CURES) - set(NO_FAULT) == set()
    assert set(CURES) & set(NO_FAULT) == set()
