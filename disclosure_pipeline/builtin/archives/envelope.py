"""The XML package of one document (电子文件封装包; DA/T 48-2009): all files of a bag and what is known of them, in one file.

It lies in the bag whose files it repeats, so the bag's digests cover it. It is written piece by piece, because files are
as large as offices make them; the same files and facts give the same bytes. What is not known is left out, except where
the standard wants an element to stand there empty. Nothing is signed here, so there is no 电子签名块: an archive that
takes packages over only with one signs them itself. What is written is described by ``envelope.xsd``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from disclosure_pipeline.builtin.rendering import printable
from disclosure_pipeline.errors import ChannelFault

NAME = "电子文件封装包.xml"
"""File name of the package in a bag's payload."""

SCHEMA = Path(__file__).parent / "envelope.xsd"
"""What packages look like."""

NAMESPACE = "http://www.saac.gov.cn/standards/ERM/encapsulation"

_VERSION = "2009"
_LINE = 57
_PIECE = _LINE << 14
"""Bytes encoded at once; whole lines of base64 (RFC 2045)."""

_ENCODING = "编码数据为计算机文件的 Base64 编码（IETF RFC 2045），反编码关键字记录还原后的文件扩展名"
_ALWAYS = frozenset({"立档单位名称", "保管期限", "题名", "责任者", "日期", "密级", "脱机载体编号"})
"""Elements that the standard wants also when nothing is known of them."""

_DESCRIBED = ("聚合层次", "来源", "电子文件号", "档号", "内容描述", "形式特征", "存储位置", "权限管理")


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of a package.

    Args:
        path: its path in the bag; also its name in the package, so that no two are alike.
        source: where its bytes lie.
        title: what people call it.
        media_type: its type, or empty.
        main: whether it is the 正文; ``None`` when that is not known.
    """

    path: str
    source: Path
    title: str
    media_type: str = ""
    main: bool | None = None


def envelope(record: Mapping[str, Any], files: Sequence[Packed], made: str, unit: str) -> Iterator[bytes]:
    """The bytes of a package, piece by piece.

    Args:
        record: DA/T 46 fields, as `metadata` gives them.
        files: its files, in order.
        made: when it was made, ``YYYY-MM-DDTHH:MM:SS`` with the offset of China.
        unit: full name of the unit that made it.
    """
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<电子文件封装包 xmlns="{NAMESPACE}">'
        "<封装包格式描述>本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成</封装包格式描述>"
        f"<版本>{_VERSION}</版本>"
        f'<被签名对象 eep版本="{_VERSION}">'
        "<封装包类型>原始型</封装包类型>"
        "<封装包类型描述>本封装包包含电子文件数据及其元数据，原始封装，未经修改</封装包类型描述>"
        f"<封装包创建时间>{made}</封装包创建时间>{_element('封装包创建单位', unit)}"
        "<封装内容><文件实体块><文件实体>"
    ).encode()
    yield "".join(_element(name, record[name]) for name in _DESCRIBED).encode()
    yield "<文件数据>\n".encode()
    for number, file in enumerate(files, 1):
        yield from _file(number, file)
    yield "</文件数据></文件实体></文件实体块>\n".encode()
    for name in ("业务实体", "机构人员实体"):
        entities = "".join(_element(name, item) for item in record[name])
        yield f"<{name}块>{entities}</{name}块>\n".encode()
    yield "</封装内容></被签名对象></电子文件封装包>\n".encode()


def contents(path: Path) -> dict[str, str]:
    """sha256 of every file in a package by its path, decoded from what really lies there.

    Args:
        path: the package.

    Raises:
        ChannelFault: it is no package that can be read (``archive.damaged``).
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.CharacterDataHandler = reader.read
    parser.EndElementHandler = reader.end
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, binascii.Error, ValueError):
        raise ChannelFault("An XML package cannot be read.", code="archive.damaged") from None
    return reader.found


class _Reader:
    """Decodes the files of a package while it is parsed."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name = ""
        self._inside = ""
        self._digest = hashlib.sha256()
        self._left = ""

    def begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._inside = name
        if name == "计算机文件名":
            self._name = ""
        elif name == "编码数据":
            self._digest, self._left = hashlib.sha256(), ""

    def read(self, text: str) -> None:
        if self._inside == "计算机文件名":
            self._name += text
        elif self._inside == "编码数据":
            self._decode(text)

    def end(self, name: str) -> None:
        if name == "编码数据":
            if self._left:
                raise ValueError("base64 ends in the middle of a group")
            self.found[self._name] = self._digest.hexdigest()
        self._inside = ""

    def _decode(self, text: str) -> None:
        letters = self._left + "".join(text.split())
        whole = len(letters) - len(letters) % 4
        self._digest.update(base64.b64decode(letters[:whole], validate=True))
        self._left = letters[whole:]


def _file(number: int, file: Packed) -> Iterator[bytes]:
    """One file with its bytes."""
    mark = f"修改0-文档{number}"
    stands = "" if file.main is None else _element("文档主从声明", "主文档" if file.main else "附属文档")
    facts = {
        "格式信息": file.media_type,
        "计算机文件名": file.path,
        "计算机文件大小": str(file.source.stat().st_size),
    }
    suffix = PurePosixPath(file.path).suffix.removeprefix(".").lower()
    yield (
        f"<文档><文档标识符>{mark}</文档标识符><文档序号>{number}</文档序号>{stands}{_element('题名', file.title)}"
        f'<文档数据 文档数据ID="{mark}-文档数据1"><编码 编码ID="{mark}-文档数据1-编码1">'
        f"{_element('电子属性', facts)}<编码描述>{_ENCODING}</编码描述>"
        f"{_element('反编码关键字', f'base64-{suffix}' if suffix else 'base64')}"
        f'<编码数据 编码数据ID="{mark}-文档数据1-编码1-编码数据">'
    ).encode()
    with file.source.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield base64.encodebytes(piece)
    yield "</编码数据></编码></文档数据></文档>\n".encode()


def _element(name: str, value: object) -> str:
    """An element with its text or its children; empty when nothing is known and it may be left out."""
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in value.items())
        return f"<{name}>{inner}</{name}>"
    text = escape(printable(str(value)))
    return f"<{name}>{text}</{name}>" if text or name in _ALWAYS else ""
