"""Web pages: what is seen, what is hidden, and what is only in the source."""

from __future__ import annotations

import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.claims import HTML
from disclosure_pipeline.builtin.extractors.html.reader import HtmlExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Text
from tests.unit.hostile import codes, limits, only, png


def read(page: str | bytes, name: str = "a.html", **changes: int) -> Text:
    data = page.encode() if isinstance(page, str) else page
    return HtmlExtractor(limits(**changes)).read(data, name)


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body><p>看得见的正文</p>{body}</body></html>"


PLACES: dict[str, tuple[str, str, bool]] = {
    "paragraph": ("<p>{}</p>", "body", True),
    "cell": ("<table><tr><td>{}</td></tr></table>", "table", True),
    "after the body": ("</body></html><p>{}</p>", "body", True),
    "unknown element": ("<x-y>{}</x-y>", "body", True),
    "svg": ("<svg><text>{}</text></svg>", "body", True),
    "display none": ("<p style='display: none'>{}</p>", "hidden", False),
    "inside hidden": ("<div style='display:none'><p>甲<b>{}</b></p></div>", "hidden", False),
    "visibility": ("<p>甲<span style='visibility:hidden'>{}</span>乙</p>", "hidden", False),
    "zero font": ("<p style='font-size:0'>{}</p>", "hidden", False),
    "white": ("<p style='color:#fff'>{}</p>", "hidden", False),
    "white on blue": ("<p style='color:#fff;background:#00f'>{}</p>", "body", True),
    "off the screen": ("<p style='position:absolute; left:-9999px'>{}</p>", "hidden", False),
    "hidden attribute": ("<p hidden>{}</p>", "hidden", False),
    "hidden by sheet": ("<style>.h, i {{display:none}}</style><p class='a h'>{}</p>", "hidden", False),
    "template": ("<template><p>{}</p></template>", "hidden", False),
    "noscript": ("<noscript>{}</noscript>", "hidden", False),
    "comment": ("<!-- {} -->", "comment", False),
    "conditional comment": ("<!--[if mso]><p>{}</p><![endif]-->", "comment", False),
    "comment after the end": ("</body></html><!-- {} -->", "comment", False),
    "script": ("<script>var a = '{}';</script>", "script", False),
    "style": ("<style>.z:after {{content: '{}'}}</style>", "script", False),
    "event": ("<p onclick='alert(\"{}\")'>甲</p>", "script", False),
    "alt": ("<img src='data:,' alt='{}'>", "alt", False),
    "title attribute": ("<p title='{}'>甲</p>", "alt", False),
    "link": ("<a href='http://x/{}'>甲</a>", "link", False),
    "value": ("<input type='hidden' value='{}'>", "form", False),
    "data attribute": ("<p data-note='{}'>甲</p>", "metadata", False),
    "class": ("<p class='{}'>甲</p>", "name", False),
}


@pytest.mark.parametrize("place", PLACES)
def test_finds_every_hiding_place(place: str) -> None:
    body, kind, visible = PLACES[place]
    text = read(page(body.format("藏身处甲乙丙")))
    found = only(text, "藏身处甲乙丙")
    assert (found.place.kind, found.visible) == (kind, visible)
    assert only(text, "看得见的正文").visible


def test_head_is_metadata() -> None:
    text = read(page("", "<title>题名甲</title><meta name='author' content='作者乙'>"))
    assert only(text, "题名甲").place.kind == "metadata"
    assert only(text, "作者乙").place.detail == "author"


def test_inline_elements_do_not_break_a_number() -> None:
    text = read(page("<p>1101<b>01</b>1990<span>03\n 07</span>4514</p><div>甲<br>乙</div>"))
    assert [s.text for s in text.segments if s.visible] == ["看得见的正文", "110101199003 074514", "甲\n乙"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030"])
@pytest.mark.parametrize("declared", [True, False])
def test_decodes_declared_and_undeclared_charsets(charset: str, declared: bool) -> None:
    meta = f"<meta charset={charset}>" if declared else ""
    text = read(f"<html>{meta}<p>各镇人民政府，县政府各部门</p></html>".encode(charset))
    assert only(text, "各镇人民政府，县政府各部门").visible
    assert text.warnings == ()


def test_a_false_charset_is_told_and_the_text_still_read() -> None:
    text = read("<html><meta charset=gb2312><p>看得见的文字，甲乙丙丁戊</p></html>".encode())
    assert only(text, "看得见的文字，甲乙丙丁戊").visible
    assert text.warnings == ("网页声明的编码与内容不符。",)


def test_utf16_pages_are_read() -> None:
    data = page("").encode("utf-16")
    assert HTML.score(data, "a.html") == 80
    assert only(read(data), "看得见的正文").visible


def test_files_in_addresses_are_read() -> None:
    inner = quote("<html><body><p>藏在地址里</p></body></html>")
    found = only(read(page(f"<iframe src='data:text/html,{inner}'></iframe>")), "藏在地址里")
    assert found.place.kind == "attachment"
    assert (
        only(read(page("<iframe srcdoc='<p>框架里的文字</p>'></iframe>")), "框架里的文字").place.kind
        == "attachment"
    )
    broken = read(page("<a href='data:application/octet-stream;base64,AAEC'>甲</a>"))
    assert codes(broken) == {"attachment.unread"}
    icon = quote("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h1'/></svg>")
    assert codes(read(page(f"<img src='data:image/svg+xml,{icon}'>"))) == set()
    small = base64.b64encode(png(20, 20)).decode()
    assert codes(read(page(f"<img src='data:image/png;base64,{small}'>"))) == set()


def test_nothing_is_fetched_and_that_is_told() -> None:
    text = read(
        page("<img src='http://127.0.0.1:9/a.png'><link rel=stylesheet href='http://127.0.0.1:9/a.css'>")
    )
    assert len(text.warnings) == 2


def test_depth_is_no_way_to_hide() -> None:
    text = read(page("<div>" * 3000 + "深处的文字" + "</div>" * 3000))
    assert codes(text) == {"file.partial"}


def test_entities_of_a_dtd_are_not_resolved() -> None:
    text = read('<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]><html><p>甲&e;</p></html>')
    assert not any("root:" in segment.text for segment in text.segments)


def test_refuses_what_is_no_page() -> None:
    for data, code in ((b"", "file.empty"), (b"<html>\x00\x01\xff\xfe\x80", "text.encoding")):
        with pytest.raises(ExtractionFailed) as refusal:
            read(data)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (b"<!DOCTYPE html><html>", 80),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><html xmlns='x'>", 80),
        (b"<HTML>", 80),
        (b"<?xml version='1.0'?><w:document>", 0),
        ("一段提到 <html> 的文字".encode(), 60),
    ],
)
def test_score_is_by_the_first_element_then_by_the_name(head: bytes, score: int) -> None:
    assert HTML.score(head, "a.html") == score
    assert HTML.score(head, "a.txt") == (0 if score == 60 else score)


def test_cells_know_their_row_and_column_also_after_wide_and_nested_ones() -> None:
    inner = "<table><tr><td>内甲</td></tr></table>"
    body = (
        "<table><tr><th colspan='2'>姓名</th><th>电话</th></tr>"
        f"<tr><td>王某</td><td>{inner}</td><td><p>一</p><p>二</p></td></tr></table><p>表外</p>"
    )
    cells = [
        (segment.text, segment.place.cell)
        for segment in read(page(body)).segments
        if segment.place.kind == "table"
    ]
    assert cells == [
        ("姓名", "table 1 A1"), ("电话", "table 1 C1"), ("王某", "table 1 A2"), ("内甲", "table 2 A1"),
        ("一", "table 1 C2"), ("二", "table 1 C2"),
    ]  # fmt: skip
    assert only(read(page(body)), "表外").place.cell is None


@pytest.mark.parametrize(
    ("sheet", "seen"),
    [
        (".q{display:none}", False),
        (".q{display:none} p.q{display:block}", True),
        ("p.q{display:block} .q{display:none}", True),
        (".q{display:none!important} #i{display:block}", False),
        ("@media print{.q{display:none}}", False),
        ("@media (max-width:600px){.q{display:none}}", True),
        ("@media (min-width:600px){.q{display:none}}", False),
        ("@media not all{.q{display:none}}", True),
        ("@supports not (display:grid){.q{display:none}}", True),
        ("@layer a{#i{display:none}} .q{display:block}", True),
        ("a:hover ~ .q{display:none}", True),
        ("p:hover{display:none}", True),
        ("body > div > .q{display:none}", True),
        ("body > .q{display:none}", False),
        ("html .q.r{display:none}", False),
        (".q:not(.z){display:none}", False),
        (":root{--h:none}.q{display:var(--h)}", False),
        (".q{display:var(--missing,none)}", False),
        (".q{color:#777}", True),
        (".q{color:#fefefe}", False),
        (".q{color:#fefefe;background:#000}", True),
        (".q{color:#c00;background:#c10000}", False),
        (".q{font-size:.5px}", False),
        (".q{opacity:.5}", True),
        (".q{text-indent:2em}", True),
        (".q{position:absolute;left:-20px}", True),
        (".q{left:-9999px}", True),
        (".q{height:0}", True),
        (".q{height:0;overflow:hidden}", False),
    ],
)  # fmt: skip
def test_the_cascade_decides_what_is_seen(sheet: str, seen: bool) -> None:
    text = read(page("<p id='i' class='q r'>判断的文字</p>", f"<style>{sheet}</style>"))
    assert only(text, "判断的文字").visible is seen
    assert text.doubts == ()


def test_a_rule_that_cannot_be_judged_is_a_doubt_only_when_it_hides() -> None:
    body = "<p class='q'>判断的文字</p>"
    assert codes(read(page(body, "<style>.q:foo(1){display:none}</style>"))) == {"style.unsure"}
    assert codes(read(page(body, "<style>.q:foo(1){padding:0}</style>"))) == set()
    assert codes(read(page(body, "<style>.unused:foo(1){display:none}</style>"))) == set()


def test_inherited_looks_reach_the_inner_elements() -> None:
    body = "<div style='color:#fff'><b>白字</b><i style='color:#000'>黑字</i></div>"
    text = read(page(body))
    assert (only(text, "白字").visible, only(text, "黑字").visible) == (False, True)


def test_names_of_fonts_and_styles_are_no_text() -> None:
    sheet = '<style>p.MsoNormal{mso-style-name:正文样式;font-family:"方正小标宋简体",宋体}</style>'
    text = read(page("<p class=MsoNormal style='font-family:仿宋_GB2312'>正文</p>", sheet))
    assert [s.text for s in text.segments if not s.visible] == []


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text = read(b"<html><body>" + data)
    except ExtractionFailed:
        return
    assert text.media_type == "text/html"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/!-[]pdivstyle=\"' :;{}#.none可见", max_size=200))
def test_any_markup_is_read_or_refused(source: str) -> None:
    try:
        read(page(source, f"<style>{source}</style>"))
    except ExtractionFailed:
        return


@pytest.mark.parametrize(
    ("source", "codes_"),
    [
        ("<style>" + "a b c d e f{color:red}" * 20_000 + "</style>" + "<p>字</p>" * 500, set()),
        ("<style>p{" + "color:red;" * 44_000 + "}</style>" + "<p>字</p>" * 2000, set()),
        (
            "<style>p{" + "".join(f"--a{n}:1;" for n in range(20_000)) + "}</style>" + "<p>字</p>" * 2000,
            set(),
        ),
        ("<style>" + "*{color:red}" * 3600 + "</style>" + "<p>字</p>" * 3000, {"file.too_large"}),
        ("<style>p{color:red}" + " " * 2_000_000 + "</style>", {"file.too_large"}),
        ("<style>p{color:" + "(" * 100_000 + "</style>", {"file.bomb"}),
        ("<p style='color:" + "(" * 100_000 + "'>字</p>", {"file.bomb"}),
    ],
    ids=["many rules", "many declarations", "many names", "many matches", "long", "deep", "deep attribute"],
)
def test_styles_without_end_take_no_time(source: str, codes_: set[str]) -> None:
    began = time.process_time()
    try:
        ends = codes(read(page(source)))
    except ExtractionFailed as error:
        ends = {error.code}
    assert ends == codes_
    assert time.process_time() - began < 8


def test_the_last_of_several_declarations_holds() -> None:
    text = read(page("<p style='display:none;display:block'>甲甲</p><p style='display:block;display:none'>乙乙</p>"
                     "<p style='display:none!important;display:block'>丙丙</p>"))  # fmt: skip
    assert [only(text, word).visible for word in ("甲甲", "乙乙", "丙丙")] == [True, False, False]
