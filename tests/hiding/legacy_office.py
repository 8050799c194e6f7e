"""Binary Office files as LibreOffice writes them, one for each program, with a placeholder in each place."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path

import olefile

from tests.hiding.msg_file import Tree, compound_file

_PREFIXES = {
    "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing", "fo": "xsl-fo-compatible",
    "svg": "svg-compatible", "meta": "meta", "presentation": "presentation",
}  # fmt: skip
_NAMESPACES = (
    " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for key, name in _PREFIXES.items()
    )
    + ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:xlink="http://www.w3.org/1999/xlink"'
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_KINDS = {"doc": ("fodt", "text"), "xls": ("fods", "spreadsheet"), "ppt": ("fodp", "presentation")}


def available() -> bool:
    """Whether LibreOffice is on this machine."""
    return shutil.which("soffice") is not None


def placeholder(number: int) -> str:
    """Words as long as a marker."""
    return f"占位文字{number:05d}"


def converted(source: bytes, suffix: str, target: str) -> bytes:
    """A file as LibreOffice saves it in another format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"source.{suffix}")
        path.write_bytes(source)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", target,
             "--outdir", f"{folder}/out", str(path)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return Path(folder, "out", f"source.{target}").read_bytes()


@cache
def base(kind: str) -> bytes:
    """The everyday document of a program (``doc``, ``xls``, ``ppt``), every place of it filled."""
    suffix, genre = _KINDS[kind]
    meta = (
        f"<office:meta><dc:title>{placeholder(1)}</dc:title><meta:keyword>{placeholder(2)}</meta:keyword>"
        f'<meta:user-defined meta:name="经办">{placeholder(3)}</meta:user-defined></office:meta>'
    )
    styles, body, masters = {"doc": _text, "xls": _sheets, "ppt": _slides}[kind]()
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_NAMESPACES} office:version="1.3" '
        f'office:mimetype="application/vnd.oasis.opendocument.{genre}">{meta}'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:{genre}>{body}</office:{genre}></office:body></office:document>"
    )
    return converted(xml.encode(), suffix, kind)


def _text() -> tuple[str, str, str]:
    styles = (
        '<style:style style:name="Unseen" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<style:page-layout style:name="pl"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/>'
        '<style:header-style/><style:footer-style/></style:page-layout>'
        '<style:style style:name="fr" style:family="graphic"/>'
    )  # fmt: skip
    masters = (
        '<style:master-page style:name="Standard" style:page-layout-name="pl"><style:header>'
        f"<text:p>{placeholder(10)}</text:p></style:header></style:master-page>"
    )
    who = "<dc:creator>审稿人</dc:creator><dc:date>2026-01-01T00:00:00</dc:date>"
    body = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>'
        f"{who}</office:change-info><text:p>{placeholder(11)}</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        f"<text:p>关于做好会务工作的通知{placeholder(12)}</text:p>"
        '<text:p>各有关单位：<text:change text:change-id="c1"/>请按时参加。'
        f"<office:annotation>{who}<text:p>{placeholder(13)}</text:p></office:annotation>"
        f'<text:note text:id="f1" text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body><text:p>{placeholder(14)}</text:p></text:note-body></text:note></text:p>"
        f'<text:p>正文<text:span text:style-name="Unseen">{placeholder(15)}</text:span>结束'
        f'<text:bookmark text:name="{placeholder(16)}"/></text:p>'
        f'<text:p><draw:frame draw:style-name="fr" text:anchor-type="paragraph" svg:width="6cm" svg:height="2cm">'
        f"<draw:text-box><text:p>{placeholder(17)}</text:p></draw:text-box></draw:frame></text:p>"
        f'<text:p><text:a xlink:type="simple" xlink:href="http://www.example.gov.cn/{placeholder(18)}">网址</text:a></text:p>'
        f"<table:table><table:table-row><table:table-cell><text:p>{placeholder(19)}</text:p></table:table-cell>"
        "</table:table-row></table:table><text:p/>"
    )
    return styles, body, masters


def _sheets() -> tuple[str, str, str]:
    styles = (
        '<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="unseen" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )

    def cell(text: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'
        )

    note = f"<office:annotation><text:p>{placeholder(21)}</text:p></office:annotation>"
    shape = (
        '<table:shapes><draw:frame svg:x="8cm" svg:y="1cm" svg:width="6cm" svg:height="2cm"><draw:text-box>'
        f"<text:p>{placeholder(25)}</text:p></draw:text-box></draw:frame></table:shapes>"
    )
    formula = f'table:formula="of:=IF(1&gt;2;&quot;{placeholder(22)}&quot;;&quot;正常&quot;)"'
    body = (
        f'<table:table table:name="预算" table:style-name="shown">{shape}'
        f"<table:table-row>{cell('项目')}{cell(placeholder(20))}{cell(placeholder(26))}</table:table-row>"
        f'<table:table-row><table:table-cell office:value-type="string">{note}<text:p>小计</text:p></table:table-cell>'
        f"{cell('正常', formula)}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{cell(placeholder(23))}</table:table-row></table:table>'
        f'<table:table table:name="草稿" table:style-name="unseen"><table:table-row>{cell(placeholder(24))}</table:table-row></table:table>'
        f'<table:named-expressions><table:named-range table:name="名称{placeholder(27)}" '
        'table:base-cell-address="$预算.$A$1" table:cell-range-address="$预算.$A$1"/></table:named-expressions>'
    )
    return styles, body, ""


def _slides() -> tuple[str, str, str]:
    styles = (
        '<style:page-layout style:name="pl"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout>'
        '<style:style style:name="gone" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
        '<style:style style:name="page" style:family="drawing-page"/>'
    )

    def box(text: str, more: str = "") -> str:
        return (
            f'<draw:frame svg:x="2cm" svg:y="2cm" svg:width="12cm" svg:height="3cm">{more}'
            f"<draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"
        )

    masters = f'<style:master-page style:name="M" style:page-layout-name="pl">{box(placeholder(30))}</style:master-page>'
    body = (
        f'<draw:page draw:name="p1" draw:master-page-name="M" draw:style-name="page">{box(placeholder(31))}'
        f"<presentation:notes>{box(placeholder(32))}</presentation:notes></draw:page>"
        f'<draw:page draw:name="p2" draw:master-page-name="M" draw:style-name="gone">{box(placeholder(33))}</draw:page>'
    )
    return styles, body, masters


def filled(data: bytes, number: int, marker: str) -> bytes:
    """The file with a placeholder replaced, in whatever encoding it stands."""
    words, found = placeholder(number), False
    for encoding in ("utf-16-le", "utf-8", "gb18030"):
        old, new = words.encode(encoding), marker.encode(encoding)
        found |= old in data
        data = data.replace(old, new)
    assert found, f"placeholder {number} is not in the file"
    return data


def streams(data: bytes) -> dict[str, bytes | Tree]:
    """The storages and streams of a compound file."""
    tree: dict[str, bytes | Tree] = {}
    with olefile.OleFileIO(BytesIO(data)) as file:
        for path in file.listdir():
            at = tree
            for name in path[:-1]:
                at = at.setdefault(name, {})  # type: ignore[assignment]
            at[path[-1]] = file.openstream(path).read()
    return tree


def rebuilt(data: bytes, **changes: bytes | Tree) -> bytes:
    """The file with streams and storages added or replaced."""
    return compound_file({**streams(data), **changes})
