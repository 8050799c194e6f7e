"""Which styles make an element of a web page invisible: inline declarations and simple sheets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from disclosure_pipeline.builtin.extractors.collector import Collector

_HIDING = re.compile(
    r"""(?:^|[;{\s])(?:
        display\s*:\s*none | visibility\s*:\s*(?:hidden|collapse) | opacity\s*:\s*0?(?:\.0+)?\s*(?:[;!]|$)
        | font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:[;!]|$) | (?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}
        | color\s*:\s*(?:transparent|white|\#fff(?:fff)?|rgba\([^)]*,\s*0?(?:\.0+)?\s*\))\s*(?:[;!]|$)
        | clip\s*:\s*rect\(\s*0 | (?:max-)?(?:width|height)\s*:\s*0(?:px)?\s*(?:[;!]|$)
        | mso-hide\s*:\s*all
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BACKGROUND = re.compile(r"background(?:-color|-image)?\s*:\s*(?!none|transparent|white|#fff)", re.IGNORECASE)
_ONLY_COLOR = re.compile(r"color\s*:\s*(?:white|#fff(?:fff)?)", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"([a-zA-Z][\w-]*)?(?:\.([\w-]+)|#([\w-]+))?")


def is_hidden_style(declarations: str) -> bool:
    """Whether declarations (the text of ``style=""``) hide an element.

    White letters count as hidden unless the same declarations set a background.
    """
    if not declarations:
        return False
    if _BACKGROUND.search(declarations):
        declarations = _ONLY_COLOR.sub("", declarations)
    return _HIDING.search(declarations) is not None


class HiddenBySheet:
    """The selectors of a page's own style sheets that hide elements."""

    def __init__(self) -> None:
        self._selectors: set[tuple[str, str, str]] = set()

    def read(self, sheet: str, out: Collector) -> None:
        """Take a sheet in; a selector too complex to follow is a warning."""
        for selectors, declarations in _RULE.findall(_CSS_COMMENT.sub("", sheet)):
            if not is_hidden_style(declarations):
                continue
            for selector in selectors.split(","):
                match = _SIMPLE.fullmatch(selector.strip())
                if match and match[0]:
                    self._selectors.add((match[1] or "", match[2] or "", match[3] or ""))
                else:
                    out.warn("网页样式表以复杂的规则隐藏了部分内容，请人工查看。")

    def hides(self, tag: str, identity: str, classes: list[str]) -> bool:
        """Whether a rule hides an element with this name, ``id`` and classes."""
        return any(
            (not wanted_tag or wanted_tag.lower() == tag)
            and (not wanted_class or wanted_class in classes)
            and (not wanted_id or wanted_id == identity)
            for wanted_tag, wanted_class, wanted_id in self._selectors
        )
