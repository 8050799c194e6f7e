"""OLE compound files: ordinary reading of their streams, refusals, passwords, and what no bytes may do.

LibreOffice is switched off here, so that only our own readers answer; the conversion has its own tests.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import msoffcrypto
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.legacy.decrypt import decrypted
from disclosure_pipeline.builtin.extractors.legacy.reader import LegacyExtractor
from disclosure_pipeline.builtin.extractors.shared.byte_words import Known, sweep
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.legacy_office import available, base, placeholder
from tests.hiding.msg_file import compound_file

PASSWORD = "青山-3917"
SETTINGS = ExtractionSettings(office="").model_dump()
needs_office = pytest.mark.skipif(
    not available(), reason="LibreOffice, which writes the files, is not installed"
)


def read(data: bytes, name: str = "通知.doc", **limits: object) -> Text:
    return LegacyExtractor({**SETTINGS, **limits}).read(data, name)


def codes(text: Text) -> list[str]:
    return [doubt.code for doubt in text.doubts]


def texts(text: Text, kind: str) -> list[str]:
    return [item.text for item in text.segments if item.place.kind == kind]


def encrypted_docx(password: str) -> bytes:
    plain, out = BytesIO(), BytesIO()
    document = Document()
    document.add_paragraph("关于会务工作的通知")
    document.save(plain)
    plain.seek(0)
    msoffcrypto.OfficeFile(plain).encrypt(password, out)
    return out.getvalue()


# ---------------------------------------------------------------- the streams


@needs_office
def test_streams_alone_are_read_and_in_doubt() -> None:
    text = read(base("doc"))
    assert codes(text) == ["office.unavailable"]
    assert texts(text, "body")[0] == f"关于做好会务工作的通知{placeholder(12)}"
    assert texts(text, "deletion") == [placeholder(11)]
    assert texts(text, "comment") == [placeholder(13)]
    assert [item.strip() for item in texts(text, "footnote")] == [placeholder(14)]
    assert texts(text, "hidden") == [placeholder(15)]
    assert texts(text, "unplaced") == []


@needs_office
def test_cells_have_addresses() -> None:
    text = read(base("xls"), "预算.xls")
    cells = {item.place.cell: (item.text, item.place.kind) for item in text.segments if item.place.cell}
    assert cells["预算!B1"] == (placeholder(20), "table")
    assert cells["预算!A3"] == (placeholder(23), "hidden")
    assert cells["草稿!A1"] == (placeholder(24), "hidden")
    assert texts(text, "unplaced") == []


@needs_office
def test_slides_have_numbers() -> None:
    text = read(base("ppt"), "汇报.ppt")
    pages = {item.text: (item.place.page, item.place.kind) for item in text.segments if item.place.page}
    assert pages == {
        placeholder(31): (1, "body"), placeholder(32): (1, "note"), placeholder(33): (2, "hidden"),
    }  # fmt: skip
    assert texts(text, "unplaced") == []


@needs_office
def test_a_wrong_suffix_is_told() -> None:
    assert any("扩展名" in warning for warning in read(base("xls"), "预算.doc").warnings)


def test_an_unknown_program_is_in_doubt() -> None:
    text = read(compound_file({"Page": "线路走向".encode("utf-16-le") * 3}), "图.vsd")
    assert "ole.unknown" in codes(text)
    assert texts(text, "unplaced") == ["线路走向" * 3]


# ------------------------------------------------------------------ refusals


def test_an_encrypted_file_is_refused_and_says_where_a_password_goes() -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        read(encrypted_docx(PASSWORD), "通知.docx", passwords=("错的",))
    assert refusal.value.code == "file.encrypted"
    assert "slip.toml" in refusal.value.advice
    assert "passwords" in refusal.value.advice
    assert PASSWORD not in str(refusal.value)


def test_the_configured_password_opens_it() -> None:
    text = read(encrypted_docx(PASSWORD), "通知.docx", passwords=("错的", PASSWORD))
    assert texts(text, "body") == ["关于会务工作的通知"]
    assert text.extractor == "builtin.docx"


def test_the_slips_password_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "通知.docx"
    path.write_bytes(encrypted_docx(PASSWORD))
    file = SourceFile(0, path, path.name, passwords=(PASSWORD,))
    assert texts(LegacyExtractor(SETTINGS).extract(file), "body") == ["关于会务工作的通知"]
    assert PASSWORD not in repr(file)


def test_what_office_protects_by_itself_counts_as_not_encrypted() -> None:
    assert texts(read(encrypted_docx("VelvetSweatshop"), "通知.docx"), "body") == ["关于会务工作的通知"]


def test_endless_hashing_is_refused() -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        decrypted(encrypted_docx("x").replace(b'spinCount="100000"', b'spinCount="999999999"'), ("x",))
    assert refusal.value.code == "file.bomb"


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(ExtractionFailed) as refusal:
        read(compound_file({f"S{number}": b"x" for number in range(40)}), max_members=20)
    assert refusal.value.code == "file.bomb"


# --------------------------------------------------------------- the sweep


def test_the_sweep_finds_words_in_any_encoding() -> None:
    words = "线路走向方案"
    for encoding in ("utf-16-le", "gb18030", "utf-8"):
        for shift in (0, 1):
            assert list(sweep(bytes(shift) + b"\x01\x02" + words.encode(encoding) + b"\x01\x01")) == [words]


def test_the_sweep_takes_letters_for_no_characters() -> None:
    noise = b"Times New Roman Calibri Heading 1 Default Paragraph Font" + bytes(range(256)) * 4
    assert list(sweep(noise)) == []


def test_the_sweep_finds_numbers_and_addresses() -> None:
    assert list(sweep(b"\x01tel 13912345678\x02zhang@example.gov.cn\x03")) == [
        "13912345678",
        "zhang@example.gov.cn",
    ]


def test_what_is_known_is_no_news() -> None:
    known = Known(("关于召开 会议的通知",))
    assert known.explains("召开会议的通知")
    assert not known.explains("召开会议的通告稿")


# ------------------------------------------------------------ hostile bytes


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.binary(min_size=1, max_size=64), st.sampled_from(("doc", "xls", "ppt")))
@needs_office
def test_no_damage_raises_anything_else(at: int, damage: bytes, kind: str) -> None:
    data = base(kind)
    at %= len(data)
    try:
        read(data[:at] + damage + data[at + len(damage) :], f"x.{kind}")
    except ExtractionFailed as failed:
        assert failed.code.startswith("file.")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for name in ("WordDocument", "Workbook", "PowerPoint Document", "\x05SummaryInformation"):
        lead = {"WordDocument": b"\xec\xa5\xc1\x00"}.get(name, b"")
        try:
            read(compound_file({name: lead + data, "0Table": data, "Current User": data}))
        except ExtractionFailed as failed:
            assert failed.code.startswith("file.")
