"""Pictures for a clean copy: their pixels and nothing else."""

from __future__ import annotations

from io import BytesIO

from disclosure_pipeline.builtin.extractors.failures import failure

_PHOTOGRAPHS = ("JPEG", "MPO")
_QUALITY = 90


def repaint(data: bytes, max_pixels: int) -> tuple[bytes, str]:
    """Decode a picture and encode its pixels anew: no metadata, no thumbnail, no bytes behind its end.

    Args:
        data: the picture.
        max_pixels: most pixels that are decoded.

    Returns:
        Its new bytes, and their suffix: ``jpeg`` for photographs, else ``png``.

    Raises:
        ExtractionFailed: ``clean.picture``: the picture cannot be decoded (metafiles among them).
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.format in ("EMF", "WMF") or picture.width * picture.height > max_pixels:
                raise failure("clean.picture")
            photograph = picture.format in _PHOTOGRAPHS
            opaque = photograph or not picture.has_transparency_data
            pixels = picture.convert("RGB" if opaque else "RGBA")
            clean = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
            if not opaque:  # What is drawn in wholly transparent pixels is not seen, and must not be kept.
                seen = clean.getchannel("A").point(lambda alpha: 255 if alpha else 0)
                clean = Image.composite(clean, Image.new("RGBA", clean.size), seen)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise failure("clean.picture") from error
    buffer = BytesIO()
    if photograph:
        clean.save(buffer, "JPEG", quality=_QUALITY)
    else:
        clean.save(buffer, "PNG", optimize=False)
    return buffer.getvalue(), "jpeg" if photograph else "png"
