"""Hiding places in OpenDocument text, sheets and slides, packed and flat: written by hand."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

from tests.hiding.place import Hiding
from tests.hiding.vocabulary import vocabulary

_PREFIXES = {
    "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing", "meta": "meta",
    "form": "form", "script": "script", "presentation": "presentation", "number": "datastyle", "config": "config",
    "manifest": "manifest", "anim": "animation", "chart": "chart",
}  # fmt: skip
_FOREIGN = {
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0", "xlink": "http://www.w3.org/1999/xlink",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0", "dc": "http://purl.org/dc/elements/1.1/",
    "ooo": "http://openoffice.org/2004/office", "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0", "m": "http://www.w3.org/1998/Math/MathML",
    "dom": "http://www.w3.org/2001/xml-events",
}  # fmt: skip
SPACES = " ".join(
    [
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in _PREFIXES.items()
    ]
    + [f'xmlns:{prefix}="{address}"' for prefix, address in _FOREIGN.items()]
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
EVERYDAY = "<text:p>关于印发政府信息公开工作要点的通知</text:p>"
_TYPES = {"odt": "text", "ods": "spreadsheet", "odp": "presentation", "ott": "text-template"}


def root(name: str, inside: str) -> bytes:
    """A member."""
    return f'{_HEAD}<office:{name} {SPACES} office:version="1.3">{inside}</office:{name}>'.encode()


def content(kind: str, body: str, styles: str = "", scripts: str = "") -> bytes:
    """``content.xml`` of a kind of document."""
    return root(
        "document-content",
        f"{scripts}<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>",
    )


def pack(suffix: str, parts: Mapping[str, bytes], *, comment: bytes = b"", entries: str = "") -> bytes:
    """The package, its type first and not packed, as the standard has it."""
    kind = f"application/vnd.oasis.opendocument.{_TYPES[suffix]}"
    listed = (
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{kind}"/>'
    )
    for name in parts:
        media_type = "text/xml" if name.endswith(".xml") else ""
        listed += f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{media_type}"/>'
    manifest = (
        f'{_HEAD}<manifest:manifest {SPACES} manifest:version="1.3">{listed}{entries}</manifest:manifest>'
    )
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        for name, data in {**parts, "META-INF/manifest.xml": manifest.encode()}.items():
            archive.writestr(name, data)
        archive.comment = comment
    return file.getvalue()


def odt(
    body: str = "", *, styles: str = "", scripts: str = "", masters: str = "", more: Mapping[str, bytes] | None = None,
    comment: bytes = b"", suffix: str = "odt", entries: str = "",
) -> bytes:  # fmt: skip
    """A text document with one everyday paragraph."""
    parts = {
        "content.xml": content("text", EVERYDAY + body, styles, scripts),
        "styles.xml": root("document-styles", f"<office:master-styles>{masters}</office:master-styles>"),
        "meta.xml": root(
            "document-meta", "<office:meta><meta:generator>LibreOffice/7.4</meta:generator></office:meta>"
        ),
        **(more or {}),
    }
    return pack(suffix, parts, comment=comment, entries=entries)


def cell(words: str, **attributes: str) -> str:
    """A table cell with text."""
    said = "".join(
        f' {key.replace("__", ":").replace("_", "-")}="{value}"' for key, value in attributes.items()
    )
    return f'<table:table-cell office:value-type="string"{said}><text:p>{words}</text:p></table:table-cell>'


def sheet(rows: str, *, name: str = "Sheet1", more: str = "") -> str:
    """A sheet."""
    return f'<table:table table:name="{name}"{more}>{rows}</table:table>'


def row(*cells: str, more: str = "") -> str:
    """A row."""
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


EVERYDAY_SHEET = sheet(row(cell("序号"), cell("名称")))


def ods(
    body: str = "", *, first: str = EVERYDAY_SHEET, styles: str = "", more: Mapping[str, bytes] | None = None
) -> bytes:
    """A spreadsheet with one everyday sheet."""
    return pack("ods", {"content.xml": content("spreadsheet", first + body, styles), **(more or {})})


def box(words: str, *, more: str = "", inside: str = "") -> str:
    """A frame with a text box."""
    return (
        f'<draw:frame svg:x="2cm" svg:y="2cm" svg:width="9cm" svg:height="2cm"{more}>'
        f"<draw:text-box><text:p>{words}</text:p></draw:text-box>{inside}</draw:frame>"
    )


def odp(body: str = "", *, slide: str = "", styles: str = "", masters: str = "", more: str = "") -> bytes:
    """Slides, one of them everyday."""
    first = f'<draw:page draw:name="page1" draw:master-page-name="Default"{more}>{box("工作汇报")}{slide}</draw:page>'
    layout = (
        '<style:page-layout style:name="PM1"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/>'
        "</style:page-layout>"
    )
    master = (
        f'<style:master-page style:name="Default" style:page-layout-name="PM1">{masters}</style:master-page>'
    )
    looks = f"<office:automatic-styles>{layout}</office:automatic-styles><office:master-styles>{master}</office:master-styles>"
    parts = {
        "content.xml": content("presentation", first + body, styles),
        "styles.xml": root("document-styles", looks),
    }
    return pack("odp", parts)


def flat(kind: str, body: str, *, meta: str = "") -> bytes:
    """A document in one XML file."""
    said = f'office:mimetype="application/vnd.oasis.opendocument.{kind}" office:version="1.3"'
    inside = f"<office:meta>{meta}</office:meta><office:body><office:{kind}>{EVERYDAY}{body}</office:{kind}></office:body>"
    return f"{_HEAD}<office:document {SPACES} {said}>{inside}</office:document>".encode()


def _style(name: str, properties: str, family: str = "text") -> str:
    return f'<style:style style:name="{name}" style:family="{family}">{properties}</style:style>'


def _styled(properties: str) -> Callable[[str], bytes]:
    return lambda m: odt(
        f'<text:p>公开<text:span text:style-name="T1">{m}</text:span></text:p>',
        styles=_style("T1", f"<style:text-properties {properties}/>"),
    )


def _changed(kind: str) -> Callable[[str], bytes]:
    def make(marker: str) -> bytes:
        info = "<office:change-info><dc:creator>经办人</dc:creator><dc:date>2026-01-05T10:00:00</dc:date></office:change-info>"
        gone = f"<text:p>{marker}</text:p>" if kind == "deletion" else ""
        region = f'<text:changed-region text:id="ct1"><text:{kind}>{info}{gone}</text:{kind}></text:changed-region>'
        points = (
            '<text:p>前<text:change text:change-id="ct1"/>后</text:p>' if kind == "deletion"
            else f'<text:p>前<text:change-start text:change-id="ct1"/>{marker}<text:change-end text:change-id="ct1"/>后</text:p>'
        )  # fmt: skip
        return odt(f"<text:tracked-changes>{region}</text:tracked-changes>{points}")

    return make


def _note(kind: str) -> Callable[[str], bytes]:
    return lambda m: odt(
        f'<text:p>正文<text:note text:note-class="{kind}"><text:note-citation>1</text:note-citation>'
        f"<text:note-body><text:p>{m}</text:p></text:note-body></text:note></text:p>"
    )


def _comment(words: str, who: str = "经办人") -> str:
    return f"<office:annotation><dc:creator>{who}</dc:creator><dc:date>2026-01-05</dc:date><text:p>{words}</text:p></office:annotation>"


def _master(region: str, more: str = "") -> Callable[[str], bytes]:
    return lambda m: odt(
        masters=f'<style:master-page style:name="Standard"><style:{region}{more}><text:p>{m}</text:p></style:{region}></style:master-page>'
    )


def _meta(inside: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda m: odt(more={"meta.xml": root("document-meta", f"<office:meta>{inside(m)}</office:meta>")})


def _member(name: str, data: Callable[[str], bytes]) -> Callable[[str], bytes]:
    return lambda m: odt(more={name: data(m)})


def _library(marker: str) -> bytes:
    return (
        f'{_HEAD}<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">'
        f'<script:module xmlns:script="http://openoffice.org/2000/script" script:name="M">Sub Main\n\' {marker}\nEnd Sub</script:module>'
    ).encode()


def _object(marker: str) -> bytes:
    inner = content("text", f"<text:p>{marker}</text:p>")
    frame = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    return odt(f"<text:p>{frame}</text:p>", more={"Object 1/content.xml": inner})


def _chart(marker: str) -> bytes:
    table = sheet(row(cell(marker)), name="local-table")
    inner = content(
        "chart", f"<chart:chart><chart:title><text:p>图表</text:p></chart:title>{table}</chart:chart>"
    )
    return ods(more={"Object 1/content.xml": inner})


def _formula_object(marker: str) -> bytes:
    inner = f'<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mtext>{marker}</mtext></semantics></math>'
    return odt(more={"Object 1/content.xml": inner.encode()})


def png(marker: str) -> bytes:
    """A small picture that describes itself."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    file, info = BytesIO(), PngInfo()
    info.add_itxt("Description", marker)
    Image.new("RGB", (40, 40), "white").save(file, "PNG", pnginfo=info)
    return file.getvalue()


def _setting(marker: str) -> bytes:
    item = f'<config:config-item config:name="PrinterName" config:type="string">{marker}</config:config-item>'
    return root(
        "document-settings",
        f'<office:settings><config:config-item-set config:name="ooo:x">{item}</config:config-item-set></office:settings>',
    )


def _signatures(marker: str) -> bytes:
    return (
        f'{_HEAD}<document-signatures xmlns="urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0">'
        f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo><X509Data><X509IssuerName>CN={marker}</X509IssuerName>'
        "</X509Data></KeyInfo></Signature></document-signatures>"
    ).encode()


def _form(attributes: str) -> str:
    return f'<office:forms><form:form form:name="F"><form:text form:name="T" {attributes}/></form:form></office:forms>'


def _row_hidden(more: str, styles: str = "") -> Callable[[str], bytes]:
    return lambda m: ods(first=sheet(row(cell("序号")) + row(cell(m), more=more)), styles=styles)


def _column_hidden(marker: str) -> bytes:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    return ods(first=sheet(columns + row(cell("序号"), cell(marker))))


def _sheet_hidden(marker: str) -> bytes:
    style = _style("ta2", '<style:table-properties table:display="false"/>', "table")
    return ods(sheet(row(cell(marker)), name="Sheet2", more=' table:style-name="ta2"'), styles=style)


def _slide_hidden(marker: str) -> bytes:
    style = _style("dp2", '<style:drawing-page-properties presentation:visibility="hidden"/>', "drawing-page")
    slide = f'<draw:page draw:name="page2" draw:style-name="dp2" draw:master-page-name="Default">{box(marker)}</draw:page>'
    return odp(slide, styles=style)


def _white_cell(marker: str) -> bytes:
    style = _style("ce1", '<style:text-properties fo:color="#ffffff"/>', "table-cell")
    return ods(first=sheet(row(cell("序号"), cell(marker, table__style_name="ce1"))), styles=style)


def _named_frame(marker: str) -> bytes:
    frame = box("框", more=f' draw:name="{marker}"')
    return odt(f"<text:p>{frame}</text:p>")


def _place(
    name: str,
    suffix: str,
    kinds: str,
    make: Callable[[str], bytes],
    *,
    visible: bool = False,
    narrow: bool = False,
) -> Hiding:
    return Hiding(name, f".{suffix}", tuple(kinds.split()), make, visible=visible, narrow=narrow)


def _ole(marker: str) -> bytes:
    data = base64.b64encode(odt(f"<text:p>{marker}</text:p>")).decode()
    return flat(
        "text",
        f"<text:p><draw:frame><draw:object-ole><office:binary-data>{data}</office:binary-data></draw:object-ole></draw:frame></text:p>",
    )


_TEXT_PLACES = (
    _place("paragraph", "odt", "body", lambda m: odt(f"<text:p>{m}</text:p>"), visible=True),
    _place("template", "ott", "body", lambda m: odt(f"<text:p>{m}</text:p>", suffix="ott"), visible=True),
    _place("deletion", "odt", "deletion", _changed("deletion")),
    _place("insertion", "odt", "body insertion", _changed("insertion"), visible=True),
    _place("comment", "odt", "comment", lambda m: odt(f"<text:p>文{_comment(m)}</text:p>")),
    _place("author of a comment", "odt", "metadata comment", lambda m: odt(f"<text:p>文{_comment('注', m)}</text:p>")),
    _place("hidden characters", "odt", "hidden", _styled('text:display="none"')),
    _place("white characters", "odt", "hidden", _styled('fo:color="#ffffff"')),
    _place("tiny characters", "odt", "hidden", _styled('fo:font-size="1pt"')),
    _place("transparent characters", "odt", "hidden", _styled('fo:color="#000000" loext:opacity="0%"')),
    _place("hidden paragraph", "odt", "hidden", lambda m: odt(f'<text:p><text:hidden-paragraph text:condition="ooow:1" text:is-hidden="true"/>{m}</text:p>')),
    _place("hidden text field", "odt", "hidden field", lambda m: odt(f'<text:p>文<text:hidden-text text:condition="ooow:1" text:string-value="{m}" text:is-hidden="true"/></text:p>')),
    _place("conditional text field", "odt", "field", lambda m: odt(f'<text:p><text:conditional-text text:string-value-if-true="甲" text:string-value-if-false="{m}">甲</text:conditional-text></text:p>')),
    _place("hidden section", "odt", "hidden", lambda m: odt(f'<text:section text:name="S" text:display="none"><text:p>{m}</text:p></text:section>')),
    _place("linked section", "odt", "link", lambda m: odt(f'<text:section text:name="S"><text:section-source xlink:href="file:///C:/{m}.odt"/></text:section>')),
    _place("user field", "odt", "field metadata", lambda m: odt(f'<text:user-field-decls><text:user-field-decl text:name="F" office:value-type="string" office:string-value="{m}"/></text:user-field-decls>')),
    _place("footnote", "odt", "footnote", _note("footnote"), visible=True),
    _place("endnote", "odt", "endnote", _note("endnote"), visible=True),
    _place("header", "odt", "header", _master("header"), visible=True),
    _place("footer of left pages", "odt", "footer", _master("footer-left"), visible=True),
    _place("header that is off", "odt", "hidden header", _master("header", ' style:display="false"')),
    _place("table cell", "odt", "table", lambda m: odt(f'<table:table table:name="表">{row(cell("甲"), cell(m))}</table:table>'), visible=True),
    _place("covered table cell", "odt", "hidden", lambda m: odt(f'<table:table>{row(cell("甲", table__number_columns_spanned="2"), f"<table:covered-table-cell><text:p>{m}</text:p></table:covered-table-cell>")}</table:table>')),
    _place("text box", "odt", "textbox", lambda m: odt(f"<text:p>{box(m)}</text:p>"), visible=True),
    _place("description of a picture", "odt", "alt", lambda m: odt(f"<text:p>{box('框', inside=f'<svg:desc>{m}</svg:desc>')}</text:p>")),
    _place("title of a picture", "odt", "alt", lambda m: odt(f"<text:p>{box('框', inside=f'<svg:title>{m}</svg:title>')}</text:p>")),
    _place("name of a frame", "odt", "name", _named_frame),
    _place("bookmark", "odt", "name", lambda m: odt(f'<text:p><text:bookmark text:name="{m}"/>文</text:p>')),
    _place("link", "odt", "link", lambda m: odt(f'<text:p><text:a xlink:href="http://a.cn/{m}">文</text:a></text:p>')),
    _place("ruby", "odt", "body", lambda m: odt(f"<text:p><text:ruby><text:ruby-base>文</text:ruby-base><text:ruby-text>{m}</text:ruby-text></text:ruby></text:p>"), visible=True),
    _place("form control", "odt", "form", lambda m: odt(_form(f'form:current-value="{m}"'))),
    _place("label of a form control", "odt", "form", lambda m: odt(_form(f'form:label="{m}"'))),
    _place("script in a paragraph", "odt", "script", lambda m: odt(f'<text:p><text:script script:language="x">{m}</text:script></text:p>')),
    _place("event", "odt", "script link", lambda m: odt(scripts=f'<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:href="vnd.sun.star.script:{m}"/></office:event-listeners></office:scripts>')),
    _place("description of a placeholder", "odt", "form", lambda m: odt(f'<text:p><text:placeholder text:placeholder-type="text" text:description="{m}">&lt;x&gt;</text:placeholder></text:p>'), narrow=True),
    _place("font in ASCII", "odt", "unplaced name", lambda m: odt(styles=f'<style:style style:name="T9" style:family="text"><style:text-properties fo:font-family="{m}"/></style:style>'), narrow=True),
    _place("index mark", "odt", "name field unplaced", lambda m: odt(f'<text:p><text:alphabetical-index-mark text:string-value="{m}"/>文</text:p>')),
    _place("unknown element", "odt", "unplaced", lambda m: odt(f'<x:memo xmlns:x="urn:x">{m}</x:memo>')),
    _place("unknown attribute", "odt", "unplaced", lambda m: odt(f'<text:p loext:memo="{m}">文</text:p>')),
    _place("XML comment", "odt", "unplaced", lambda m: odt(f"<!--{m}--><text:p>文</text:p>")),
    _place("style of an odd name", "odt", "name", lambda m: odt(styles=_style(m, ""))),
    _place("title", "odt", "metadata", _meta(lambda m: f"<dc:title>{m}</dc:title>")),
    _place("user-defined property", "odt", "metadata", _meta(lambda m: f'<meta:user-defined meta:name="来源">{m}</meta:user-defined>')),
    _place("name of a user-defined property", "odt", "metadata", _meta(lambda m: f'<meta:user-defined meta:name="{m}">x</meta:user-defined>')),
    _place("template address", "odt", "link", _meta(lambda m: f'<meta:template xlink:href="../{m}.ott" xlink:title="t"/>')),
    _place("setting", "odt", "metadata", _member("settings.xml", _setting)),
    _place("Basic", "odt", "script", _member("Basic/Standard/M.xml", _library)),
    _place("Python script", "odt", "script", _member("Scripts/python/a.py", lambda m: f"# {m}\n".encode())),
    _place("embedded object", "odt", "attachment textbox", _object),
    _place("embedded formula", "odt", "formula attachment textbox", _formula_object),
    _place("thumbnail's description", "odt", "metadata", _member("Thumbnails/thumbnail.png", png)),
    _place("picture's description", "odt", "metadata", _member("Pictures/1.png", png)),
    _place("earlier version", "odt", "attachment", _member("Versions/Version1", lambda m: odt(f"<text:p>{m}</text:p>"))),
    _place("note on a version", "odt", "metadata", _member("VersionList.xml", lambda m: f'<v:version-list xmlns:v="http://openoffice.org/2001/versions-list"><v:version-entry v:title="Version1" v:comment="{m}"/></v:version-list>'.encode())),
    _place("RDF", "odt", "metadata", _member("manifest.rdf", lambda m: f'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="x"><label>{m}</label></r:Description></r:RDF>'.encode())),
    _place("document signature", "odt", "signature", _member("META-INF/documentsignatures.xml", _signatures)),
    _place("orphan member", "odt", "attachment unplaced", _member("x/note.txt", lambda m: m.encode())),
    _place("orphan XML", "odt", "unplaced", _member("x/flow.xml", lambda m: f"<flow><step>{m}</step></flow>".encode())),
    _place("manifest entry", "odt", "name unplaced", lambda m: odt(entries=f'<manifest:file-entry manifest:full-path="{m}.xml"/>')),
    _place("zip comment", "odt", "metadata", lambda m: odt(comment=m.encode())),
    _place("flat text", "fodt", "body", lambda m: flat("text", f"<text:p>{m}</text:p>"), visible=True),
    _place("flat metadata", "fodt", "metadata", lambda m: flat("text", "", meta=f"<dc:subject>{m}</dc:subject>")),
    _place("flat embedded file", "fodt", "attachment", _ole),
)  # fmt: skip

_SHEET_PLACES = (
    _place("cell", "ods", "table", lambda m: ods(first=sheet(row(cell("序号"), cell(m)))), visible=True),
    _place("repeated cell", "ods", "table", lambda m: ods(first=sheet(row(cell(m, table__number_columns_repeated="3")))), visible=True),
    _place("cell value that is not shown", "ods", "hidden", lambda m: ods(first=sheet(row(f'<table:table-cell office:value-type="string" office:string-value="{m}"><text:p>*</text:p></table:table-cell>')))),
    _place("hidden sheet", "ods", "hidden", _sheet_hidden),
    _place("hidden row", "ods", "hidden", _row_hidden(' table:visibility="collapse"')),
    _place("filtered row", "ods", "hidden", _row_hidden(' table:visibility="filter"')),
    _place("row of no height", "ods", "hidden", _row_hidden(' table:style-name="ro0"', _style("ro0", '<style:table-row-properties style:row-height="0cm"/>', "table-row"))),
    _place("hidden column", "ods", "hidden", _column_hidden),
    _place("white cell", "ods", "hidden", _white_cell),
    _place("comment on a cell", "ods", "comment", lambda m: ods(first=sheet(row(f'<table:table-cell office:value-type="string">{_comment(m)}<text:p>序</text:p></table:table-cell>')))),
    _place("words in a formula", "ods", "formula", lambda m: ods(first=sheet(row(cell("甲", table__formula=f"of:=IF(1;&quot;甲&quot;;&quot;{m}&quot;)"))))),
    _place("name of a sheet", "ods", "name", lambda m: ods(first=sheet(row(cell("序号")), name=m))),
    _place("named range", "ods", "name", lambda m: ods(f'<table:named-expressions><table:named-range table:name="{m}" table:cell-range-address="$Sheet1.$A$1"/></table:named-expressions>')),
    _place("named expression", "ods", "formula", lambda m: ods(f'<table:named-expressions><table:named-expression table:name="x" table:expression="of:=&quot;{m}&quot;"/></table:named-expressions>')),
    _place("database range", "ods", "name", lambda m: ods(f'<table:database-ranges><table:database-range table:name="{m}" table:target-range-address="Sheet1.A1:Sheet1.B1"/></table:database-ranges>')),
    _place("filter value", "ods", "field formula unplaced", lambda m: ods(f'<table:database-ranges><table:database-range table:target-range-address="Sheet1.A1"><table:filter><table:filter-condition table:value="{m}" table:operator="="/></table:filter></table:database-range></table:database-ranges>')),
    _place("help of a validation", "ods", "form", lambda m: ods(f'<table:content-validations><table:content-validation table:name="v"><table:help-message table:title="t"><text:p>{m}</text:p></table:help-message></table:content-validation></table:content-validations>')),
    _place("validation list", "ods", "formula form", lambda m: ods(f'<table:content-validations><table:content-validation table:name="v" table:condition="of:cell-content-is-in-list(&quot;{m}&quot;)"/></table:content-validations>')),
    _place("scenario comment", "ods", "comment", lambda m: ods(sheet(f'<table:scenario table:scenario-ranges="A1" table:is-active="true" table:comment="{m}"/>' + row(cell("1")), name="S"))),
    _place("tracked cell change", "ods", "deletion", lambda m: ods(f'<table:tracked-changes><table:cell-content-change table:id="c1"><table:previous><table:change-track-table-cell><text:p>{m}</text:p></table:change-track-table-cell></table:previous></table:cell-content-change></table:tracked-changes>')),
    _place("external link's cache", "ods", "cache hidden", lambda m: ods(sheet(f'<table:table-source xlink:href="b.ods" table:table-name="B"/>{row(cell(m))}', name="\'file:///b.ods\'#B"))),
    _place("number format", "ods", "field", lambda m: ods(styles=f'<number:number-style style:name="N1"><number:text>{m}</number:text></number:number-style>')),
    _place("chart data", "ods", "table cache textbox", _chart),
    _place("text box on a sheet", "ods", "textbox", lambda m: ods(first=sheet(f"<table:shapes>{box(m)}</table:shapes>" + row(cell("1")))), visible=True),
)  # fmt: skip

_SLIDE_PLACES = (
    _place("slide", "odp", "body textbox", lambda m: odp(slide=box(m)), visible=True),
    _place("table on a slide", "odp", "table", lambda m: odp(slide=f"<draw:frame>{sheet(row(cell(m)))}</draw:frame>"), visible=True),
    _place("speaker's notes", "odp", "note", lambda m: odp(slide=f"<presentation:notes>{box(m)}</presentation:notes>")),
    _place("hidden slide", "odp", "hidden", _slide_hidden),
    _place("name of a slide", "odp", "name", lambda m: odp(f'<draw:page draw:name="{m}">{box("乙")}</draw:page>')),
    _place("off the slide", "odp", "hidden", lambda m: odp(slide=box(m).replace('svg:x="2cm"', 'svg:x="40cm"'))),
    _place("shape that is not shown", "odp", "hidden", lambda m: odp(slide=box(m, more=' draw:display="none"'))),
    _place("comment on a slide", "odp", "comment", lambda m: odp(slide=_comment(m))),
    _place("declared footer", "odp", "footer field", lambda m: odp(f'<presentation:footer-decl presentation:name="f">{m}</presentation:footer-decl>'), visible=True),
    _place("text on the master", "odp", "body textbox header", lambda m: odp(masters=box(m)), visible=True),
    _place("notes on the master", "odp", "note", lambda m: odp(masters=f"<presentation:notes>{box(m)}</presentation:notes>")),
    _place("custom show", "odp", "name", lambda m: odp(f'<presentation:settings><presentation:show presentation:name="{m}" presentation:pages="page1"/></presentation:settings>')),
    _place("flat slides", "fodp", "body textbox", lambda m: flat("presentation", f'<draw:page draw:name="page1">{box(m)}</draw:page>'), visible=True),
)  # fmt: skip

_NAMES = vocabulary(
    ".odt", odt, where="content.xml",
    spots={"content.xml": ("<office:document-content", "</office:document-content>"), "styles.xml": ("<office:document-styles", "")},
)  # fmt: skip

PLACES: tuple[Hiding, ...] = (*_TEXT_PLACES, *_SHEET_PLACES, *_SLIDE_PLACES, *_NAMES)
