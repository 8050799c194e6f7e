"""Letters to the clerk, in the department's outbox folder: receipt, return note, result.

The core fills a letter; a missing optional key leaves its line out. Keys of every letter:

=================  ==========================================================================
``key``            idempotency key, e.g. ``2026-000123/receipt/1``
``kind``           see below
``at``             UTC time of the event, ISO 8601; an older letter never replaces a newer one
``folder``         absolute path of the department's outbox
``case``           case number (收件号); may be missing only for ``refused`` and ``waiting``
``returned_folder``   absolute; default ``folder/退回`` (kinds ``returned``, ``refused``)
``published_folder``  absolute; default ``folder/已发布`` (kinds ``result``, ``withdrawn``)
=================  ==========================================================================

==============  =======================================  ==========================================
kind            file                                     further keys (``?`` optional)
==============  =======================================  ==========================================
``receipt``     ``<case>_收件回执.html``                  ``parts`` list of {``size``, ``sha256``,
                                                         ``name``?}; ``title``?; ``state``? (words)
``returned``    ``<case>_退回说明.html``                  ``reasons`` list of {``text``, ``place``?
                                                         (JSON of a place), ``file``?, ``quote``?,
                                                         ``article``?, ``suggestion``?}; ``title``?;
                                                         ``by``? (tier label); ``hidden``? whether a
                                                         reason is hidden content; ``files``? list of
                                                         (name, path) to give back as copies
``result``      ``<已发布>/<case>_办理结果.html``          ``address`` (public) or empty; ``title``?;
                                                         ``outcome``? (words); ``index_number``?
``withdrawn``   ``<已发布>/<case>_撤回通知.html``          ``reason``?; ``index_number``?; removes the
                                                         result letter, which names the title
``held``        ``<case>_移送说明.html``                  none: any other key is ignored; a receipt
                                                         that is there is made neutral too, other
                                                         letters and copies given back are removed
``refused``     ``<case>_未收取说明.html`` or              ``reasons`` as above; ``name``? (as
                ``未收取说明_<digest>.html``               dropped); ``files``?; ``drop``? (what the
                                                         digest is of; else the key)
``waiting``     ``待收说明_<digest>.html``                as ``refused``
``duplicate``   ``<case>_收件回执.html``               ``first_case``; ``title``?; ``joined``? (a
                                                          correction that became part of that case)
``taken_back``  ``<case>_撤件回执.html``                  ``title``?
``awaiting_     ``<case>_待投放正式件.html``              ``title``?
issue``
==============  =======================================  ==========================================

Never give ``quote``, ``title``, ``name`` or ``files`` for a suspected secret: the letter prints what
it is given. Idempotent by key: copies are written first and the letter last, so a letter that is
there with its key proves that everything was done, and a clerk's edits are not overwritten.

Threat model: clerks can write into the outbox. A letter replaces a link instead of following it,
subfolders that are links are refused, and what lies there is read without blocking and briefly.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.builtin.rendering import (
    beijing_time,
    environment,
    file_size,
    printable,
    utc_stamp,
)
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Event, PluginContext
from disclosure_pipeline.model.words import place_in_words

NAMES = {
    "receipt": "收件回执",
    "returned": "退回说明",
    "result": "办理结果",
    "withdrawn": "撤回通知",
    "held": "移送说明",
    "refused": "未收取说明",
    "waiting": "待收说明",
    "duplicate": "收件回执",
    "taken_back": "撤件回执",
    "awaiting_issue": "待投放正式件",
}
"""Kinds of letters and their names."""

RETURNED_FOLDER = "退回"
PUBLISHED_FOLDER = "已发布"

_OVERTAKEN_BY = {
    "receipt": "held", "returned": "held", "taken_back": "held", "awaiting_issue": "held", "result": "withdrawn",
}  # fmt: skip
"""Letters that name what a later letter took away: a late delivery must not bring it back."""

_TEMPLATES = Path(__file__).parent / "templates"
_HEAD_BYTES = 4096
_STALE = 3600.0
_KEY = re.compile(r'<meta name="letter-key" content="([^"]*)">')
_TIME = re.compile(r'<meta name="letter-time" content="([^"]*)">')


class OutboxNotifier:
    """Writes letters as printable HTML files.

    Args:
        context: uses the site settings (``name``, ``contact``).
    """

    id = "outbox"
    version = "1"

    def __init__(self, context: PluginContext) -> None:
        self._site = context.site

    def notify(self, event: Event, letter: Mapping[str, Any]) -> None:  # noqa: ARG002 -- the letter says all
        """Write one letter and give back what belongs to it; see the module's table.

        Raises:
            ChannelFault: ``letter.unknown`` kind, ``letter.incomplete``, ``outbox.link``,
                or ``channel.storage``.
        """
        kind = str(letter.get("kind", ""))
        if kind not in NAMES:
            raise ChannelFault("The outbox knows no letter of this kind.", code="letter.unknown")
        try:
            with files.storage_faults("the department's outbox"):
                self._deliver(kind, letter)
        except KeyError as error:
            raise ChannelFault(
                f"A letter of kind '{kind}' lacks {error}.", code="letter.incomplete"
            ) from None

    def _deliver(self, kind: str, letter: Mapping[str, Any]) -> None:
        path = _folder_of(kind, letter) / _file_name(kind, letter)
        _ready(path.parent, Path(letter["folder"]))
        if _settled(path, kind, letter):
            return
        if kind in ("returned", "refused"):
            _give_back(letter)
        if kind == "held":
            self._neutralise_receipt(letter)
            _take_away(letter)
        if kind == "withdrawn":
            files.remove(path.parent / f"{letter['case']}_{NAMES['result']}.html")
        files.write_atomic(path, self._render(kind, letter))

    def _neutralise_receipt(self, letter: Mapping[str, Any]) -> None:
        """Replace a receipt by one without names: what is held may be a secret, title included."""
        path = Path(letter["folder"]) / f"{letter['case']}_{NAMES['receipt']}.html"
        if path.is_symlink() or path.exists():
            neutral = {name: letter[name] for name in ("key", "at", "case")}
            files.write_atomic(path, self._render("receipt", {**neutral, "parts": []}))

    def _render(self, kind: str, letter: Mapping[str, Any]) -> bytes:
        template = environment(_TEMPLATES).get_template(f"{kind}.html.j2")
        html = template.render(
            site=self._site,
            name=NAMES[kind],
            key=letter["key"],
            stamp=_stamp(letter),
            time=beijing_time(letter["at"]),
            case=letter.get("case", ""),
            **_VALUES[kind](letter),
        )
        return printable(html).encode()


def _receipt(letter: Mapping[str, Any]) -> dict[str, Any]:
    parts = [
        {"name": part.get("name") or "", "size": file_size(part["size"]), "sha256": part["sha256"]}
        for part in letter["parts"]
    ]
    return {**_titled(letter), "parts": parts, "state": letter.get("state") or ""}


def _returned(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_titled(letter),
        "reasons": _reasons(letter),
        "by": letter.get("by") or "",
        "hidden": bool(letter.get("hidden")),
    }


def _result(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_titled(letter),
        "address": letter["address"] or "",
        "outcome": letter.get("outcome") or "",
        "index_number": letter.get("index_number") or "",
    }


def _withdrawn(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": letter.get("reason") or "", "index_number": letter.get("index_number") or ""}


def _refused(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {"reasons": _reasons(letter), "dropped": letter.get("name") or ""}


def _duplicate(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {**_titled(letter), "first_case": letter["first_case"], "joined": bool(letter.get("joined"))}


def _titled(letter: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": letter.get("title") or ""}


def _reasons(letter: Mapping[str, Any]) -> list[dict[str, str]]:
    optional = ("file", "quote", "article", "suggestion")
    return [
        {
            "text": reason["text"],
            "place": place_in_words(reason["place"]) if reason.get("place") else "",
            **{name: reason.get(name) or "" for name in optional},
        }
        for reason in letter["reasons"]
    ]


_VALUES = {
    "receipt": _receipt,
    "returned": _returned,
    "result": _result,
    "withdrawn": _withdrawn,
    "held": lambda _letter: {},
    "refused": _refused,
    "waiting": _refused,
    "duplicate": _duplicate,
    "taken_back": _titled,
    "awaiting_issue": _titled,
}


def _folder_of(kind: str, letter: Mapping[str, Any]) -> Path:
    if kind in ("result", "withdrawn"):
        return _subfolder(letter, "published_folder", PUBLISHED_FOLDER)
    return Path(letter["folder"])


def _subfolder(letter: Mapping[str, Any], key: str, default: str) -> Path:
    return Path(letter.get(key) or Path(letter["folder"]) / default)


def _file_name(kind: str, letter: Mapping[str, Any]) -> str:
    if letter.get("case"):
        return files.safe_name(f"{letter['case']}_{NAMES[kind]}.html")
    if kind not in ("refused", "waiting"):
        raise KeyError("case")
    drop = str(letter.get("drop") or letter["key"])
    digest = hashlib.sha256(drop.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{NAMES[kind]}_{digest}.html"


def _ready(folder: Path, outbox: Path) -> None:
    """Make a folder ready to write into.

    Raises:
        ChannelFault: ``outbox.link``, a subfolder of the outbox is a link and could lead anywhere.
    """
    if folder != outbox and folder.is_symlink():
        raise ChannelFault(
            "A subfolder of the department's outbox is a link.",
            code="outbox.link",
            advice="Remove the link; the folder is made anew by itself.",
        )
    files.make_folder(folder)
    files.sweep(folder, older_than=_STALE)


def _give_back(letter: Mapping[str, Any]) -> None:
    """Copy the returned draft for the clerk; names that fall together get a number."""
    pairs: Sequence[tuple[str, Path]] = letter.get("files") or ()
    if not pairs:
        return
    folder = _subfolder(letter, "returned_folder", RETURNED_FOLDER)
    _ready(folder, Path(letter["folder"]))
    prefix = f"{letter['case']}_" if letter.get("case") else ""
    taken: set[str] = set()
    for original, source in pairs:
        name = files.safe_name(original, prefix)
        number = 2
        while name.casefold() in taken:
            name = files.safe_name(original, f"{prefix}{number}_")
            number += 1
        taken.add(name.casefold())
        files.put(files.stage(Path(source), folder), folder / name)


def _take_away(letter: Mapping[str, Any]) -> None:
    """Remove what earlier letters told or gave back of a case that is now held: title, quotes, copies.

    The originals of the copies lie in quarantine with the case.
    """
    case, folder = letter["case"], Path(letter["folder"])
    published = _subfolder(letter, "published_folder", PUBLISHED_FOLDER)
    asked = ((kind, folder) for kind in ("returned", "taken_back", "awaiting_issue"))
    for kind, place in (*asked, ("result", published)):
        files.remove(place / f"{case}_{NAMES[kind]}.html")
    returned = _subfolder(letter, "returned_folder", RETURNED_FOLDER)
    if returned.is_dir() and not returned.is_symlink():
        for path in sorted(returned.iterdir()):
            if path.name.startswith(f"{case}_") and (path.is_symlink() or path.is_file()):
                files.remove(path)


def _settled(path: Path, kind: str, letter: Mapping[str, Any]) -> bool:
    """Whether the letter is there already, or a newer one has taken its place."""
    key, time = _head(path)
    if key == letter["key"] or time > _stamp(letter):
        return True
    if kind not in _OVERTAKEN_BY:
        return False
    newer = path.with_name(f"{letter['case']}_{NAMES[_OVERTAKEN_BY[kind]]}.html")
    return _head(newer)[1] >= _stamp(letter)


def _stamp(letter: Mapping[str, Any]) -> str:
    return utc_stamp(letter["at"], "microseconds")


def _head(path: Path) -> tuple[str, str]:
    """Key and time of the letter that is there; empty when there is none or it is something else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return "", ""
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return "", ""
        head = stream.read(_HEAD_BYTES).decode("utf-8", "replace")
    key, time = _KEY.search(head), _TIME.search(head)
    return unescape(key[1]) if key else "", unescape(time[1]) if time else ""
