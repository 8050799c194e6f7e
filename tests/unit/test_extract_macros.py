"""Macro projects: sources, what compiled code says beyond them, forms, and projects that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.ole.macros import decompress
from disclosure_pipeline.builtin.extractors.word.reader import DocxExtractor
from disclosure_pipeline.model.text import Text
from tests.hiding.msg_file import compound_file
from tests.hiding.vba import compressed, project
from tests.hiding.wordfile import Draft
from tests.unit.hostile import codes, limits, only

SOURCE = 'Attribute VB_Name = "模块1"\r\nSub 发送()\r\n  MsgBox "发往内网地址"\r\nEnd Sub\r\n'


def read(program: bytes) -> Text:
    data = Draft(parts={"word/vbaProject.bin": program}).data()
    return DocxExtractor(limits()).read(data, "文件.docm")


@pytest.mark.parametrize(
    ("packed", "text"),
    [  # the worked examples of [MS-OVBA] 3.2
        (
            "0119B000616263646566676800696A6B6C6D6E6F70007172737475762E",
            b"abcdefghijklmnopqrstuv.",
        ),
        (
            "012FB000236161616263646582660070616768696A013808616B6C00306D6E6F700671027004107273747576107778797A003C",
            b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        ),
        ("0103B002614500", b"a" * 73),
    ],
)  # fmt: skip
def test_unpacks_what_the_format_packs(packed: str, text: bytes) -> None:
    data = bytes.fromhex(packed)
    size = int.from_bytes(data[1:3], "little") & 0xFFF
    assert decompress(data[: size + 4]) == text


@given(st.binary(min_size=1, max_size=3000))
def test_unpacks_its_own_literals(data: bytes) -> None:
    assert decompress(compressed(data)) == data


@given(st.binary(max_size=300))
def test_noise_is_no_container(data: bytes) -> None:
    try:
        decompress(data)
    except ValueError:
        return
    assert data.startswith(b"\x01")


def test_every_module_is_read_and_only_its_author_s_lines() -> None:
    text = read(project({"模块1": SOURCE, "ThisDocument": 'Attribute VB_Base = "0{0}"\r\n\' 草稿\r\n'}))
    first, second = only(text, "发往内网地址"), only(text, "草稿")
    assert (first.place.kind, first.place.detail, first.visible) == ("script", "模块1", False)
    assert first.text.startswith("Sub 发送()")
    assert (second.text, second.place.detail) == ("' 草稿\r\n", "ThisDocument")
    assert len(text.warnings) == 1
    assert text.doubts == ()


def test_compiled_code_adds_only_what_its_source_does_not_say() -> None:
    cached = b"\x01\x16\x03\x00\xb9\x00" + "发往内网地址".encode("gbk") + b"\x00\x03"
    same = read(project({"模块1": SOURCE}, cached=cached))
    assert len([segment for segment in same.segments if segment.place.kind == "script"]) == 1
    stomped = read(project({"模块1": "Sub A()\r\nEnd Sub\r\n"}, cached=cached))
    assert only(stomped, "发往内网地址").place.kind == "script"


@pytest.mark.parametrize(
    "program",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken",
        compound_file({"VBA": {"Module1": b"x"}}),
        compound_file({"VBA": {"dir": b"no container"}}),
        project({"模块1": SOURCE})[:2048],
        compound_file({"VBA": {"dir": project({"模块1": SOURCE})[512:1024], "模块1": b"\x01"}}),
    ],
    ids=["no compound file", "no directory", "no container", "cut off", "other bytes"],
)
def test_a_project_that_cannot_be_read_is_a_doubt(program: bytes) -> None:
    text = read(program)
    assert "macro.unread" in codes(text)
    assert text.warnings


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_project_never_stops_the_reader(data: st.DataObject) -> None:
    program = bytearray(project({"模块1": SOURCE}, more={"UserForm1": {"o": "标题文字".encode("gbk")}}))
    for _ in range(4):
        program[data.draw(st.integers(512, len(program) - 1))] = data.draw(st.integers(0, 255))
    assert read(bytes(program)).segments
