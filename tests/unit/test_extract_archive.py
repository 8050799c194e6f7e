"""Archives: members by the readers of their formats, and everything that could hurt refused by reason."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.archives.names import decode_name
from disclosure_pipeline.builtin.extractors.archives.reader import ArchiveExtractor
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.readers import builtin_extractors
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.sniff import HEAD_BYTES, choose
from disclosure_pipeline.model.text import Segment, Text
from tests.hiding.archive import rar, tarred, zipped
from tests.unit.hostile import codes, docx, limits, only, packed, paragraph

WORDS = "绝密文件内容".encode()


def read(data: bytes, name: str = "a.zip", **changes: int) -> Text:
    return ArchiveExtractor(limits(**changes)).read(data, name)


def refusal(data: bytes, name: str = "a.zip", **changes: int) -> ExtractionFailed:
    with pytest.raises(ExtractionFailed) as caught:
        read(data, name, **changes)
    assert "绝密" not in repr(caught.value.as_json())
    return caught.value


def seven(password: str | None = None, **members: bytes) -> bytes:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=password is not None) as archive:
        for name, data in members.items():
            archive.writestr(data, name)
    return out.getvalue()


def test_members_are_read_by_their_formats_and_stay_visible() -> None:
    text = read(packed({"甲.txt": "一段文字", "乙.docx": docx(paragraph("文稿的文字"))}))
    assert [(s.text, s.place.part, s.place.kind, s.visible) for s in text.segments] == [
        ("甲.txt", "archive", "name", True),
        ("乙.docx", "archive", "name", True),
        ("一段文字", "member 1!text", "attachment", True),
        ("文稿的文字", "member 2!word/document.xml", "attachment", True),
    ]
    assert text.doubts == ()
    assert text.media_type == "application/zip"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt.gz", gzip.compress(WORDS, mtime=0)),
        ("a.txt.bz2", bz2.compress(WORDS)),
        ("a.txt.xz", lzma.compress(WORDS)),
        ("a.tgz", tarred((tarfile.TarInfo("b.txt"), WORDS), mode="w:gz")),
        ("a.tar", tarred((tarfile.TarInfo("b.txt"), WORDS))),
        ("a.7z", seven(**{"b.txt": WORDS})),
        ("a.rar", rar(("b.txt", WORDS))),
    ],
)
def test_every_family_is_read(name: str, data: bytes) -> None:
    reader = choose(builtin_extractors(limits()), data, name)
    assert reader is not None and reader.id == "archive"
    found = only(read(data, name), WORDS.decode())
    assert (found.place.kind, found.visible) == ("attachment", True)


def test_a_zip_that_is_a_document_is_left_to_its_reader() -> None:
    data = docx(paragraph("正文"))
    reader = choose(builtin_extractors(limits()), data, "a.zip")
    assert reader is not None
    assert reader.id == "docx"


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype", "content.xml"])
def test_a_document_that_no_reader_knows_is_a_doubt(name: str) -> None:
    assert "file.partial" in codes(read(packed({name: "<Types/>", "a/b.txt": "一段文字"})))


def test_doubts_name_a_member_by_its_number() -> None:
    text = read(packed({"绝密.bin": bytes(range(256)) * 4, "b.txt": "文字"}))
    assert codes(text) == {"attachment.unread"}
    assert [doubt.place.part for doubt in text.doubts if doubt.place] == ["member 1"]
    assert not any("绝密" in doubt.message for doubt in text.doubts)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../a.txt", "C:\\a.txt", "a/../../b.txt"])
def test_names_that_lead_out_are_told_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    info = tarfile.TarInfo(name)
    for data in (zipped((zipfile.ZipInfo(name), WORDS)), tarred((info, WORDS))):
        text = read(data)
        assert only(text, WORDS.decode()).visible
        assert "压缩包内有指向包外位置的文件名。" in text.warnings
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b"]


# ------------------------------------------------------------------------ bombs


def test_nested_archives_share_one_budget() -> None:
    inner = packed({f"{number}.txt": b"a" * 20_000 for number in range(10)})
    outer = packed({f"{number}.zip": inner for number in range(10)})
    assert refusal(outer, max_unpacked=1_000_000).code == "file.bomb"
    assert refusal(outer, max_members=50).code == "file.bomb"
    assert codes(read(outer)) == set()


def test_the_ratio_counts_over_all_levels() -> None:
    inner = packed({"a.txt": b"\n" * 6_000_000})
    assert refusal(packed({"b.zip": inner}), max_ratio=20).code == "file.bomb"


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, lzma.compress])
def test_a_stream_that_unpacks_without_end_is_refused(squeeze: object) -> None:
    assert callable(squeeze)
    assert refusal(squeeze(b"\x00" * 30_000_000), "a.gz").code == "file.bomb"


def test_members_that_share_bytes_are_refused() -> None:
    data = bytearray(zipped(("b.txt", WORDS), ("c.txt", WORDS)))
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    third = data.find(b"PK\x01\x02", second + 4)
    data[third + 42 : third + 46] = data[second + 42 : second + 46]
    assert refusal(bytes(data)).code == "file.bomb"


def test_depth_ends_in_a_doubt() -> None:
    data = WORDS
    for _ in range(8):
        data = packed({"a.zip" if data is not WORDS else "a.txt": data})
    text = read(data, max_depth=3)
    assert codes(text) == {"attachment.unread", "text.empty"} or codes(text) == {"attachment.unread"}


# ------------------------------------------------------------------------ passwords


@pytest.fixture
def locked(tmp_path: Path) -> SourceFile:
    path = tmp_path / "a.7z"
    path.write_bytes(seven("芝麻开门", **{"b.txt": WORDS}))
    return SourceFile(0, path, path.name, passwords=("wrong", "芝麻开门"))


def test_passwords_of_the_slip_are_tried(locked: SourceFile) -> None:
    assert only(ArchiveExtractor(limits()).extract(locked), WORDS.decode()).visible


def test_passwords_of_the_settings_are_tried(locked: SourceFile) -> None:
    settings_ = {**limits(), "passwords": ("芝麻开门",)}
    assert only(ArchiveExtractor(settings_).read(locked.path, "a.7z"), WORDS.decode()).visible


def test_passwords_open_archives_inside(locked: SourceFile, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(packed({"a.7z": locked.path.read_bytes()}))
    found = ArchiveExtractor(limits()).extract(SourceFile(0, path, path.name, passwords=locked.passwords))
    assert only(found, WORDS.decode()).visible


def test_passwords_of_the_slip_open_documents_inside(tmp_path: Path) -> None:
    import msoffcrypto

    protected, plain = (
        io.BytesIO(),
        io.BytesIO(docx(paragraph("锁着的正文") + paragraph(random.Random(2).randbytes(9000).hex()))),
    )
    msoffcrypto.OfficeFile(plain).encrypt("口令", protected)
    inner = protected.getvalue()
    mail = (b"From: a@b\r\nTo: c@d\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.b64encode(inner))  # fmt: skip
    for name, data in (("a.zip", packed({"b.docx": inner})), ("a.eml", mail), ("b.docx", inner)):
        path = tmp_path / name
        path.write_bytes(data)
        file = SourceFile(0, path, name, passwords=("错的", "口令"))
        reader = choose(builtin_extractors(limits()), data[:HEAD_BYTES], name)
        assert reader is not None
        assert only(reader.extract(file), "锁着的正文").visible, name
        assert not any("锁着的正文" in segment.text for segment in _tried(reader, path)), name


def _tried(reader: BuiltinExtractor, path: Path) -> tuple[Segment, ...]:
    try:
        return reader.extract(SourceFile(0, path, path.name)).segments
    except ExtractionFailed:
        return ()


def test_without_its_password_an_archive_is_refused(locked: SourceFile) -> None:
    assert refusal(locked.path.read_bytes(), "a.7z").code == "file.encrypted"


def test_a_locked_member_among_open_ones_is_a_doubt() -> None:
    data = bytearray(zipped(("b.txt", WORDS)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rfind(mark) + at] |= 1
    text = read(bytes(data))
    assert codes(text) == {"archive.encrypted"}
    assert any(segment.text == "各单位：请按附件要求报送。" for segment in text.segments)


# ------------------------------------------------------------------------ refusals


def test_packed_members_of_rar_are_doubts_and_their_names_are_read() -> None:
    text = read(rar(("绝密.txt", WORDS), method=0x33), "a.rar")
    assert codes(text) == {"archive.unread"}
    assert only(text, "绝密.txt").place.kind == "name"


def test_split_archives_are_refused() -> None:
    data = bytearray(zipped(("b.txt", WORDS)))
    end = data.rfind(b"PK\x05\x06")
    data[end + 4 : end + 8] = b"\x02\x00\x00\x00"
    assert refusal(bytes(data)).code == "archive.split"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.zip", "file.empty"),
        (b"PK\x05\x06" + bytes(18), "a.zip", "file.empty"),
        (b"PK\x03\x04" + WORDS, "a.zip", "file.broken"),
        (gzip.compress(WORDS, mtime=0)[:-12], "a.gz", "file.broken"),
        (bz2.compress(WORDS)[:-12], "a.bz2", "file.broken"),
        (lzma.compress(WORDS)[:-12], "a.xz", "file.broken"),
        (seven(**{"b.txt": WORDS})[:-12], "a.7z", "file.broken"),
        (b"Rar!\x1a\x07\x00" + WORDS, "a.rar", "file.broken"),
    ],
)
def test_damaged_archives_are_refused(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name).code == code


@pytest.mark.parametrize("end", [2000, 4608, 4609, 5000])
def test_a_cut_tar_is_a_doubt(end: int) -> None:
    members = ((tarfile.TarInfo(f"{letter}.txt"), WORDS * 200) for letter in "bc")
    assert codes(read(tarred(*members)[:end], "a.tar")) & {"archive.unread", "file.partial"}


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_a_packed_file_without_its_checksum_is_a_doubt(cut: int) -> None:
    text = read(gzip.compress(WORDS, mtime=0)[:-cut], "a.gz")
    assert codes(text) == {"file.partial"}
    assert only(text, WORDS.decode()).visible


def test_a_packed_file_of_another_checksum_is_a_doubt() -> None:
    data = bytearray(gzip.compress(WORDS, mtime=0))
    data[-6] ^= 1
    assert codes(read(bytes(data), "a.gz")) == {"file.partial"}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_of_a_zip_is_a_doubt_and_the_others_are_read(method: int) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("b.txt", b"damaged" * 100)
        archive.writestr("c.txt", WORDS)
    damaged = bytearray(data.getvalue())
    damaged[44:48] = b"\xff" * 4
    text = read(bytes(damaged))
    assert codes(text) == {"archive.unread"}
    assert only(text, WORDS.decode()).visible


def test_a_broken_stream_behind_a_whole_one_is_a_doubt() -> None:
    whole, second = bz2.compress(WORDS), bz2.compress(WORDS * 9)
    for cut in range(3, len(second), 7):
        assert "file.partial" in codes(read(whole + second[:cut], "a.bz2")), cut


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (zipped(("b.txt", WORDS)), "zip"),
        (tarred((tarfile.TarInfo("b.txt"), WORDS)), "tar"),
        (seven(**{"b.txt": WORDS}), "7z"),
        (gzip.compress(WORDS, mtime=0), "gzip"),
        (rar(("b.txt", WORDS)), "rar"),
    ],
)
def test_an_archive_of_another_name_is_told(data: bytes, title: str) -> None:
    for name in ("文件.docx", "文件.xlsx", "文件.ofd", "文件.odt", "文件.pdf"):
        reader = choose(builtin_extractors(limits()), data, name)
        assert reader is not None and reader.id == "archive", name
        text = reader.read(data, name)
        assert text.warnings == (f"文件扩展名与内容不符：内容实际是 {title} {'打包' if title == 'tar' else '压缩'}"
                                 f"{'文件' if title in ('tar', 'gzip') else '包'}。",)  # fmt: skip
        assert only(text, WORDS.decode()).visible
        assert text.doubts == ()


@pytest.mark.parametrize("name", ["通知.gz", "通知.pdf.gz"])
def test_a_packed_file_is_told_only_when_its_own_name_lies(name: str) -> None:
    assert bool(read(gzip.compress(docx(paragraph("正文")), mtime=0), name).warnings) == (".pdf" in name)


def test_a_folder_of_an_archive_may_be_called_as_in_a_document() -> None:
    data = packed({"word/通知.txt": WORDS, "word/通知.docx": docx(paragraph("正文"))})
    reader = choose(builtin_extractors(limits()), data, "a.zip")
    assert reader is not None and reader.id == "archive"
    text = reader.read(data, "a.zip")
    assert only(text, "正文").visible
    assert text.doubts == ()


def test_a_document_whose_head_does_not_show_it_is_read_as_one() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(paragraph("正文")))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    data = packed({"docProps/first.bin": random.Random(1).randbytes(100_000), **parts})
    reader = choose(builtin_extractors(limits()), data[:HEAD_BYTES], "a.docx")
    assert reader is not None and reader.id == "archive"
    text = reader.read(data, "a.docx")
    assert (text.extractor, only(text, "正文").place.part) == ("builtin.docx", "word/document.xml")
    assert text.warnings == ()


@given(st.text(alphabet="各镇人民政府通知公告关于abc12._-", min_size=4, max_size=20))
def test_names_in_any_usual_encoding_are_read(name: str) -> None:
    assert decode_name(name.encode()) == name
    assert decode_name(("关于印发通知" + name).encode("gb18030")) == "关于印发通知" + name


_ORIGINALS = (
    zipped(("b.txt", WORDS)), tarred((tarfile.TarInfo("b.txt"), WORDS)), gzip.compress(WORDS, mtime=0), rar(("b.txt", WORDS)),
    seven(**{"b.txt": WORDS}),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(_ORIGINALS),
    st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 12_000),
)
def test_any_change_is_read_or_refused(original: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(original)
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        read(bytes(data[: max(cut % (2 * len(data)), 1)]), "a", max_unpacked=1 << 24)
    except ExtractionFailed:
        return
