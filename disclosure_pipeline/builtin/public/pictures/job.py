"""The job that is called through the sandbox: the pictures that one draft surely shows, made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from disclosure_pipeline.builtin.extractors.collector import Limits
from disclosure_pipeline.builtin.extractors.packages.package import Package
from disclosure_pipeline.builtin.public.pictures import in_page, in_slides, in_word
from disclosure_pipeline.builtin.public.pictures.pixels import redrawn
from disclosure_pipeline.builtin.public.pictures.spots import Spot
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import DisclosureError, StoreFault
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.pictures import PAGE, SLIDES, WORD

MOST = 30
MOST_BYTES = 6_000_000
"""Pictures of one draft, and their bytes together, which its page holds; with more none goes out."""


def pictures(file: SourceFile, media_type: str, limits: Mapping[str, Any]) -> tuple[ShownPicture, ...]:
    """The pictures that the draft shows, in order; those that cannot be made anew surely are left out.

    Args:
        file: the draft, with its hash.
        media_type: what it is, as its reader found.
        limits: the keys of ``[extraction]``.

    Raises:
        StoreFault: ``vault.damaged``.
        MemoryError: it ends the process.
    """
    if file_digest(file.path) != file.sha256:
        raise StoreFault(
            "A file of the vault is damaged.",
            code="vault.damaged",
            advice="Restore the vault from the backup; nothing is made of a damaged file.",
        )
    try:
        found = list(_spots(file, media_type, limits))
    except MemoryError:
        raise
    except (DisclosureError, Exception):  # noqa: BLE001 - hostile files make the libraries raise anything
        return ()
    made = tuple(_made_anew(found)) if len(found) <= MOST else ()
    return made if sum(len(shown.data) for shown in made) <= MOST_BYTES else ()


def _spots(file: SourceFile, media_type: str, limits: Mapping[str, Any]) -> Iterator[Spot]:
    if media_type == PAGE:
        yield from in_page.spots(file.path.read_bytes(), limits)
    elif media_type in (WORD, SLIDES):
        with Package(file.path, Limits.of(limits)) as package:
            yield from (in_word if media_type == WORD else in_slides).spots(package)


def _made_anew(spots: list[Spot]) -> Iterator[ShownPicture]:
    for spot in spots:
        try:
            media_type, data, size = redrawn(spot.data, spot.window)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - hostile pictures fail in many ways; each is simply not shown
            continue
        yield ShownPicture(spot.part, spot.story, spot.paragraph, spot.before, media_type, data, size)
