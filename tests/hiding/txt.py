"""Hiding places of plain text: encodings, invisible characters, escapes, Markdown, tables, JSON and XML."""

from __future__ import annotations

import base64
import codecs
import json
from collections.abc import Callable
from urllib.parse import quote

from tests.hiding.place import Hiding

_SHOWN = "各镇人民政府，县政府各部门：现将有关事项通知如下，请认真贯彻执行。\n"
_TRADITIONAL = "各鄉鎮公所：茲檢送本府會議紀錄，請依說明辦理，並請轉知所屬。\n"


def _iso2022(marker: str) -> bytes:
    words = "".join(char for char in "通知如下" + marker if not char.isascii()).encode("gb2312")
    digits = marker.lstrip("".join(char for char in marker if not char.isascii()))
    return b"\x1b$)A\x0e" + bytes(byte & 0x7F for byte in words) + b"\x0f" + digits.encode()


def _tags(marker: str) -> bytes:
    return (_SHOWN + "标题" + "".join(chr(0xE0000 + ord(char)) for char in marker)).encode()


def _selectors(marker: str) -> bytes:
    def selector(byte: int) -> str:
        return chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16)

    return (_SHOWN + "😀" + "".join(map(selector, marker.encode()))).encode()


def _zero_width_bits(marker: str) -> bytes:
    bits = "".join(f"{byte:08b}" for byte in marker.encode())
    return (_SHOWN + "标题" + bits.translate({48: "\u200b", 49: "\u200c"})).encode()


def _struck_over(marker: str) -> bytes:
    return (_SHOWN + "".join(f"{char}\b{char}" for char in marker)).encode()


def _rubbed_out(marker: str) -> bytes:
    return (_SHOWN + marker + "\b" * len(marker) + "公开公开公开公开公开公开公开公开").encode()


def _overwritten(marker: str) -> bytes:
    return (_SHOWN + f"甲乙 {marker}\r丙丁").encode()


def _escaped_json(marker: str) -> bytes:
    return json.dumps({"标题": "通知", "说明": [marker]}).encode()


_TXT: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    ("utf-8 with a mark", ("body",), lambda m: codecs.BOM_UTF8 + m.encode(), True, False),
    ("utf-16 with a mark", ("body",), lambda m: (_SHOWN + m).encode("utf-16"), True, False),
    ("utf-16-le", ("body",), lambda m: (_SHOWN + m).encode("utf-16-le"), True, False),
    ("utf-16-be", ("body",), lambda m: (_SHOWN + m).encode("utf-16-be"), True, False),
    ("ascii in utf-16", ("body",), lambda m: f"plain {m} words".encode("utf-16-le"), True, True),
    ("utf-32 with a mark", ("body",), lambda m: (_SHOWN + m).encode("utf-32"), True, False),
    ("gb18030", ("body",), lambda m: (_SHOWN + m).encode("gb18030"), True, False),
    ("big5", ("body",), lambda m: (_TRADITIONAL * 2 + m).encode("big5", "ignore"), True, True),
    ("utf-7", ("body",), lambda m: f"Notice: {m.encode('utf-7').decode()}\n".encode(), True, False),
    ("hz", ("body",), lambda m: ("Notice: " + m).encode("hz"), True, False),
    ("iso-2022-cn", ("body",), _iso2022, True, False),
    ("words broken by zero width", ("body",), lambda m: (_SHOWN + m).encode(), True, False),
    ("tag characters", ("hidden",), _tags, False, True),
    ("variation selectors", ("hidden",), _selectors, False, False),
    ("bits of zero width", ("hidden",), _zero_width_bits, False, False),
    ("terminal colours", ("body",), lambda m: (_SHOWN + f"\x1b[31m{m[:3]}\x1b[0m{m[3:]}").encode(), True, False),
    ("concealed by a terminal", ("hidden",), lambda m: (_SHOWN + f"甲\x1b[8m{m}\x1b[28m乙").encode(), False, False),
    ("title of a terminal", ("hidden",), lambda m: (_SHOWN + f"\x1b]0;{m}\x07甲").encode(), False, False),
    ("struck over", ("body",), _struck_over, True, False),
    ("rubbed out", ("hidden",), _rubbed_out, False, False),
    ("before a carriage return", ("body",), _overwritten, True, False),
    ("after many empty lines", ("body",), lambda m: (_SHOWN + "\n" * 3000 + m).encode(), True, False),
    ("far to the right", ("body",), lambda m: (_SHOWN + " " * 5000 + m).encode(), True, False),
    ("after the end mark", ("body", "hidden"), lambda m: (_SHOWN + f"\x1a{m}").encode(), True, False),
    ("base64", ("attachment",), lambda m: (_SHOWN + base64.encodebytes((_SHOWN * 3 + m).encode()).decode()).encode(), False, False),
    ("percent escapes", ("hidden",), lambda m: (_SHOWN + quote(m)).encode(), False, False),
    ("backslash escapes", ("hidden",), lambda m: (_SHOWN + json.dumps(m)).encode(), False, False),
    ("entities", ("hidden",), lambda m: (_SHOWN + "".join(f"&#{ord(char)};" for char in m)).encode(), False, False),
)  # fmt: skip

_OTHERS: tuple[tuple[str, str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    (".csv", "cell", ("table",), lambda m: f"姓名,电话\r\n王某,{m}\r\n".encode("gbk"), True, False),
    (".csv", "quoted cell", ("table",), lambda m: f'姓名,说明\r\n王某,"甲,乙\r\n{m}"\r\n'.encode(), True, False),
    (".csv", "row too long", ("table",), lambda m: f"甲,乙\r\n1,2,,,,,{m}\r\n".encode(), True, False),
    (".csv", "semicolons", ("table",), lambda m: f"姓名;数额\r\n王某;1,5\r\n李某;{m}\r\n".encode(), True, False),
    (".csv", "text after a quote", ("table",), lambda m: f'姓名,说明\r\n"王某"{m},乙\r\n'.encode(), True, False),
    (".csv", "quote without an end", ("table",), lambda m: f'姓名,说明\r\n王某,"乙\r\n{m}\r\n'.encode(), True, False),
    (".tsv", "cell", ("table",), lambda m: f"姓名\t电话\r\n王某\t{m}\r\n".encode("utf-16"), True, False),
    (".md", "paragraph", ("body",), lambda m: f"# 通知\n\n{m}\n".encode(), True, False),
    (".md", "front matter", ("metadata",), lambda m: f"---\ntitle: 通知\nnote: {m}\n---\n\n# 通知\n".encode(), False, False),
    (".md", "comment", ("comment",), lambda m: f"# 通知\n\n<!--\n{m}\n-->\n".encode(), False, False),
    (".md", "comment in a line", ("comment",), lambda m: f"# 通知\n\n甲<!-- {m} -->乙\n".encode(), False, False),
    (".md", "link definition", ("link",), lambda m: f'# 通知\n\n[1]: https://example.org "{m}"\n'.encode(), False, False),
    (".md", "comment by a link definition", ("link", "comment"), lambda m: f"# 通知\n\n[//]: # ({m})\n".encode(), False, False),
    (".md", "hidden element", ("hidden",), lambda m: f'# 通知\n\n<p hidden>{m}</p>\n'.encode(), False, False),
    (".md", "address of a link", ("body", "link"), lambda m: f"# 通知\n\n[甲](https://example.org/{m})\n".encode(), True, True),
    (".json", "string", ("body",), lambda m: json.dumps({"a": [m]}, ensure_ascii=False).encode(), True, False),
    (".json", "escaped string", ("body",), _escaped_json, True, False),
    (".json", "key", ("body",), lambda m: json.dumps({m: 1}).encode(), True, False),
    (".json", "second key of one name", ("body",), lambda m: f'{{"a": "{m}", "a": "乙"}}'.encode(), True, False),
    (".xml", "text", ("body",), lambda m: f'<?xml version="1.0"?><a><b>{m}</b></a>'.encode(), True, False),
    (".xml", "attribute", ("metadata",), lambda m: f'<?xml version="1.0"?><a n="{m}"><b>甲</b></a>'.encode(), False, False),
    (".xml", "comment", ("comment",), lambda m: f'<?xml version="1.0"?><a><b>甲</b></a><!-- {m} -->'.encode(), False, False),
    (".xml", "cdata", ("body",), lambda m: f'<?xml version="1.0"?><a><![CDATA[{m}]]></a>'.encode(), True, False),
    (".xml", "processing instruction", ("comment", "script"), lambda m: f'<?xml version="1.0"?><?n {m}?><a>甲</a>'.encode(), False, False),
    (".xml", "gbk text", ("body",), lambda m: f'<?xml version="1.0" encoding="gb2312"?><a>{m}</a>'.encode("gbk"), True, False),
    (".xml", "name of an element", ("name",), lambda m: f'<?xml version="1.0"?><a><{m}>甲</{m}></a>'.encode(), False, False),
    (".svg", "text", ("body",), lambda m: f'<svg xmlns="http://www.w3.org/2000/svg"><text>{m}</text></svg>'.encode(), True, False),
    (".svg", "description", ("alt", "metadata"), lambda m: f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><desc>{m}</desc><text>甲</text></svg>'.encode(), False, False),
)  # fmt: skip

PLACES: tuple[Hiding, ...] = (
    *(Hiding(name, ".txt", kinds, make, visible, narrow) for name, kinds, make, visible, narrow in _TXT),
    *(
        Hiding(name, suffix, kinds, make, visible, narrow)
        for suffix, name, kinds, make, visible, narrow in _OTHERS
    ),
)
