"""Hiding places of mails: Internet messages (eml) and Outlook's own files (msg)."""

from __future__ import annotations

import base64
import binascii
import io
import quopri
import struct
import tarfile
from collections.abc import Callable
from email.header import Header
from urllib.parse import quote

from tests.hiding import msg_file
from tests.hiding.place import Hiding

_HEADERS = (
    "Received: from mx.example.org by mail.example.org; Mon, 2 Mar 2026 09:00:00 +0800\r\n"
    "From: =?utf-8?B?5byg5LiJ?= <zhang@example.org>\r\nTo: li@example.org\r\n"
    "Subject: =?gb2312?B?yOXKpw==?=\r\nDate: Mon, 2 Mar 2026 09:00:00 +0800\r\n"
    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
)
_PLAIN = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
_BODY = "各单位：请于周五前报送材料。\r\n"


def _mail(headers: str = "", body: str = _BODY) -> bytes:
    return (_HEADERS + headers + _PLAIN + body).encode()


def _multipart(
    *parts: str | bytes, kind: str = "mixed", preamble: str = "", epilogue: str = "", end: str = "--b1--\r\n"
) -> bytes:
    data = (_HEADERS + f'Content-Type: multipart/{kind}; boundary="b1"\r\n\r\n{preamble}\r\n').encode()
    for part in parts:
        data += b"--b1\r\n" + (part.encode() if isinstance(part, str) else part) + b"\r\n"
    return data + (end + epilogue).encode()


def _text(body: str = _BODY, headers: str = "") -> str:
    return headers + _PLAIN + body


def _html(body: str) -> str:
    return "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>" + body + "</body></html>"


def _attached(
    data: bytes, kind: str = "application/octet-stream", name: str = "a.txt", encoding: str = "base64"
) -> bytes:
    coded = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + coded.replace(b"\n", b"\r\n")


def _encoded(words: str, charset: str = "utf-8", how: str = "B") -> str:
    data = words.encode(charset)
    if how == "Q":
        return f"=?{charset}?Q?{''.join(f'={byte:02X}' for byte in data)}?="
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


def _split_word(words: str) -> str:
    data = words.encode()
    halves = (data[:5], data[5:])  # in the middle of a character, as careless programs cut
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(half).decode()}?=" for half in halves)


def _continued_name(marker: str) -> bytes:
    first, second = quote("会议"), quote(marker)
    headers = (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment;\r\n"
        f" filename*0*=utf-8''{first};\r\n filename*1*={second}\r\n\r\n内容"
    )
    return _multipart(_text(), headers)


def _uuencoded(marker: str) -> bytes:
    data = f"底稿 {marker}".encode()
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return _mail(body=_BODY + "\r\nbegin 644 a.txt\r\n" + "".join(lines) + "`\r\nend\r\n")


def _forwarded(marker: str) -> bytes:
    inner = _mail(body=f"转发原文 {marker}\r\n")
    return _multipart(_text(), b"Content-Type: message/rfc822\r\n\r\n" + inner)


def _coded_forward(marker: str) -> bytes:
    inner = base64.encodebytes(_mail(body=f"转发原文 {marker}\r\n"))
    return _multipart(
        _text(), b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner
    )


def _archive(marker: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        data = f"底稿 {marker}".encode()
        info = tarfile.TarInfo("a.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return _multipart(_text(), _attached(packed.getvalue(), "application/gzip", "a.tar.gz"))


def _der(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + struct.pack(">H", len(content))
    return bytes([tag]) + length + content


_SIGNED = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")


def _opaque_signed(marker: str) -> bytes:
    inner = _text(f"正文 {marker}\r\n").encode()
    chunks = b"".join(_der(0x04, inner[at : at + 100]) for at in range(0, len(inner), 100))
    content = _der(0x30, _der(0x06, _DATA) + _der(0xA0, _der(0x24, chunks)))
    signed = _der(0x30, _der(0x02, b"\x01") + _der(0x31, b"") + content + _der(0x31, b""))
    message = _der(0x30, _der(0x06, _SIGNED) + _der(0xA0, signed))
    headers = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return (_HEADERS + headers + base64.encodebytes(message).decode()).encode()


def _signer(marker: str) -> bytes:
    name = _der(0x30, _der(0x31, _der(0x30, _der(0x06, b"\x55\x04\x03") + _der(0x0C, marker.encode()))))
    signature = _der(0x30, _der(0x06, _SIGNED) + _der(0xA0, _der(0x30, _der(0x02, b"\x01") + name)))
    part = _attached(signature, "application/pkcs7-signature", "smime.p7s")
    return _multipart(_text(), part, kind='signed; protocol="application/pkcs7-signature"; micalg=sha-256')


def _tnef(marker: str) -> bytes:
    def attribute(level: int, identifier: int, data: bytes) -> bytes:
        return (
            struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
        )

    body = (
        struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
        + attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00018010, b"a.txt\x00")
        + attribute(2, 0x0006800F, f"底稿 {marker}".encode())
    )  # fmt: skip
    return _multipart(_text(), _attached(body, "application/ms-tnef", "winmail.dat"))


def _calendar(marker: str) -> bytes:
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDESCRIPTION:内部 {marker[:3]}\r\n {marker[3:]}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    return _multipart(
        _text(),
        _html("各单位：请于周五前报送材料。"),
        "Content-Type: text/calendar; charset=utf-8\r\n\r\n" + text,
        kind="alternative",
    )


def _card(marker: str) -> bytes:
    note = "".join(f"={byte:02X}" for byte in marker.encode())
    text = f"BEGIN:VCARD\r\nVERSION:2.1\r\nN:张三\r\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{note}\r\nEND:VCARD\r\n"
    return _multipart(_text(), "Content-Type: text/x-vcard; charset=utf-8\r\n\r\n" + text)


def _charset(charset: str, body: str) -> bytes:
    headers = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return (_HEADERS + headers).encode() + base64.encodebytes(
        body.encode(charset.lower().replace("-gb-2312", ""))
    )


def _external_body(marker: str) -> bytes:
    return _multipart(
        _text(),
        f'Content-Type: message/external-body; access-type=URL; URL="https://example.org/{marker}"\r\n\r\nContent-Type: text/plain\r\n\r\n',
    )


_EML: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool, bool], ...] = (
    ("x header", ("metadata",), lambda m: _mail(f"X-Note: {m}\r\n"), False, True),
    ("raw header", ("metadata",), lambda m: _mail(f"X-Note: {m}\r\n"), False, False),
    ("folded header", ("metadata",), lambda m: _mail(f"Keywords: a,\r\n\t{_encoded(m)}\r\n"), False, False),
    ("encoded word", ("metadata",), lambda m: _mail(f"Organization: {_encoded(m, 'gb2312', 'Q')}\r\n"), False, False),
    ("encoded word cut in two", ("metadata",), lambda m: _mail(f"X-Note: {_split_word(m)}\r\n"), False, False),
    ("thread topic", ("metadata",), lambda m: _mail(f"Thread-Topic: {Header(m, 'utf-8').encode()}\r\n"), False, False),
    ("blind copy", ("metadata",), lambda m: _mail(f"Bcc: {_encoded(m)} <w@example.org>\r\n"), False, False),
    ("comment in an address", ("header", "metadata"), lambda m: _mail(f"Cc: wang@example.org ({m})\r\n"), True, True),
    ("second subject", ("header", "metadata"), lambda m: _mail(f"Subject: {_encoded(m)}\r\n"), True, False),
    ("received", ("metadata",), lambda m: _mail(f"Received: from {m} ([10.1.2.3]) by b\r\n"), False, True),
    ("preamble", ("unplaced",), lambda m: _multipart(_text(), preamble=f"说明 {m}"), False, False),
    ("epilogue", ("unplaced",), lambda m: _multipart(_text(), epilogue=f"说明 {m}"), False, False),
    ("plain text beside html", ("hidden",), lambda m: _multipart(_text(_BODY + m), _html("<p>各单位：请于周五前报送材料。</p>"), kind="alternative"), False, False),
    ("third alternative", ("hidden", "attachment"), lambda m: _multipart(_text(), "Content-Type: text/enriched; charset=utf-8\r\n\r\n" + f"<bold>{m}</bold>", _html("各单位：请于周五前报送材料。"), kind="alternative"), False, False),
    ("hidden in html", ("hidden",), lambda m: _multipart(_text(), _html(f"<p>各单位：请于周五前报送材料。</p><div style='display:none;max-height:0'>{m}</div>"), kind="alternative"), False, False),
    ("comment in html", ("comment",), lambda m: _multipart(_html(f"<p>请查收</p><!-- {m} -->")), False, False),
    ("forwarded mail", ("attachment",), _forwarded, True, False),
    ("coded forwarded mail", ("attachment",), _coded_forward, True, False),
    ("attachment", ("attachment",), lambda m: _multipart(_text(), _attached(f"附件 {m}".encode())), True, False),
    ("quoted attachment", ("attachment",), lambda m: _multipart(_text(), _attached(f"附件 {m}".encode(), encoding="quoted-printable")), True, False),
    ("attached archive", ("attachment",), _archive, True, False),
    ("uuencoded file", ("attachment",), _uuencoded, True, False),
    ("name of a file", ("name",), lambda m: _multipart(_text(), _attached(b"abc", name=_encoded(m) + ".txt")), True, False),
    ("continued name", ("name",), _continued_name, True, False),
    ("name in the type", ("name",), lambda m: _multipart(_text(), _attached(b"abc", kind=f'text/plain; name="{m}.txt"')), True, True),
    ("description of a part", ("metadata",), lambda m: _multipart(_text(), f"Content-Description: {_encoded(m)}\r\n" + _text("第二部分")), False, False),
    ("content id", ("metadata",), lambda m: _multipart(_text(), f"Content-ID: <{m}@a>\r\n" + _text("第二部分")), False, True),
    ("boundary", ("metadata",), lambda m: (_HEADERS + f'Content-Type: multipart/mixed; boundary="{m}"\r\n\r\n--{m}\r\n{_text()}\r\n--{m}--\r\n').encode(), False, True),
    ("opaque signed mail", ("attachment", "body"), _opaque_signed, True, False),
    ("name of the signer", ("signature",), _signer, False, False),
    ("winmail.dat", ("attachment",), _tnef, True, False),
    ("calendar", ("attachment", "hidden"), _calendar, True, False),
    ("card", ("attachment",), _card, True, False),
    ("gbk body", ("body",), lambda m: _charset("gbk", _BODY + m), True, False),
    ("utf-7 body", ("body",), lambda m: _charset("utf-7", _BODY + m), True, False),
    ("hz body", ("body",), lambda m: _charset("hz-gb-2312", _BODY + m), True, False),
    ("external body", ("link", "metadata"), _external_body, False, True),
    ("cut multipart", ("attachment", "body"), lambda m: _multipart(_text(), _text(f"第二部分 {m}"), end=""), True, False),
    ("part of no type", ("attachment", "body"), lambda m: _multipart(_text(), f"\r\n{m}"), True, True),
    ("delivery report", ("attachment", "metadata"), lambda m: _multipart(_text(), f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; {m}@a\r\n", kind="report"), True, True),
)  # fmt: skip


def _msg(**extra: bytes) -> bytes:
    return msg_file.compound_file(msg_file.message(extra=extra))


def _store(name: str, storage: msg_file.Tree) -> bytes:
    return msg_file.compound_file(msg_file.message(extra={name: storage}))


_ATTACHED = "__attach_version1.0_#00000000"
_NAMED = 0x8000


def _ansi_body(marker: str) -> bytes:
    content = msg_file.message(extra=msg_file.stream(0x1000, f"通知 {marker}".encode("gbk"), 0x001E))
    del content["__substg1.0_1000001F"]
    return msg_file.compound_file(content)


def _embedded_message(marker: str) -> bytes:
    return _store(_ATTACHED, msg_file.attachment(msg_file.message("原邮件", f"原文 {marker}")))


def _rtf(marker: str) -> bytes:
    words = "".join(f"\\u{ord(char)}?" for char in marker)
    rtf = rf"{{\rtf1\ansi\ansicpg936\fromtext{{\fonttbl{{\f0 SimSun;}}}}\pard 1 {words}\par}}".encode()
    return _msg(**msg_file.stream(0x1009, msg_file.stored_rtf(rtf)))


def _html_in_rtf(marker: str) -> bytes:
    words = "".join(f"\\u{ord(char)}?" for char in marker)
    rtf = (
        r"{\rtf1\ansi\ansicpg936\fromhtml1{\*\htmltag0 <html>}{\*\htmltag0 <p style='display:none'>}\htmlrtf\par \htmlrtf0 "
        + words + r"{\*\htmltag0 </p></html>}}"
    ).encode()  # fmt: skip
    return _msg(**msg_file.stream(0x1009, msg_file.stored_rtf(rtf)))


def _html_body(text: str) -> dict[str, bytes]:
    page = f"<html><head><meta charset=utf-8></head><body><p>请准时参加。</p>{text}</body></html>"
    return msg_file.stream(0x1013, page.encode())


_MSG: tuple[tuple[str, tuple[str, ...], Callable[[str], bytes], bool], ...] = (
    ("subject", ("header", "metadata"), lambda m: msg_file.compound_file(msg_file.message(subject=m)), True),
    ("body", ("body",), lambda m: msg_file.compound_file(msg_file.message(body=f"通知 {m}")), True),
    ("ansi body", ("body",), _ansi_body, True),
    ("html body", ("body",), lambda m: _msg(**_html_body(f"<p>{m}</p>")), True),
    ("hidden in the html body", ("hidden",), lambda m: _msg(**_html_body(f"<p hidden>{m}</p>")), False),
    ("plain body beside html", ("hidden",), lambda m: msg_file.compound_file(msg_file.message(body=f"请准时参加。\r\n{m}", extra=_html_body(""))), False),
    ("rtf body", ("body",), _rtf, True),
    ("html in the rtf body", ("hidden",), _html_in_rtf, False),
    ("recipient", ("header", "metadata"), lambda m: _store("__recip_version1.0_#00000000", msg_file.recipient(m, "w@example.org")), False),
    ("transport headers", ("metadata",), lambda m: _msg(**msg_file.stream(0x007D, f"Received: from a\r\nX-Note: {m}\r\n")), False),
    ("attachment", ("attachment",), lambda m: _store(_ATTACHED, msg_file.attachment(f"附件 {m}".encode())), True),
    ("name of the attachment", ("name",), lambda m: _store(_ATTACHED, msg_file.attachment("附件".encode(), m + ".txt")), True),
    ("attached message", ("attachment",), _embedded_message, True),
    ("named property", ("metadata",), lambda m: _msg(**msg_file.stream(_NAMED, m)), False),
    ("name of a property", ("name", "metadata"), lambda m: msg_file.compound_file(msg_file.message(named={0: m})), False),
    ("categories", ("metadata",), lambda m: _msg(**{"__substg1.0_8001101F": struct.pack("<I", 6), "__substg1.0_8001101F-00000000": f"{m}\x00".encode("utf-16-le")}), False),
    ("unknown binary property", ("unplaced", "metadata"), lambda m: _msg(**msg_file.stream(0x6800, b"\x01\x02\x00\x00" + m.encode("utf-16-le") + b"\x00\x00")), False),
    ("stream of no property", ("unplaced",), lambda m: _msg(**{"Notes": m.encode("utf-16-le")}), False),
    ("storage of no property", ("unplaced", "name"), lambda m: _store("Extra", {"n": m.encode()}), False),
)  # fmt: skip

PLACES: tuple[Hiding, ...] = (
    *(Hiding(name, ".eml", kinds, make, visible, narrow) for name, kinds, make, visible, narrow in _EML),
    *(Hiding(name, ".msg", kinds, make, visible) for name, kinds, make, visible in _MSG),
)
