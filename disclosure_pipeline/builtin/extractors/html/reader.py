"""Web pages: everything a reader of the page sees, and everything else in its source. Nothing is fetched."""

from __future__ import annotations

import re

from disclosure_pipeline.builtin.extractors.claims import HTML
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.html.page import read_page
from disclosure_pipeline.builtin.extractors.text.encoding import UNSURE, decode, is_plausible, load, strictly
from disclosure_pipeline.model.text import Text

_WIDE_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHINESE_CHARSETS = ("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80", "cp936", "ms936", "windows-936")
_HEAD = 1 << 16
_SEVEN_BITS = {"utf-7": "utf-7", "hz-gb-2312": "hz", "hz": "hz", "iso-2022-cn": "iso-2022-cn"}


class HtmlExtractor(BuiltinExtractor):
    """Reads HTML."""

    claim = HTML

    def read(self, source: Source, name: str) -> Text:
        """Read everything in the page.

        Raises:
            ExtractionFailed: ``text.encoding``, ``text.binary``, ``file.empty``, ``file.too_large``, ``file.broken``.
        """
        out = self._collector("text/html")
        check_suffix(out, name, self.claim.suffixes, "网页")
        text = decode_page(load(source, self._limits), out)
        read_page(out, text, part="page", settings=self._settings, depth=self._depth)
        return out.text()


def decode_page(data: bytes, out: Collector, told: str = "") -> str:
    """The source of a page: by byte order mark, by declared charset, then as plain text is decoded.

    Args:
        data: the page.
        out: gets a warning when the declaration is false, a doubt when nobody can be sure.
        told: charset that a mail or an archive tells, before the page's own.
    """
    encoding = next((encoding for mark, encoding in _WIDE_MARKS if data.startswith(mark)), "")
    if not encoding:
        declared = _CHARSET.search(data[:_HEAD])
        encoding = (told or (declared[1].decode("ascii") if declared else "")).lower()
        encoding = "gb18030" if encoding in _CHINESE_CHARSETS else encoding
    if encoding in _SEVEN_BITS or (data.isascii() and not encoding.startswith("utf-16")):
        text, found = decode(data)
        if found in UNSURE:
            out.doubt("text.encoding_unsure", "网页使用罕见的编码，多数程序不能正常显示，请人工查看原件。")
            return text
    text = (strictly(data, encoding) or "").removeprefix("\ufeff") if encoding else ""
    # Pages whose editor saved another encoding than they declare are common; some decode by chance.
    if text and (encoding != "gb18030" or is_plausible(text)):
        return text
    if encoding:
        out.warn("网页声明的编码与内容不符。")
    return decode(data)[0]
