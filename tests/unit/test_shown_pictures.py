"""Which pictures of a package are shown, and how much of each."""

from __future__ import annotations

import pytest

from disclosure_pipeline.builtin.extractors.ooxml.pictures import ShownPictures, shown_window
from disclosure_pipeline.builtin.extractors.packages.package import parse_xml

_FILL = b'<f xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:blip/>%s<a:stretch/></f>'


class _Parts(dict[str, bytes]):
    """The two things that are asked of a package: names and contents."""

    @property
    def names(self) -> list[str]:
        return list(self)

    def read(self, name: str) -> bytes:
        return self[name]

    def xml(self, name: str) -> object:
        return parse_xml(self[name])


def _package(crop: str = "", target: str = "media/image1.png") -> ShownPictures:
    blip = f'<a:blip r:embed="r1"/>{crop}'
    drawing = (
        '<w:document xmlns:w="w" xmlns:a="a" '
        f'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{blip}</w:document>'
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="image" Target="{target}"/></Relationships>'
    )
    parts = _Parts({
        "word/document.xml": drawing.encode(), "word/_rels/document.xml.rels": rels.encode(),
        "word/media/image1.png": b"", "word/media/image2.png": b"",
    })  # fmt: skip
    return ShownPictures(parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("crop", "window"),
    [
        (b"", (0, 0, 1, 1)),
        (b'<a:srcRect r="95000"/>', (0, 0, 0.05, 1)),
        (b'<a:srcRect l="25%" t="10%"/>', (0.25, 0.1, 1, 1)),
        (b'<a:srcRect l="-9000" b="x"/>', (0, 0, 1, 1)),
    ],
)
def test_what_a_crop_leaves(crop: bytes, window: tuple[float, ...]) -> None:
    blip = next(parse_xml(_FILL % crop).iter("{*}blip"))
    assert shown_window(blip) == pytest.approx(window)


def test_a_whole_picture_has_no_window() -> None:
    assert _package().window("word/media/image1.png") is None


def test_a_cropped_picture_shows_the_rest() -> None:
    window = _package('<a:srcRect t="40000"/>').window("word/media/image1.png")
    assert window == pytest.approx((0, 0.4, 1, 1))


def test_a_picture_that_nothing_names_is_not_shown() -> None:
    assert _package().window("word/media/image2.png") == (0, 0, 0, 0)


def test_a_target_from_the_top_of_the_package_counts() -> None:
    assert _package(target="/word/media/image1.png").window("word/media/image1.png") is None
