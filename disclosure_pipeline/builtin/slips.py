"""What the department says about its draft: from ``slip.toml``, the 拟稿单 form, the document itself.

Each reader fills in what stands there and nothing else: what is blank, ticked twice or not
understood stays ``None``, and the draft goes back with a question. The caller merges the slips,
stronger source first (:meth:`Slip.merged`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from disclosure_pipeline.builtin.forms import has_unclear_tick, read_form
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.document import Slip
from disclosure_pipeline.model.policy import Ground, RuleBook
from disclosure_pipeline.model.reading import (
    case_number_in,
    find_date,
    find_document_number,
    find_issuer,
    find_notes,
    find_title,
    fold,
    parse_date,
)
from disclosure_pipeline.model.text import Text

__all__ = [
    "KEYS", "SlipInvalid", "StatedGround", "case_number_in", "has_unclear_tick", "read_form", "read_ground",
    "read_notes", "read_slip_toml",
]  # fmt: skip

KEYS = tuple(item.name for item in fields(Slip) if item.name not in ("issuer", "source"))
"""Keys of ``slip.toml`` that say something about the draft."""

_PASSWORD = "password"  # noqa: S105 - the key of one; it is used where the files are read, and kept nowhere
_ACCEPTED = (*KEYS, _PASSWORD)


class SlipInvalid(ExtractionFailed):
    """The slip cannot be used; message and advice are Chinese, for the return note."""

    code = "slip.invalid"
    advice = f"可用的键：{'、'.join(_ACCEPTED)}。请改正 slip.toml 后重新投递。"


# -------------------------------------------------------------------- slip.toml


def read_slip_toml(content: bytes) -> Slip:
    """Read a ``slip.toml``.

    Raises:
        SlipInvalid: no TOML, an unknown key, a value of the wrong type, a date or case number that
            is none. The message names keys only, never values.
    """
    try:
        data = tomllib.loads(_decoded(content))
    except tomllib.TOMLDecodeError:
        raise SlipInvalid("slip.toml 不是有效的 TOML 文件。") from None
    if unknown := sorted(set(data) - set(_ACCEPTED)):
        # A key is shown only when it looks like one; anything else may be text of the draft.
        name = next((f"“{key}”" for key in unknown if re.fullmatch(r"[A-Za-z_]{1,30}", key)), "")
        raise SlipInvalid(f"slip.toml 中有无法识别的键{name}。")
    values: dict[str, Any] = {}
    data.pop(_PASSWORD, None)
    for key, value in data.items():
        try:
            values[key] = _READERS.get(key, _words)(value)
        except ValueError:
            raise SlipInvalid(f"slip.toml 中“{key}”的值不符合要求。") from None
    return Slip(**values, source="toml")


def _decoded(content: bytes) -> str:
    """UTF-8 as TOML wants it, or what an office's editor may write instead."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SlipInvalid("slip.toml 的文字编码无法识别，请存为 UTF-8。")


def _words(value: object) -> str | None:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - told to the clerk like every other wrong value
    return value.strip() or None


def _day(value: object) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    words = _words(value)
    if words is None:
        return None
    day = parse_date(words)
    if day is None:
        raise ValueError("not a date")
    return day.isoformat()


def _case(value: object) -> str | None:
    words = _words(value)
    if words is not None and case_number_in(words) != fold(words):
        raise ValueError("not a case number")
    return words and fold(words)


def _bodies(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004 - as above
    return tuple(body for body in map(_words, value) if body)


_READERS: Mapping[str, Callable[[object], Any]] = {"date": _day, "case": _case, "joint_bodies": _bodies}


# ------------------------------------------------------------------ the document


def read_notes(text: Text, rulebook: RuleBook) -> Slip:
    """What the document says about itself.

    Args:
        text: the main document.
        rulebook: rules of the forms ``note``, ``not_title``, ``letterhead``, ``title_start``,
            ``title_end`` and ``document_number``, and that of signatures.

    Returns:
        Title, document number, date, signature, and the attribute when the notes that stand alone
        (此件公开发布) agree on one.
    """
    title = find_title(text, rulebook)
    day = find_date(text)
    notes = find_notes(text, rulebook.of_form("note"))
    attributes = {note.rule.attribute for note in notes if note.alone}
    return Slip(
        title=title.words if title else None,
        attribute=attributes.pop() or None if len(attributes) == 1 else None,
        document_number=find_document_number(text, rulebook),
        date=day.isoformat() if day else None,
        issuer=find_issuer(text, rulebook),
        source="note",
    )


# ----------------------------------------------------------------------- grounds


@dataclass(frozen=True, slots=True)
class StatedGround:
    """不予公开理由 as stated: the ground of the closed list, and the free text that goes with it."""

    ground: Ground | None
    reason: str


def read_ground(slip: Slip, rulebook: RuleBook) -> StatedGround:
    """Which ground a slip states.

    The ground may be a code, a title or an alias, alone or followed by the reason
    (``过程性信息：尚在讨论``). Nothing is inferred from free text.
    """
    stated = (slip.ground or slip.reason or "").strip()
    own_reason = slip.reason or "" if slip.ground else ""
    whole = rulebook.ground(fold(stated))
    if whole is not None:
        return StatedGround(whole, own_reason)
    head, _, rest = re.sub(r"[\s：:，,；;。（(]+", "\n", stated, count=1).partition("\n")
    ground = rulebook.ground(fold(head)) if head else None
    if ground is None:
        return StatedGround(None, own_reason)
    return StatedGround(ground, own_reason or rest.rstrip("）) "))
