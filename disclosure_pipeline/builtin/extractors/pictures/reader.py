"""Pictures as files: scans (png, jpg, tiff of many pages, bmp, gif, webp), EMF and WMF drawings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_pipeline.builtin.extractors.claims import IMAGE
from disclosure_pipeline.builtin.extractors.collector import Collector, Source, check_suffix
from disclosure_pipeline.builtin.extractors.extractor import BuiltinExtractor
from disclosure_pipeline.builtin.extractors.failures import failure
from disclosure_pipeline.builtin.extractors.pictures import metadata as picture_metadata
from disclosure_pipeline.builtin.extractors.pictures import metafile, pictures
from disclosure_pipeline.builtin.extractors.signatures import is_metafile
from disclosure_pipeline.errors import ExtractionFailed
from disclosure_pipeline.model.text import Place, Text

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_SUFFIXES = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".webp", ".emf",
    ".wmf", ".emz", ".wmz",
)  # fmt: skip
_FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "BMP", "GIF", "WEBP")
_MEDIA_TYPES = {"MPO": "image/jpeg", "BMP": "image/bmp"}
_METAFILE = "image/x-emf"
_USUAL_DPI = (72, 1200)
_A4_POINTS = 842.0
_SMALLEST_PAGE = 1000
_PACKED = b"\x1f\x8b"


class ImageExtractor(BuiltinExtractor):
    """Reads pictures as pages of a scan."""

    claim = IMAGE

    def read(self, source: Source, name: str) -> Text:
        """Recognise every page.

        Raises:
            ExtractionFailed: ``file.empty``, ``file.broken``, ``file.too_large``.
        """
        data = source.read_bytes() if isinstance(source, Path) else source
        if not data:
            raise failure("file.empty")
        if is_metafile(data) or data.startswith(_PACKED):
            out = self._collector(_METAFILE)
            metafile.read(out, "picture", data, page=1)
            return out.text()
        picture = self._opened(data)
        with picture:
            kind = picture.format or ""
            media_type = _MEDIA_TYPES.get(kind, f"image/{kind.lower()}")
            out = self._collector(media_type)
            check_suffix(out, name, _SUFFIXES, f"{kind} 图片")
            surplus = self._metadata(out, data, picture)
            self._pages(out, picture)
        if surplus:
            self._surplus(out, surplus)
        return out.text()

    def _opened(self, data: bytes) -> Picture:
        from PIL import UnidentifiedImageError

        try:
            picture = pictures.open_picture(data, self._limits.max_pixels)
        except ValueError:
            raise failure("file.too_large", "The picture has too many pixels.") from None
        except (UnidentifiedImageError, OSError, SyntaxError, ArithmeticError, LookupError, TypeError):
            raise failure("file.broken") from None
        if picture.format not in _FORMATS:
            picture.close()
            raise failure("file.unknown")
        return picture

    def _metadata(self, out: Collector, data: bytes, picture: Picture) -> bytes:
        try:
            return picture_metadata.read(out, "picture", data, picture)
        except (ExtractionFailed, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - whatever else a hostile picture makes a library raise
            out.doubt(
                "picture.metadata", "图片的附加信息未能完整读出，请人工查看。", Place("picture", "metadata")
            )
            return b""

    def _pages(self, out: Collector, picture: Picture) -> None:
        count = count_pages(picture, self._limits.max_pages)
        out.facts["pages"] = count
        if count > self._limits.max_pages:
            raise failure("file.too_large", "The picture has too many pages.")
        for number in range(count):
            try:
                self._page(out, picture, number)
            except (ExtractionFailed, MemoryError):
                raise
            except Exception:  # noqa: BLE001 - as above
                out.doubt(
                    "picture.broken",
                    "图片已损坏或不完整，未能全部读出，请人工查看。",
                    Place("picture", "ocr", number + 1),
                )

    def _page(self, out: Collector, picture: Picture, number: int) -> None:
        picture.seek(number)
        if picture.width * picture.height > self._limits.max_pixels:
            raise failure("file.too_large", "A page has too many pixels.")
        dpi, upright = dpi_of(picture), held_upright(picture)
        size = (upright.width * 72 / dpi, upright.height * 72 / dpi)
        part = f"page {number + 1}"
        pictures.read_frame(out, part, upright, page=number + 1, size=size, large=True, dpi=dpi)

    def _surplus(self, out: Collector, data: bytes) -> None:
        """Bytes behind the picture's end: another file that hides there, or words."""
        from disclosure_pipeline.builtin.extractors.embedded import read_embedded

        out.warn("图片末尾之后还有其他数据。")
        picture_metadata.sweep(out, "after the end", data, "after the end")
        read_embedded(out, "after the end", data, limits=self._settings, depth=self._depth)


def held_upright(picture: Picture) -> Picture:
    """The picture as viewers show it, by its EXIF orientation."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture) or picture


def dpi_of(picture: Picture) -> int:
    """Pixels per inch as the file says; where that is no scanner's number, as if it were an A4 page."""
    said = picture.info.get("dpi", (0, 0))
    try:
        dpi = round(float(said[0]))
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        dpi = 0
    longer = max(picture.size)
    if _USUAL_DPI[0] < dpi <= _USUAL_DPI[1]:
        return dpi
    return max(72, round(longer * 72 / _A4_POINTS)) if longer >= _SMALLEST_PAGE else 96


def count_pages(picture: Picture, most: int) -> int:
    """Number of pages; of a TIFF not beyond one more than the limit, because counting takes their square."""
    if picture.format != "TIFF":
        return int(getattr(picture, "n_frames", 1))
    for number in range(1, most + 1):
        try:
            picture.seek(number)
        except EOFError:
            picture.seek(0)
            return number
    return most + 1
