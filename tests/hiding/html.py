"""Hiding places of web pages and of web archives (mht)."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from tests.hiding.place import Hiding

_SHOWN = "<p>各镇人民政府，县政府各部门：现将有关事项通知如下。</p>"


def page(body: str, head: str = "", after: str = "") -> bytes:
    """An everyday page with a piece in its head, its body, or after its end."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>通知</title>'
        f"{head}</head>\n<body>\n{_SHOWN}{body}<p>特此通知。</p>\n</body>\n</html>{after}"
    ).encode()


def _body(pattern: str, marker: str) -> bytes:
    return page(pattern.replace("@@", marker))


def _head(pattern: str, marker: str) -> bytes:
    head, _, body = pattern.replace("@@", marker).partition("~~")
    return page(body, head)


def _after(pattern: str, marker: str) -> bytes:
    return page("", after=pattern.replace("@@", marker))


def _address(kind: str, data: bytes, marker: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data.replace(b'@@', marker.encode())).decode()}"


def _data_page(marker: str) -> bytes:
    inner = _address("text/html", page("<p>@@</p>"), marker)
    return page(f'<a href="{inner}">附件</a>')


def _data_text(marker: str) -> bytes:
    return page(f'<iframe src="data:text/plain;charset=utf-8,{quote("内部说明：" + marker)}"></iframe>')


def _data_archive(marker: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", f"底稿 {marker}")
    return page(f'<a download="a.zip" href="{_address("application/zip", packed.getvalue(), "")}">下载</a>')


def _data_svg(marker: str) -> bytes:
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><desc>{marker}</desc></svg>"
    return page(f'<img alt="" src="data:image/svg+xml,{quote(drawing)}">')


def _escaped(words: str) -> str:
    return "".join(f"\\x{ord(letter):02x}" for letter in words)


def _percent(words: str) -> str:
    return "".join(f"%{ord(letter):02X}" for letter in words)


def _imported_sheet(marker: str) -> bytes:
    sheet = quote(".q7{display:none}")
    return page(f'<p class="q7">{marker}</p>', f'<style>@import url("data:text/css,{sheet}");</style>')


def _linked_sheet(marker: str) -> bytes:
    sheet = base64.b64encode(b".q8{visibility:hidden}").decode()
    link = f'<link rel="stylesheet" href="data:text/css;base64,{sheet}">'
    return page(f'<p class="q8">{marker}</p>', link)


def _entities(marker: str) -> bytes:
    return page(f"<p hidden>{''.join(f'&#x{ord(char):x};' for char in marker)}</p>")


def _utf7(marker: str) -> bytes:
    words = marker.encode("utf-7")
    return (
        b'<html><head><meta charset="utf-7"><title>x</title></head><body><p>' + words + b"</p></body></html>"
    )


def _hz(marker: str) -> bytes:
    words = ("通知：" + marker).encode("hz")
    return b'<html><head><meta charset="hz-gb-2312"></head><body><p>' + words + b"</p></body></html>"


def _unpaired(marker: str) -> bytes:
    return page("").removesuffix(b"</body>\n</html>") + f'<p title="{marker}'.encode()


_BODY: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("comment", ("comment",), "<!-- @@ -->"),
    ("conditional comment", ("metadata", "comment"), "<!--[if gte mso 9]><xml><o:Company>@@</o:Company></xml><![endif]-->"),
    ("revealed conditional comment", ("comment", "hidden"), "<![if !mso]><!-- @@ --><![endif]>"),
    ("comment with a bang", ("comment",), "<!-- a --!><!-- @@ --!>"),
    ("bogus comment", ("comment", "unplaced"), "<!内部 @@>"),
    ("cdata", ("comment", "unplaced"), "<div><![CDATA[ @@ ]]></div>"),
    ("processing instruction", ("comment", "unplaced"), "<?note @@ ?>"),
    ("script", ("script",), "<script>var t = '@@';</script>"),
    ("escaped script", ("script",), "<script>var t = '\\u6697\\u85cf'; /* @@ */</script>"),
    ("json island", ("script",), '<script type="application/json">{"t": "@@"}</script>'),
    ("template script", ("script",), '<script type="text/x-template"><p>@@</p></script>'),
    ("event handler", ("script",), "<p onclick=\"show('@@')\">甲</p>"),
    ("script address", ("link", "script"), "<a href=\"javascript:alert('@@')\">甲</a>"),
    ("noscript", ("hidden",), "<noscript><p>@@</p></noscript>"),
    ("template", ("hidden",), "<template><p>@@</p></template>"),
    ("shadow root", ("hidden", "body"), '<div><template shadowrootmode="closed"><p hidden>@@</p></template></div>'),
    ("hidden attribute", ("hidden",), "<p hidden>@@</p>"),
    ("hidden until found", ("hidden",), '<p hidden="until-found">@@</p>'),
    ("display none", ("hidden",), '<p style="display : none">@@</p>'),
    ("visibility", ("hidden",), '<p>甲<span style="visibility:hidden">@@</span>乙</p>'),
    ("opacity", ("hidden",), '<div style="opacity:0.0"><p>@@</p></div>'),
    ("filter opacity", ("hidden",), '<div style="filter:opacity(0%)"><p>@@</p></div>'),
    ("zero font", ("hidden",), '<div style="font-size:0"><p>@@</p></div>'),
    ("tiny font", ("hidden",), '<p style="font:1px/1 serif">@@</p>'),
    ("white", ("hidden",), '<p style="color:rgb(255,255,255)">@@</p>'),
    ("nearly white", ("hidden",), '<p style="color:#fdfefd">@@</p>'),
    ("colour of the background", ("hidden",), '<div style="background:#036"><p style="color:rgb(0,51,102)">@@</p></div>'),
    ("colour of the cell", ("hidden",), '<table><tr bgcolor="#ffff00"><td><font color="yellow">@@</font></td></tr></table>'),
    ("transparent", ("hidden",), '<p style="color:hsla(0,0%,0%,0)">@@</p>'),
    ("font colour", ("hidden",), '<font color="FFFFFF">@@</font>'),
    ("text fill", ("hidden",), '<p style="-webkit-text-fill-color:transparent">@@</p>'),
    ("off the screen", ("hidden",), '<p style="position:absolute;left:-9999px">@@</p>'),
    ("off the screen in em", ("hidden",), '<p style="position:fixed;top:-200em">@@</p>'),
    ("moved away", ("hidden",), '<p style="transform:translateX(-5000px)">@@</p>'),
    ("scaled to nothing", ("hidden",), '<p style="transform:scale(0)">@@</p>'),
    ("indent", ("hidden",), '<h2 style="text-indent:-9999px">@@</h2>'),
    ("margin", ("hidden",), '<p style="margin-left:-3000px">@@</p>'),
    ("clip", ("hidden",), '<span style="position:absolute;clip:rect(1px,1px,1px,1px)">@@</span>'),
    ("clip path", ("hidden",), '<p style="clip-path:inset(50%)">@@</p>'),
    ("circle of nothing", ("hidden",), '<p style="clip-path:circle(0)">@@</p>'),
    ("zero height", ("hidden",), '<div style="height:0;overflow:hidden"><p>@@</p></div>'),
    ("one pixel", ("hidden",), '<div style="width:1px;max-height:1px;overflow:hidden">@@</div>'),
    ("content visibility", ("hidden",), '<div style="content-visibility:hidden">@@</div>'),
    ("mso hide", ("hidden",), '<span style="mso-hide:all">@@</span>'),
    ("closed details", ("hidden",), "<details><summary>详情</summary><p>@@</p></details>"),
    ("closed dialog", ("hidden",), "<dialog>@@</dialog>"),
    ("popover", ("hidden",), "<div popover>@@</div>"),
    ("video fallback", ("hidden",), "<video><p>@@</p></video>"),
    ("canvas fallback", ("hidden",), "<canvas>@@</canvas>"),
    ("object fallback", ("hidden",), '<object data="a.swf"><p>@@</p></object>'),
    ("object param", ("form", "metadata", "unplaced"), '<object><param name="note" value="@@"></object>'),
    ("embed", ("link", "metadata", "unplaced"), '<embed src="a.swf" flashvars="t=@@">'),
    ("ruby parenthesis", ("hidden",), "<ruby>汉<rp>@@</rp><rt>han</rt></ruby>"),
    ("alt", ("alt",), '<img src="a.png" alt="@@">'),
    ("title attribute", ("alt",), '<p title="@@">甲</p>'),
    ("aria label", ("alt",), '<button aria-label="@@">×</button>'),
    ("aria description", ("alt",), '<p aria-description="@@">甲</p>'),
    ("table summary", ("alt",), '<table summary="@@"><tr><td>一</td></tr></table>'),
    ("hidden input", ("form",), '<input type="hidden" name="t" value="@@">'),
    ("value of a box", ("form",), '<input type="checkbox" value="@@">'),
    ("option value", ("form",), '<select><option value="@@">一</option></select>'),
    ("option not chosen", ("form", "hidden"), "<select><option>一</option><option>@@</option></select>"),
    ("option label", ("form",), '<select><option label="@@" value="1"></option></select>'),
    ("datalist", ("hidden", "form"), '<input list="d"><datalist id="d"><option>@@</option></datalist>'),
    ("link", ("link",), '<a href="https://example.org/?t=@@">甲</a>'),
    ("escaped link", ("link",), f'<a href="https://example.org/?t={quote("草稿")}&x=@@">甲</a>'),
    ("mail link", ("link",), '<a href="mailto:a@example.org?subject=@@">甲</a>'),
    ("ping", ("link",), '<a href="/" ping="https://example.org/@@">甲</a>'),
    ("image set", ("link",), '<img src="a.png" srcset="@@.png 2x">'),
    ("form action", ("link",), '<form action="/save?t=@@"></form>'),
    ("map area", ("alt", "link"), '<map name="m"><area alt="@@" href="/"></map>'),
    ("data attribute", ("metadata",), '<p data-note="@@">甲</p>'),
    ("class name", ("name", "unplaced", "metadata"), '<p class="@@">甲</p>'),
    ("element id", ("name", "unplaced", "metadata"), '<p id="@@">甲</p>'),
    ("class in ASCII", ("name",), '<p class="@@">甲</p>'),
    ("id in ASCII", ("name",), '<p id="@@">甲</p>'),
    ("attribute name", ("name", "unplaced", "metadata"), "<p @@>甲</p>"),
    ("element name", ("name", "unplaced"), "<x-@@>甲</x-@@>"),
    ("style of an element", ("script",), "<p style=\"--note:'@@'\">甲</p>"),
    ("microdata", ("metadata",), '<div itemscope><meta itemprop="author" content="@@"></div>'),
    ("datetime", ("metadata", "unplaced"), '<time datetime="@@">今天</time>'),
    ("deleted reason", ("link", "metadata"), '<del cite="https://example.org/@@">旧</del>'),
    ("hidden in an iframe document", ("attachment",), '<iframe srcdoc="&lt;p hidden&gt;@@&lt;/p&gt;"></iframe>'),
    ("svg title", ("alt",), "<svg><title>@@</title><rect width='1' height='1'/></svg>"),
    ("svg description", ("alt", "metadata"), "<svg><desc>@@</desc></svg>"),
    ("svg definitions", ("hidden",), "<svg><defs><text id='t'>@@</text></defs></svg>"),
    ("svg fill", ("hidden",), "<svg><text fill='none'>@@</text></svg>"),
    ("svg metadata", ("metadata",), "<svg><metadata>@@</metadata></svg>"),
    ("mathml annotation", ("alt", "metadata", "hidden"), "<math><semantics><mi>x</mi><annotation>@@</annotation></semantics></math>"),
    ("second attribute of one name", ("unplaced",), '<p title="一" title="@@">甲</p>'),
    ("attribute of an end tag", ("unplaced",), '<p>甲</p title="@@">'),
    ("frame fallback", ("hidden",), "<noframes>@@</noframes>"),
    ("iframe fallback", ("hidden",), '<iframe src="about:blank">@@</iframe>'),
    ("select prompt", ("hidden", "form"), "<select><optgroup label='@@'><option>一</option></optgroup></select>"),
)  # fmt: skip

_HEAD: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("meta", ("metadata",), '<meta name="author" content="@@">'),
    ("meta property", ("metadata",), '<meta property="og:description" content="@@">'),
    ("meta refresh", ("metadata", "link"), '<meta http-equiv="refresh" content="900;url=/@@">'),
    ("json-ld", ("script",), '<script type="application/ld+json">{"author": "@@"}</script>'),
    ("style comment", ("script",), "<style>/* @@ */ p{margin:0}</style>"),
    ("base address", ("link",), '<base href="https://example.org/@@/">'),
    ("link title", ("alt",), '<link rel="alternate" title="@@" href="/a">'),
    ("office properties", ("metadata", "comment"), "<!--[if gte mso 9]><xml><o:Author>@@</o:Author></xml><![endif]-->"),
    ("hidden by class", ("hidden",), '<style>.q1{display:none}</style>~~<p class="a q1">@@</p>'),
    ("hidden by id", ("hidden",), '<style>#q2{visibility:hidden}</style>~~<p id="q2">@@</p>'),
    ("hidden by attribute", ("hidden",), '<style>p[data-s^="x"]{opacity:0}</style>~~<p data-s="xy">@@</p>'),
    ("hidden by position", ("hidden",), "<style>ul li:nth-child(2n){display:none}</style>~~<ul><li>一</li><li>@@</li></ul>"),
    ("hidden by a sibling", ("hidden",), '<style>h3+div>em{display:none}</style>~~<h3>甲</h3><div><em>@@</em></div>'),
    ("hidden by is", ("hidden",), '<style>:is(.q3,.q4) b{display:none}</style>~~<p class="q4"><b>@@</b></p>'),
    ("hidden inside layers", ("hidden",), '<style>@layer a{@supports (display:grid){.q5{display:none}}}</style>~~<p class="q5">@@</p>'),
    ("nested rule", ("hidden",), '<style>.q9{color:red;& b{display:none}}</style>~~<p class="q9">甲<b>@@</b></p>'),
    ("important", ("hidden",), '<style>p.q{display:none!important}</style>~~<p class="q" style="display:block">@@</p>'),
    ("escaped selector", ("hidden",), "<style>.\\71 6{display:none}</style>~~<p class='q6'>@@</p>"),
    ("custom property", ("hidden",), '<style>:root{--s:none}.q{display:var(--s)}</style>~~<p class="q">@@</p>'),
    ("print only rule", ("hidden",), '<style>@media print{.q{display:none}}</style>~~<p class="q">@@</p>'),
    ("screen only rule", ("hidden",), '<style>@media screen{.q{display:none}}</style>~~<p class="q">@@</p>'),
    ("sheet for print", ("hidden",), '<style media="print">.q{display:none}</style>~~<p class="q">@@</p>'),
    ("white by sheet", ("hidden",), '<style>.q{color:#fff}</style>~~<div><p class="q">@@</p></div>'),
    ("dark page", ("hidden",), "<style>body{background:#222}p{color:#eee}.q{color:#222}</style>~~<p class='q'>@@</p>"),
    ("file list of word", ("link",), '<link rel="File-List" href="@@.files/filelist.xml">'),
)  # fmt: skip

_AFTER: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("comment after the end", ("comment",), "<!-- @@ -->"),
    ("hidden text after the end", ("hidden",), "<p hidden>@@</p>"),
)

_SHOWN_PLACES: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes]], ...] = (
    ("text after the end", ("body",), partial(_after, "\n\n\n@@")),
    ("generated content", ("body",), partial(_head, "<style>.g::after{content:'@@'}</style>~~<p class='g'>甲</p>")),
    ("text area", ("form", "body"), partial(_body, "<textarea>@@</textarea>")),
    ("placeholder", ("form",), partial(_body, '<input placeholder="@@">')),
    ("iframe document", ("attachment",), partial(_body, '<iframe srcdoc="&lt;p&gt;@@&lt;/p&gt;"></iframe>')),
    ("text box", ("form",), partial(_body, '<input type="text" value="@@">')),
    ("chosen option", ("form", "body"), partial(_body, "<select><option>一</option><option selected>@@</option></select>")),
    ("open shadow root", ("body",), partial(_body, '<div><template shadowrootmode="open"><p>@@</p></template></div>')),
    ("shown again", ("body",), partial(_body, '<div style="visibility:hidden"><p style="visibility:visible">@@</p></div>')),
    ("later rule", ("body",), partial(_head, '<style>.q{display:none}p.q{display:block}</style>~~<p class="q">@@</p>')),
    ("white on blue", ("body",), partial(_body, '<div style="background:#00f"><p style="color:#fff">@@</p></div>')),
    ("white on a picture", ("body",), partial(_body, '<div style="background:url(a.png)"><p style="color:#fff">@@</p></div>')),
    ("open details", ("body",), partial(_body, "<details open><summary>甲</summary><p>@@</p></details>")),
    ("reversed by bdo", ("body",), lambda marker: _body('<bdo dir="rtl">@@</bdo>', marker)),
    ("svg text", ("body", "textbox"), partial(_body, "<svg><text x='1' y='9'>@@</text></svg>")),
    ("utf-7 page", ("body",), _utf7),
    ("hz page", ("body",), _hz),
)  # fmt: skip

_MADE: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes]], ...] = (
    ("page in an address", ("attachment",), _data_page),
    ("text in an address", ("attachment",), _data_text),
    ("archive in an address", ("attachment",), _data_archive),
    ("drawing in an address", ("attachment",), _data_svg),
    ("hidden by an imported sheet", ("hidden",), _imported_sheet),
    ("hidden by a linked sheet", ("hidden",), _linked_sheet),
    ("hidden entities", ("hidden",), _entities),
    ("tag without an end", ("alt", "unplaced"), _unpaired),
)

_MADE_NARROW: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes]], ...] = (
    ("document type", ("unplaced",), lambda marker: page("").replace(b"html>", f'html PUBLIC "-//{marker}//">'.encode(), 1)),
    ("ASCII escaped in a script", ("script",), lambda marker: _body(f"<script>var t='{_escaped(marker)}';</script>", "")),
    ("ASCII escaped in a link", ("link",), lambda marker: _body(f'<a href="/?t={_percent(marker)}">甲</a>', "")),
)  # fmt: skip

# ------------------------------------------------------------------- web archives

_BOUNDARY = "----=_NextPart_000_0001"


def web_archive(main: bytes, *parts: tuple[str, str, bytes], preamble: str = "") -> bytes:
    """A ``multipart/related`` archive as browsers and Word save it.

    Args:
        main: the page.
        parts: (address, media type, bytes) of the other parts.
        preamble: what stands before the first part.
    """
    pieces = [("file:///C:/a/index.html", 'text/html; charset="utf-8"', main), *parts]
    lines = [
        "From: <Saved by WebKit>", "MIME-Version: 1.0",
        f'Content-Type: multipart/related; type="text/html"; boundary="{_BOUNDARY}"', "", preamble,
    ]  # fmt: skip
    for address, kind, data in pieces:
        lines += [
            f"--{_BOUNDARY}", f"Content-Type: {kind}", "Content-Transfer-Encoding: base64",
            f"Content-Location: {address}", "", base64.encodebytes(data).decode(),
        ]  # fmt: skip
    return "\r\n".join([*lines, f"--{_BOUNDARY}--", ""]).encode()


def _stray_page(marker: str) -> bytes:
    return web_archive(page(""), ("file:///C:/a/old.html", "text/html", page(f"<p>{marker}</p>")))


def _stray_text(marker: str) -> bytes:
    return web_archive(
        page(""), ("file:///C:/a/n.txt", "text/plain; charset=utf-8", f"备注 {marker}".encode())
    )


def _own_sheet(marker: str) -> bytes:
    main = page(f'<p class="q">{marker}</p>', '<link rel="stylesheet" href="cid:css-1@mhtml.blink">')
    return web_archive(main, ("cid:css-1@mhtml.blink", "text/css", b".q{display:none}"))


_ARCHIVED: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool], ...] = (
    ("page", ("body",), lambda marker: web_archive(page(f"<p>{marker}</p>")), True),
    ("page nobody refers to", ("attachment",), _stray_page, False),
    ("text nobody refers to", ("attachment",), _stray_text, False),
    ("hidden by a sheet beside it", ("hidden",), _own_sheet, False),
    ("preamble", ("unplaced",), lambda marker: web_archive(page(""), preamble=f"内部 {marker}"), False),
    ("comment", ("comment",), lambda marker: web_archive(page(f"<!-- {marker} -->")), False),
    ("address of a part", ("link", "metadata"), lambda marker: web_archive(page(""), (f"file:///C:/{marker}.css", "text/css", b"p{margin:0}")), False),
)  # fmt: skip

_NARROW = frozenset(
    ("escaped link", "link", "datetime", "address of a part", "class in ASCII", "id in ASCII")
)

PLACES: tuple[Hiding, ...] = (
    *(
        Hiding(name, ".html", kinds, partial(_body, text), narrow=name in _NARROW)
        for name, kinds, text in _BODY
    ),
    *(Hiding(name, ".html", kinds, partial(_head, text)) for name, kinds, text in _HEAD),
    *(Hiding(name, ".html", kinds, partial(_after, text)) for name, kinds, text in _AFTER),
    *(Hiding(name, ".html", kinds, make) for name, kinds, make in _MADE),
    *(Hiding(name, ".html", kinds, make, narrow=True) for name, kinds, make in _MADE_NARROW),
    *(Hiding(name, ".html", kinds, make, visible=True) for name, kinds, make in _SHOWN_PLACES),
    *(
        Hiding(name, ".mht", kinds, make, visible, name in _NARROW)
        for name, kinds, make, visible in _ARCHIVED
    ),
)
