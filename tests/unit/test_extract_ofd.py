"""Ordinary reading of OFD: order, lines, tables, places, doubts, refusals."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_pipeline.builtin.extractors.claims import OFD
from disclosure_pipeline.builtin.extractors.ofd.reader import OfdExtractor
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests.hiding.ofd import PLACES
from tests.hiding.ofd_file import (
    annotated,
    element,
    lying_glyphs,
    members,
    pack,
    page,
    path,
    root,
    seal,
    signed,
    text,
)  # fmt: skip
from tests.unit.damage import damaged, torn

LIMITS = ExtractionSettings().model_dump()
SECRET = "13912345678"


def read(data: bytes, **limits: int) -> Text:
    return OfdExtractor({**LIMITS, **limits}).read(data, "文件.ofd")


def shown(found: Text) -> list[Segment]:
    return [segment for segment in found.segments if segment.visible]


def test_everyday_file_has_no_doubt_and_nothing_unplaced() -> None:
    found = read(signed())
    assert found.doubts == ()
    assert found.warnings == ()
    assert found.facts["pages"] == 1
    assert not [
        segment for segment in found.segments if segment.place.kind in ("unplaced", "link", "hidden", "name")
    ]


def test_place_is_in_points_from_the_top_left_corner() -> None:
    segment = shown(read(pack(members())))[0]
    assert segment.text == "关于印发政府信息公开工作要点的通知"
    assert segment.place.part == "page"
    assert segment.place.page == 1
    assert segment.place.bbox is not None
    left, top, right, bottom = (value / 72 * 25.4 for value in segment.place.bbox)
    assert left == pytest.approx(20, abs=0.01)
    assert right == pytest.approx(20 + 17 * 5, abs=0.01)
    assert 20 <= top < bottom <= 28


def test_origin_of_the_page_box_is_taken_off() -> None:
    area = element("Area", element("PhysicalBox", "10 10 100 100"))
    segment = shown(read(pack(members(content=page(before=area)))))[0]
    assert segment.place.bbox is not None
    assert segment.place.bbox[0] == pytest.approx(10 / 25.4 * 72, abs=0.01)


def test_objects_on_one_base_line_are_one_line_in_any_drawing_order() -> None:
    found = read(pack(members(text("5678", at="40 60 40 8"), text("1391234", at="5 60 40 8"))))
    assert SECRET in [segment.text for segment in shown(found)]


def test_letters_drawn_twice_to_look_bold_are_read_once() -> None:
    found = read(pack(members(text(SECRET, at="20 60 90 8"), text(SECRET, at="20.1 60 90 8"))))
    assert [segment.text for segment in shown(found)].count(SECRET) == 1


def test_columns_far_apart_stay_apart() -> None:
    found = read(pack(members(text("左栏", at="20 60 40 8"), text("右栏", at="120 60 40 8"))))
    assert {"左栏", "右栏"} <= {segment.text for segment in shown(found)}


def test_number_broken_over_two_lines_of_one_object_stays_in_one_segment() -> None:
    code = element("TextCode", SECRET, X="0", Y="5", DeltaX="g 5 5 -25 g 4 5", DeltaY="g 5 0 6 g 4 0")
    found = read(
        pack(members(element("TextObject", code, ID="9", Boundary="20 60 50 20", Font="3", Size="5")))
    )
    assert "139123\n45678" in [segment.text for segment in shown(found)]


def test_number_broken_over_two_lines_at_the_right_margin_stays_in_one_segment() -> None:
    found = read(
        pack(
            members(
                text("联系人的移动电话号码是" + SECRET[:6], at="20 60 90 8"),
                text(SECRET[6:], at="20 67 90 8"),
            )
        )
    )
    joined = next(segment.text for segment in shown(found) if SECRET[:6] in segment.text)
    assert SECRET in joined.replace("\n", "")


def test_lines_out_of_order_are_read_from_top_to_bottom() -> None:
    lines = [text(f"第{number}行", at=f"20 {100 + 10 * number} 60 8") for number in (5, 1, 4, 2, 3, 6, 0)]
    found = [segment.text for segment in shown(read(pack(members(*lines))))]
    assert [line for line in found if line.endswith("行")] == [f"第{number}行" for number in range(7)]


def test_vertical_text_is_one_line() -> None:
    code = element("TextCode", SECRET, X="0", Y="5", DeltaY="g 10 5")
    found = read(
        pack(members(element("TextObject", code, ID="9", Boundary="20 60 5 60", Font="3", Size="5")))
    )
    assert SECRET in [segment.text for segment in shown(found)]


def ruled(*, left: int = 20, top: int = 60) -> str:
    """A table of two columns and two rows, 40 by 10 mm each."""
    data = "".join(f"M 0 {y} L 80 {y} " for y in (0, 10, 20)) + "".join(
        f"M {x} 0 L {x} 20 " for x in (0, 40, 80)
    )
    lines = element("AbbreviatedData", data)
    return element("PathObject", lines, ID="8", Boundary=f"{left} {top} 80 20", LineWidth="0.3")


def test_ruled_table_gives_cells() -> None:
    words = [("姓名", 22, 61), ("身份证号", 62, 61), ("张三", 22, 71), (SECRET, 62, 71)]
    texts = [text(word, at=f"{x} {y} 36 8", size="3") for word, x, y in words]
    found = read(pack(members(ruled(), *texts)))
    cells = {segment.place.cell: segment.text for segment in found.segments if segment.place.kind == "table"}
    assert cells == {
        "table 1 A1": "姓名",
        "table 1 B1": "身份证号",
        "table 1 A2": "张三",
        "table 1 B2": SECRET,
    }


def test_white_letters_on_a_dark_bar_are_visible() -> None:
    bar = path(inside=element("FillColor", Value="200 0 0"))
    words = text(SECRET, inside=element("FillColor", Value="255 255 255"))
    assert SECRET in [segment.text for segment in shown(read(pack(members(bar, words))))]


def test_only_the_covered_letters_are_hidden() -> None:
    box = path(
        element("AbbreviatedData", "M 0 0 L 20 0 L 20 12 L 0 12 C"),
        inside=element("FillColor", Value="0 0 0"),
    )
    found = read(pack(members(text(SECRET), box)))
    assert SECRET[:4] in [segment.text for segment in found.segments if segment.place.kind == "hidden"]
    assert SECRET[4:] in [segment.text for segment in shown(found)]


def test_a_frame_around_letters_does_not_cover_them() -> None:
    frame = "M 0 0 L 150 0 L 150 12 L 0 12 C M 1 1 L 149 1 L 149 11 L 1 11 C"
    ring = path(element("AbbreviatedData", frame), inside=element("FillColor", Value="0 0 0"))
    assert SECRET in [segment.text for segment in shown(read(pack(members(text(SECRET), ring))))]


def test_an_opaque_annotation_hides_what_is_under_it() -> None:
    data = annotated(
        element(
            "Appearance",
            path(at="0 0 150 12", inside=element("FillColor", Value="0 0 0")),
            Boundary="20 18 150 12",
        ),
        Type="Stamp",
    )
    hidden = [segment.text for segment in read(data).segments if segment.place.kind == "hidden"]
    assert hidden == ["关于印发政府信息公开工作要点的通知"]


def test_documents_of_one_file_are_told_apart() -> None:
    place = next(item for item in PLACES if item.name == "second document")
    found = read(place.data)
    assert {segment.place.part for segment in shown(found)} == {"Doc_0/page", "Doc_1/page"}
    assert found.facts["pages"] == 2


def test_stamp_is_placed_on_its_page() -> None:
    found = read(signed(value=seal("某市人民政府")))
    stamp = next(segment for segment in found.segments if segment.text == "某市人民政府")
    assert (stamp.place.kind, stamp.place.page, stamp.visible) == ("signature", 1, True)
    assert stamp.place.bbox == pytest.approx(tuple(value / 25.4 * 72 for value in (120, 200, 162, 242)))


def test_signature_that_leaves_a_page_out_is_a_warning() -> None:
    assert any("签名没有覆盖" in warning for warning in read(signed(files=("OFD.xml",))).warnings)


def test_signed_member_that_changed_is_a_warning() -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(signed())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["Doc_0/Pages/Page_0/Content.xml"] = page(text(SECRET))
    assert any("摘要不符" in warning for warning in read(pack(parts)).warnings)


def test_glyphs_that_show_other_letters_are_a_doubt_and_both_are_read() -> None:
    found = read(lying_glyphs("公开内容", SECRET[:4]))
    assert [doubt.code for doubt in found.doubts] == ["page.glyphs"]
    assert {"公开内容", SECRET[:4]} <= {segment.text for segment in found.segments}


def test_glyphs_that_show_their_letters_are_no_doubt() -> None:
    assert read(lying_glyphs("公开内容", "公开内容")).doubts == ()


def test_glyphs_without_letters_are_read_from_the_font() -> None:
    found = read(lying_glyphs("", SECRET))
    assert SECRET in [segment.text for segment in shown(found)]
    assert found.doubts == ()


def test_glyphs_without_letters_and_without_a_font_are_a_doubt() -> None:
    swap = element(
        "CGTransform", element("Glyphs", "12 13 14"), CodePosition="0", CodeCount="3", GlyphCount="3"
    )
    found = read(pack(members(text("", inside=swap))))
    assert [doubt.code for doubt in found.doubts] == ["page.glyphs"]


def test_letters_drawn_as_outlines_are_a_doubt() -> None:
    shape = path(
        element("AbbreviatedData", "M 0 0 " + "L 1 1 L 2 0 " * 300),
        inside=element("FillColor", Value="0 0 0"),
    )
    content = root("Page", element("Content", element("Layer", shape, ID="80")))
    assert "page.no_text" in [doubt.code for doubt in read(pack(members(content=content))).doubts]


def test_missing_page_is_a_doubt() -> None:
    parts = members(pages=element("Page", ID="2", BaseLoc="Pages/Page_7/Content.xml"))
    assert [doubt.code for doubt in read(pack(parts)).doubts] == ["page.missing"]


def test_unknown_binary_member_is_a_doubt() -> None:
    found = read(pack(members(more={"Doc_0/x.bin": bytes(range(256)) * 4})))
    assert [doubt.code for doubt in found.doubts] == ["attachment.unread"]


def test_too_many_offsets_do_not_grow() -> None:
    code = element("TextCode", SECRET, X="0", Y="5", DeltaX="g 999999999999 5 " * 50)
    found = read(
        pack(members(element("TextObject", code, ID="9", Boundary="20 60 90 8", Font="3", Size="5")))
    )
    assert SECRET in [segment.text for segment in shown(found)]


def units_that_hold_each_other(count: int) -> bytes:
    """Composite units that each draw the next one ten times over."""
    made = []
    for number in range(count):
        use = element("CompositeObject", ResourceID=str(number + 1), Boundary="0 0 9 9") * 10
        made.append(
            element(
                "CompositeGraphicUnit",
                element("Content", use + text(SECRET)),
                ID=str(number),
                Width="9",
                Height="9",
            )
        )
    start = element("CompositeObject", ResourceID="0", Boundary="0 0 9 9")
    return pack(members(start, resources=element("CompositeGraphicUnits", "".join(made))))


@pytest.mark.parametrize(
    ("data", "code", "limits"),
    [
        (b"", "file.empty", {}),
        (b"PK\x03\x04" + SECRET.encode(), "file.broken", {}),
        (pack({"a.xml": SECRET.encode()}), "file.broken", {}),
        (pack({"OFD.xml": root("OFD", SECRET)}), "file.broken", {}),
        (pack({**members(text(SECRET)), "Encryptions.xml": b"<Encryptions/>"}), "file.encrypted", {}),
        (pack(members(content=f'<!DOCTYPE a [<!ENTITY b "{SECRET}">]><Page>&b;</Page>'.encode())), "file.bomb", {}),
        (pack(members(text(SECRET), pages=element("Page", ID="2", BaseLoc="Pages/Page_0/Content.xml") * 9)), "file.too_large", {"max_pages": 9}),
        (pack(members(text(SECRET), content=page(before=element("Area", element("PhysicalBox", "0 0 210 99999"))))), "file.too_large", {}),
        (pack(members(text(SECRET))), "file.bomb", {"max_members": 3}),
        (units_that_hold_each_other(15), "file.bomb", {}),
    ],
)  # fmt: skip
def test_refusals_have_a_reason_and_tell_nothing(data: bytes, code: str, limits: dict[str, int]) -> None:
    with pytest.raises(ExtractionFailed) as refused:
        read(data, **limits)
    assert refused.value.code == code
    assert SECRET not in str(refused.value)


def test_score_is_sure_by_content_and_never_by_name() -> None:
    assert OFD.score(pack(members()), "a.docx") > 90
    assert OFD.score(b"%PDF-1.7", "a.ofd") == 0
    assert OFD.score(b"PK\x03\x04", "a.ofd") == 0


def test_archive_of_ofd_files_is_no_ofd() -> None:
    import io
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("公文.ofd", pack(members()))
    assert OFD.score(file.getvalue(), "a.zip") == 0


def test_ofd_in_a_folder_of_its_package_is_read() -> None:
    parts = {f"公文/{name}": data for name, data in members(text(SECRET)).items()}
    assert OFD.score(pack(parts), "a.bin") > 90
    assert SECRET in [segment.text for segment in shown(read(pack(parts)))]


def test_one_content_on_two_pages_is_read_twice() -> None:
    parts = members(text(SECRET), pages=element("Page", ID="2", BaseLoc="Pages/Page_0/Content.xml"))
    found = read(pack(parts))
    assert [segment.place.page for segment in shown(found) if segment.text == SECRET] == [1, 2]
    assert found.doubts == ()


WHOLE = signed(seal_file=seal("某局"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_damaged_files_fail_in_one_way_only(seed: int, count: int) -> None:
    with contextlib.suppress(ExtractionFailed):
        read(damaged(WHOLE, seed, count))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_members_fail_in_one_way_only(seed: int) -> None:
    chance = random.Random(seed)
    parts = members(
        text(SECRET, inside=element("FillColor", Value="0 0 0")),
        ruled(),
        more={"Doc_0/s.dat": seal("某局")},
    )
    name = chance.choice(sorted(parts))
    parts[name] = torn(parts[name], chance)
    with contextlib.suppress(ExtractionFailed):
        read(pack(parts))
