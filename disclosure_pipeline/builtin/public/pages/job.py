"""The jobs that are called through the sandbox: the pages of one draft as a new pdf, and what stands where on them."""

from __future__ import annotations

from collections.abc import Mapping

from disclosure_pipeline.builtin import page_pictures
from disclosure_pipeline.durable import file_digest
from disclosure_pipeline.errors import ExtractionFailed, StoreFault
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.page_pictures import Letters
from disclosure_pipeline.hooks.stages import UNTITLED, Wording
from disclosure_pipeline.model.boxes import Box

PDF = "application/pdf"


def letters(file: SourceFile, media_type: str, pages: tuple[int, ...]) -> Mapping[int, Letters]:
    """The characters of some pages with their boxes.

    Args:
        file: the draft, with its hash.
        media_type: what it is, as its reader found.
        pages: 1-based.

    Raises:
        DisclosureError: it cannot be opened, or has no such page.
    """
    found = {}
    for page in pages:
        known = page_pictures.letters(file.sha256, media_type, page)
        known = known if known is not None else page_pictures.letters(file, media_type, page)
        if known is not None:
            found[page] = known
    return found


def reprint(
    file: SourceFile,
    media_type: str,
    struck: Mapping[int, tuple[Box, ...]],
    drawn: bool,
    wording: Wording = UNTITLED,
) -> bytes:
    """Make the pages anew.

    Args:
        file: the draft, with its hash.
        media_type: what it is, as its reader found.
        struck: boxes that must not be seen, by page (1-based), points from the top left corner of the page as shown.
        drawn: as pictures; else with the text layer, of which nothing can be struck out.
        wording: what it says beside its pages.

    Raises:
        ExtractionFailed: ``pages.unprinted``: it cannot be done.
        StoreFault: ``vault.damaged``.
    """
    from disclosure_pipeline.builtin.public.pages import drawing, layered

    if file_digest(file.path) != file.sha256:
        raise StoreFault(
            "A file of the vault is damaged.",
            code="vault.damaged",
            advice="Restore the vault from the backup; nothing is made of a damaged file.",
        )
    if not drawn and (struck or media_type != PDF):
        raise unprinted("text layer")
    try:
        if not drawn:
            return layered.copy(file.path, wording.title)
        pages = drawing.of_pdf(file.path) if media_type == PDF else drawing.of_scan(file.path)
        return drawing.bound(pages, struck, wording)
    except (ExtractionFailed, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - hostile files make the libraries raise anything
        raise unprinted(type(error).__name__) from None


def unprinted(reason: str) -> ExtractionFailed:
    """The error of a draft whose pages cannot be made anew."""
    return ExtractionFailed(
        f"The pages of the file cannot be made anew ({reason}).",
        code="pages.unprinted",
        advice="The public copy holds the text of the file instead of its pages.",
    )
