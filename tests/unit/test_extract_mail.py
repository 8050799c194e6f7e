"""Mails and Outlook messages: what a reader sees, what the file holds besides, and damage."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.claims import MAIL
from disclosure_pipeline.builtin.extractors.mail.headers import header_text
from disclosure_pipeline.builtin.extractors.mail.mime import MailExtractor
from disclosure_pipeline.builtin.extractors.mail.msg import MsgExtractor
from disclosure_pipeline.builtin.extractors.mail.msg_rtf import original, unpack
from disclosure_pipeline.builtin.extractors.mail.signed import open_signed
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.sniff import choose
from disclosure_pipeline.model.text import Text
from tests.hiding import msg_file
from tests.hiding.html import page, web_archive
from tests.unit.hostile import codes, limits, only, png

HEAD = (
    "From: =?utf-8?B?5byg5LiJ?= <zhang@example.org>\r\nTo: li@example.org\r\nSubject: =?gb2312?B?zajWqg==?=\r\n"
    "Date: Mon, 2 Mar 2026 09:00:00 +0800\r\nMIME-Version: 1.0\r\n"
)
PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n"


def read(mail: str | bytes, name: str = "a.eml", **changes: int) -> Text:
    return MailExtractor(limits(**changes)).read(mail.encode() if isinstance(mail, str) else mail, name)


def multipart(kind: str, *parts: str, end: str = "--b--\r\n") -> str:
    head = f'{HEAD}Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'
    return head + "".join(f"--b\r\n{part}\r\n" for part in parts) + end


def message(**content: bytes) -> Text:
    data = msg_file.compound_file(msg_file.message(extra=content))
    return MsgExtractor(limits()).read(data, "a.msg")


def test_an_everyday_mail_reads_as_it_is_shown() -> None:
    text = read(HEAD + PLAIN + "各单位：\r\n\r\n请查收。\r\n")
    assert [(s.text, s.place.kind, s.place.detail) for s in text.segments if s.visible] == [
        ("张三 <zhang@example.org>", "header", "From"), ("li@example.org", "header", "To"), ("通知", "header", "Subject"),
        ("Mon, 2 Mar 2026 09:00:00 +0800", "header", "Date"), ("各单位：", "body", None), ("请查收。", "body", None),
    ]  # fmt: skip
    assert text.doubts == ()
    assert text.warnings == ()


def test_one_body_in_two_versions_is_read_once() -> None:
    plain = "各单位：\r\n请于 *周五* 前报送 <https://example.org/a>。\r\n"
    html = "<p>各单位：</p><p>请于<b>周五</b>前报送<a href='https://example.org/a'>。</a></p>"
    text = read(multipart("alternative", PLAIN + plain, HTML + html))
    assert [s.text for s in text.segments if s.place.kind in ("body", "hidden")] == [
        "各单位：",
        "请于周五前报送。",
    ]


def test_what_only_the_unseen_version_says_is_hidden() -> None:
    text = read(multipart("alternative", PLAIN + "各单位：\r\n内部口径\r\n", HTML + "<p>各单位：</p>"))
    found = only(text, "内部口径")
    assert (found.place.kind, found.visible) == ("hidden", False)


def test_pictures_of_signatures_are_no_doubt() -> None:
    import base64

    picture = base64.encodebytes(png(60, 20)).decode()
    part = (
        f"Content-Type: image/png\r\nContent-ID: <p1>\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}"
    )
    text = read(multipart("related", HTML + "<p>正文</p><img src='cid:p1'>", part))
    assert text.doubts == ()


def test_a_mailbox_is_read_mail_by_mail() -> None:
    box = "".join(f"From a@b Mon Mar  2 09:00:00 2026\n{HEAD}{PLAIN}第{n}封的正文\n\n" for n in (1, 2))
    text = read(box, "a.mbox")
    assert [only(text, f"第{n}封的正文").place.part for n in (1, 2)] == ["part 1", "mail 2 part 1"]


def test_a_cut_mail_is_a_doubt_and_its_text_still_read() -> None:
    text = read(multipart("mixed", PLAIN + "正文甲乙", end=""))
    assert codes(text) == {"file.partial"}
    assert only(text, "正文甲乙").visible


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQF", "attachment.unread"),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nxx", "attachment.unread"),
        ("Content-Type: application/pdf\r\nContent-Transfer-Encoding: x-secret\r\n\r\nxx", "attachment.unread"),
        ("Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!====", "attachment.unread"),
        ("Content-Type: application/pdf\r\n\r\n", "attachment.unread"),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\ndGV4dCBvbmU=c2VjcmV0", "attachment.unread"),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\ndGV4d", "attachment.unread"),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ntext =E5=9", "attachment.unread"),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nnone", "attachment.unread"),
        ("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgEAAgGQBg==", "attachment.unread"),
    ],
)  # fmt: skip
def test_parts_that_cannot_be_read_are_doubts(part: str, code: str) -> None:
    assert code in codes(read(multipart("mixed", PLAIN + "正文", part)))


def test_an_attachment_alone_in_broken_base64_is_a_doubt() -> None:
    mail = f"{HEAD}Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!{'=' * 5000}"
    assert "attachment.unread" in codes(read(mail))


@pytest.mark.parametrize(
    "body",
    [
        "base64\r\n\r\n5q2j5paH\r\n",
        "base64\r\n\r\n5q2j 5paH5q2j5paH\r\nCg==\r\n\r\n",
        "quoted-printable\r\n\r\n=E6=AD=A3=\r\n=E6=96=87=  \r\n=\r\n",
        "8bit\r\n\r\n正文 a=b\r\n",
    ],
)
def test_transfer_encodings_as_programs_write_them_are_no_doubt(body: str) -> None:
    mail = f"{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {body}"
    assert codes(read(mail)) == set()


@pytest.mark.parametrize("cut", [20, 60, len(HEAD) - 4, len(HEAD)])
def test_a_mail_cut_in_its_headers_is_a_doubt(cut: int) -> None:
    assert "file.partial" in codes(read((HEAD + PLAIN + "正文").encode()[:cut]))


def test_parts_without_number_are_refused_before_they_are_parsed() -> None:
    began = time.perf_counter()
    with pytest.raises(ExtractionFailed) as refusal:
        read(multipart("mixed", *[PLAIN + "x"] * 100_000), max_members=2000)
    assert refusal.value.code == "file.bomb"
    assert time.perf_counter() - began < 1


def test_many_encoded_words_are_decoded_in_no_time() -> None:
    words = ["=?utf-8?q?=E5=93?=", "=?utf-8?q?=88?=", "=?utf-8?b?5ZOI?= x"]
    began = time.perf_counter()
    assert header_text("\r\n ".join(words * 20_000)).replace(" ", "") == "哈哈x" * 20_000
    assert time.perf_counter() - began < 2


def test_depth_of_enclosed_mails_ends_in_a_doubt() -> None:
    mail = HEAD + PLAIN + "最里面的话"
    for level in range(5):
        outer = multipart("mixed", "Content-Type: message/rfc822\r\n\r\n@")
        mail = (
            outer.replace("--b", f"--b{level}")
            .replace('"b"', f'"b{level}"')
            .replace("@\r\n--", f"{mail}\r\n--")
        )
    text = read(mail, max_depth=2)
    assert "attachment.unread" in codes(text)
    assert not any("最里面的话" in segment.text and segment.visible for segment in text.segments)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?gb2312?Q?=CD=A8=D6=AA?=", "通知"),
        ("=?utf-8?B?6YCa55+l?=\r\n =?utf-8?B?5YWs5ZGK?=", "通知公告"),
        ("=?utf-8?B?6YCa5w==?= =?utf-8?B?n6U=?=", "通知"),
        ("plain\r\n\tfolded", "plain folded"),
        ("=?unknown?B?6YCa55+l?=", "通知"),
        ("=?utf-8?B?***?=", "=?utf-8?B?***?="),
        ("通知".encode("gb18030").decode("ascii", "surrogateescape"), "通知"),
    ],
)
def test_headers_are_decoded(raw: str, text: str) -> None:
    assert header_text(raw) == text


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (HEAD.encode(), 85),
        (b"From a@b Mon Mar  2 09:00:00 2026\nReceived: x\n", 85),
        ("标题：通知\n正文".encode(), 0),
        (b"Subject: notes of the meeting\n\nfree text", 0),
        (b"key: value\nother: value\n", 0),
    ],
)
def test_a_mail_is_known_by_its_headers(head: bytes, score: int) -> None:
    assert MAIL.score(head, "a.txt") == score


def test_a_saved_page_uses_the_sheets_beside_it() -> None:
    main = page(
        "<p class='q'>第一段</p><p class='r'>第二段</p>", "<link rel=stylesheet href='a_files/b.css'>"
    )
    text = read(web_archive(main, ("file:///C:/a/a_files/b.css", "text/css", b".q{display:none}")), "a.mht")
    assert (only(text, "第一段").visible, only(text, "第二段").visible) == (False, True)
    assert text.doubts == ()
    assert text.warnings == ()


def test_indefinite_lengths_of_signatures_are_followed() -> None:
    content = b"\x24\x80\x04\x03abc\x04\x03def\x00\x00"
    data = bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + content + b"\x00\x00"
    signed = b"\x30\x80\x02\x01\x01\x31\x00\x30\x80" + data + b"\x00\x00\x31\x00\x00\x00"
    whole = b"\x30\x80" + bytes.fromhex("06092a864886f70d010702") + b"\xa0\x80" + signed + b"\x00\x00\x00\x00"
    found = open_signed(whole)
    assert (found.content, found.readable) == (b"abcdef", True)
    assert not open_signed(whole[:-20]).readable


# ------------------------------------------------------------------------ Outlook


def test_an_everyday_message_reads_as_it_is_shown() -> None:
    data = msg_file.compound_file(msg_file.message())
    reader = choose(builtin_extractors(limits()), data, "a.bin")
    assert reader is not None and reader.id == "msg"
    text = reader.read(data, "a.msg")
    assert {(s.text, s.place.kind) for s in text.segments if s.visible} == {
        ("会议通知", "header"), ("张三", "header"), ("zhang@example.org", "header"), ("李四", "header"), ("请准时参加。", "body"),
    }  # fmt: skip
    assert [s.text for s in text.segments if not s.visible] == []
    assert text.doubts == ()


def test_html_is_the_body_that_is_shown() -> None:
    html = "<html><body><p>请准时参加。</p><p>网页里的话</p></body></html>".encode()
    text = message(**msg_file.stream(0x1013, html))
    assert [s.text for s in text.segments if s.place.kind in ("body", "hidden")] == [
        "请准时参加。",
        "网页里的话",
    ]


def test_too_many_messages_inside_one_another_are_refused() -> None:
    inner = msg_file.message("最里", "绝密内容")
    for _ in range(8):
        inner = msg_file.message(extra={"__attach_version1.0_#00000000": msg_file.attachment(inner)})
    with pytest.raises(ExtractionFailed) as refusal:
        MsgExtractor(limits()).read(msg_file.compound_file(inner), "a.msg")
    assert refusal.value.code == "file.bomb"
    assert "绝密" not in repr(refusal.value.as_json())


def test_compressed_rtf_is_unpacked() -> None:
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af82062 0b 09 02 30 3d 0c 0b 0b".replace(
            " ", ""
        )
    )
    assert unpack(packed, 1 << 20).startswith(b"{\\rtf1\\ansi\\ansicpg125")
    assert unpack(msg_file.stored_rtf(b"{\\rtf1}"), 1 << 20) == b"{\\rtf1}"


def test_a_lying_size_of_compressed_rtf_is_refused() -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        unpack(struct.pack("<IIII", 20, 1 << 30, 0x75465A4C, 0) + b"\x00" * 8, 1 << 40)
    assert refusal.value.code == "file.bomb"


def test_html_and_text_come_out_of_rtf_as_they_went_in() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg936\fromhtml1\deff0{\fonttbl{\f0\fcharset134 SimSun;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
        rb"\'cd\'a8\'d6\'aa\u20844 ?\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}\htmlrtf \par\htmlrtf0 }"
    )
    assert original(rtf) == ("html", "<p>通知公</p>")
    assert original(rb"{\rtf1\ansi\fromtext\pard a\par b}") == ("text", "a\r\nb")
    assert original(rb"{\rtf1\ansi\pard a}") is None


# ------------------------------------------------------------------------ anything

_MAIL = multipart("alternative", PLAIN + "各单位", HTML + "<p>各单位</p>").encode()
_MESSAGE = msg_file.compound_file(
    msg_file.message(
        extra={"__attach_version1.0_#00000000": msg_file.attachment(msg_file.message("内", "文"))}
    )
)
CHANGES = st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 255)), max_size=8)


@settings(max_examples=80, deadline=None)
@given(CHANGES, st.integers(1, 60_000))
def test_any_change_of_a_mail_is_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_MAIL)
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        read(bytes(data[: max(cut % (2 * len(data)), 1)]))
    except ExtractionFailed:
        return


@settings(max_examples=80, deadline=None)
@given(CHANGES, st.integers(1, 60_000))
def test_any_change_of_a_message_is_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_MESSAGE)
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        MsgExtractor(limits()).read(bytes(data[: max(cut % (2 * len(data)), 512)]), "a.msg")
    except ExtractionFailed:
        return


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_compressed_body_is_unpacked_or_refused(data: bytes) -> None:
    try:
        assert len(unpack(b"\x00" * 8 + struct.pack("<II", 0x75465A4C, 0) + data, 1 << 16)) <= 1 << 16
    except ExtractionFailed:
        return


def test_the_lengths_of_a_list_of_strings_are_no_text() -> None:
    words = "办理中".encode("utf-16-le")
    text = message(
        **{"__substg1.0_8003101F": struct.pack("<II", 10, 0x4E2D), "__substg1.0_8003101F-00000000": words}
    )
    assert [s.text for s in text.segments if s.place.detail == "property 8003"] == ["办理中"]
