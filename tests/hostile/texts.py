"""Texts and pages: what makes a pattern, a style sheet or a parser slow."""

# ruff: noqa: PLW0108  files are made when a test asks, not when it is collected
from __future__ import annotations

from collections.abc import Callable

from tests.hostile.case import ATTACHED, BOMB, BROKEN, LARGE, MARKER, PICTURE, READ, Hostile
from tests.hostile.zips import MEGA


def _lines(unit: str, number: int) -> Callable[[], bytes]:
    return lambda: (MARKER + "。\n" + unit * number).encode()


def cases() -> tuple[Hostile, ...]:
    """Every case."""
    ends = (READ, "text.invisible", *LARGE)
    units = {
        "〔": 300_000, "〔2026〕": 60_000, "1": 300_000, "1 ": 150_000, "密 ": 150_000, "机密★": 60_000,
        "绝": 200_000, "a@": 150_000, "a.": 150_000, "1-": 150_000, "（": 300_000, "\u200b": 300_000, "年月": 100_000,
        "县长王": 60_000, "0531-": 60_000, "６": 200_000, "★": 200_000, "\u3000": 300_000, "A1": 100_000,
        "联系人：": 60_000, "4111111111111111": 12_000, "11010119900307": 12_000,
    }  # fmt: skip
    found = [
        Hostile(f"one line of {unit!r}", ".txt", _lines(unit, number), ends) for unit, number in units.items()
    ]
    return (
        *found,
        Hostile("one line of 50 MB", ".txt", _lines("没有换行的一行字", 50 * MEGA // 24), LARGE),
        Hostile("lines without number", ".txt", _lines("\n", 3 * MEGA), ends),
        Hostile("a line of nul", ".txt", lambda: MARKER.encode() + b"\0" * MEGA, ("text.binary", "text.encoding", "file.unknown")),
        Hostile("page of open tags", ".html", lambda: (MARKER + "<b>" * 200_000).encode(), (*ends, *BROKEN, "file.partial")),
        Hostile("page of style sheets", ".html", lambda: (
            "<style>" + "a b c d e f{color:red}" * 8_000 + f"</style><p>{MARKER}" + "<a><b><c>" * 500).encode(), (
                *ends, *BROKEN, "file.partial")),
        Hostile("rules for every element", ".html", lambda: (
            "<style>" + "*{color:red}" * 3600 + "</style>" + f"<p>{MARKER}</p>" * 3000).encode(), LARGE),
        Hostile("style of brackets", ".html", lambda: (
            "<style>p{color:" + "(" * 200_000 + f"</style><p>{MARKER}</p>").encode(), BOMB),
        Hostile("page of selectors", ".html", lambda: (
            "<style>" + "".join(f":not(:not(.c{n} *)) ~ * + *{{display:none}}" for n in range(3000))
            + f"</style><p>{MARKER}</p>" + "<p class=c1>行</p>" * 3000).encode(), (*ends, "style.unsure",
                                                                                     "file.partial")),
        Hostile("rules in rules that double", ".html", lambda: (
            "<style>p{" + "&&&{" * 40 + "color:red" + "}" * 41 + f"</style><p>{MARKER}</p>").encode(), (
                *ends, "file.partial", "style.unsure", "style.unread")),
        Hostile("page of entities", ".html", lambda: (MARKER + "&#x41;&nbsp" * 100_000).encode(), ends),
        Hostile("picture in an address, without end", ".html", lambda: (
            f'<p>{MARKER}</p><img src="data:image/png;base64,{"A" * (8 * MEGA)}">').encode(), (
                *ends, *PICTURE, *ATTACHED)),
    )  # fmt: skip
