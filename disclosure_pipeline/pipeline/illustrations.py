"""The pictures in the text of a version, as officers see them, and what is ruled of those without words.

What becomes of each is told by the stage that makes the public copy. A ruling is bound to the pixels that the officer
saw: they are made anew here, from the stored original, before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from disclosure_pipeline.errors import NotFound, Refused, StaleVersion
from disclosure_pipeline.hooks import pictures as judging
from disclosure_pipeline.hooks.contracts import Case, SourceFile
from disclosure_pipeline.hooks.stages import ShownPicture
from disclosure_pipeline.model.pictures import Outlook, PictureKey, PictureRuling, Ruling, may_have_pictures
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.route import Role, TierState
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline.cases import load_case
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.findings_desk import Desk, desk
from disclosure_pipeline.pipeline.opened import check_open
from disclosure_pipeline.pipeline.shelf import TextShelf
from disclosure_pipeline.store import documents, picture_rulings
from disclosure_pipeline.store.audit import digest_of

if TYPE_CHECKING:
    from disclosure_pipeline.pipeline.pages import PagePictures

RULE = "rule_picture"
"""The step by which a picture is ruled on."""

_WORDS = 24
"""Characters before a picture that tell where it stands."""


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture as the review page shows it.

    Args:
        number: in the order of the version, from 1; the public copy counts only those that it holds.
        key: what a ruling about it is bound to.
        size: width and height, pixels.
        outlook: whether it goes out, or why not.
        before: the last words before it; empty at the beginning.
        said: what was ruled of it last, if anything.
    """

    number: int
    key: PictureKey
    size: tuple[int, int]
    outlook: Outlook
    before: str
    said: PictureRuling | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The pictures of a version.

    Args:
        version: which.
        pictures: in the order of its files and their text.
        concluded: whether the secrecy review of it is concluded: nothing is ruled any more.
    """

    version: int
    pictures: tuple[PictureView, ...]
    concluded: bool = False

    def find(self, part: int, pixels: str) -> tuple[PictureView, ...]:
        """Every picture of a file with some pixels: who rules on one of them has seen them all."""
        return tuple(item for item in self.pictures if (item.key.part, item.key.pixels) == (part, pixels))


def survey(core: Core, pages: PagePictures, document: str, shelf: TextShelf | None = None) -> Survey:
    """The pictures of a document's present version; the caller has checked who asks.

    Args:
        core: the process's parts.
        pages: makes them anew.
        document: case number.
        shelf: where texts are kept from one page to the next.

    Raises:
        NotFound: no such case.
        Refused: ``content_sealed``, ``original_missing``.
        DisclosureError: they cannot be made anew, or nobody can tell what becomes of them.
    """
    with core.database.read() as connection:
        row = check_open(connection, document, 1)
        version = int(row.version)
        laid = (shelf or TextShelf()).of(connection, row, version)
        if not any(may_have_pictures(item.text) for item in laid.values()):
            return Survey(version, ())
        concluded = _is_concluded(connection, document, version)
        case = load_case(core, connection, row, {position: item.text for position, item in laid.items()})
        said = picture_rulings.of_version(connection, document, version)
    found = judging.judge(core.host.stages, case, _Source(core.rulebook, pages, case))
    texts = {part.position: part.text for part in case.texts}
    views = (
        PictureView(
            number, item.key, item.picture.size, item.outlook, _before(texts[item.part], item.behind),
            said.get(item.key),
        )
        for number, item in enumerate(found, 1)
    )  # fmt: skip
    return Survey(version, tuple(views), concluded)


def picture(pages: PagePictures, document: str, version: int, part: int, pixels: str) -> ShownPicture:
    """One picture, with exactly these pixels; the caller has checked who asks.

    Args:
        pages: makes it anew.
        document: case number.
        version: the version.
        part: position of its file.
        pixels: sha256 (hex) of it.

    Raises:
        NotFound: the version has no such picture.
        Refused: as :func:`survey`.
        DisclosureError: as :func:`survey`.
    """
    for shown in pages.illustrations(document, version, part):
        if judging.key_of(part, shown).pixels == pixels:
            return shown
    raise NotFound(f"Version {version} of {document} has no such picture.")


def rule(
    core: Core,
    pages: PagePictures,
    document: str,
    ruling: Ruling,
    *,
    part: int,
    pixels: str,
    by: str,
    version: int,
    reason: str = "",
) -> int:
    """Rule on a picture without words: it may go out, it stays in, or what was ruled is taken back.

    Until somebody rules it stays in; after the conclusion of the secrecy review nobody rules any more.

    Args:
        core: the process's parts.
        pages: makes the pictures anew.
        document: case number.
        ruling: what is ruled.
        part: position of its file.
        pixels: sha256 (hex) of the picture that the officer saw.
        by: the secrecy officer.
        version: the version that they saw.
        reason: in their own words, or empty.

    Returns:
        The version that the ruling belongs to now.

    Raises:
        NotAllowed: not a secrecy officer of the unit, or one who drafted the document.
        StaleVersion: they saw another version.
        Refused: not in review; ``picture_concluded``; ``picture_changed``: it shows no such picture;
            ``picture_not_ruled``: nobody rules on it, for it has words, or something stands against it.
        DisclosureError: as :func:`survey`.
    """
    known = survey(core, pages, document)
    with core.database.write() as connection:
        at = desk(connection, document, by, version)
        if known.version != at.row.version:
            raise StaleVersion(f"{document} is at version {at.row.version}, not {known.version}.")
        keys = _checked(connection, at, known.find(part, pixels))
        before = picture_rulings.of_version(connection, document, known.version)
        if all(_says(before.get(key), ruling, reason) for key in keys):
            return known.version
        present = at.changeable(core, connection)
        said = PictureRuling(ruling, by, utc_now(), reason)
        picture_rulings.write(connection, document, present, dict.fromkeys(keys, said))
        told = {"part": part, "pixels": pixels, "ruling": ruling.value, "reason": digest_of(reason)}
        at.take(core, connection, RULE, told)
        return present


def _checked(connection: Connection, at: Desk, found: Sequence[PictureView]) -> list[PictureKey]:
    """The pictures that are ruled on, if somebody may.

    Raises:
        Refused: the review is concluded, or the picture is none that a person rules on.
    """
    if _is_concluded(connection, at.row.id, at.row.version):
        raise Refused(
            "The secrecy review of this version is concluded; its pictures are not ruled on any more.",
            code="picture_concluded", advice="Return the draft, or settle a finding anew: the new version is reviewed again.",
        )  # fmt: skip
    if not found:
        raise Refused(
            "This version shows no such picture.", code="picture_changed",
            advice="Open the review page again, and look at the picture that is there now.",
        )  # fmt: skip
    keys = [item.key for item in found if item.outlook.is_for_people]
    if not keys:
        raise Refused(
            "Nobody rules on this picture.", code="picture_not_ruled",
            advice="The review page says what becomes of it, and why.",
        )  # fmt: skip
    return keys


def _says(said: PictureRuling | None, ruling: Ruling, reason: str) -> bool:
    """Whether that is what was ruled already; of what was never ruled there is nothing to take back."""
    return ruling is Ruling.OPEN if said is None else (said.ruling, said.reason) == (ruling, reason)


def _is_concluded(connection: Connection, document: str, version: int) -> bool:
    """Whether the secrecy officer has signed a version."""
    return any(
        item.role == Role.SECRECY.value and item.state == TierState.APPROVED.value
        for item in documents.tiers_of(connection, document, version)
    )


class _Source:
    """Gives the stage the pictures of a case's originals (:class:`~disclosure_pipeline.hooks.pictures.PictureSource`).

    Args:
        rulebook: all rules in force.
        pages: makes pictures anew.
        case: the case.
    """

    def __init__(self, rulebook: RuleBook, pages: PagePictures, case: Case):
        self._rulebook = rulebook
        self._pages = pages
        self._case = case

    @property
    def rulebook(self) -> RuleBook:
        return self._rulebook

    def pictures(self, file: SourceFile, media_type: str) -> tuple[ShownPicture, ...]:  # noqa: ARG002 -- as its reader found
        return self._pages.illustrations(self._case.document, self._case.version, file.position)


def _before(text: Text, behind: int) -> str:
    """The last words up to the segment behind which a picture stands."""
    words = " ".join(text.segments[behind].text.split()) if 0 <= behind < len(text.segments) else ""
    return words[-_WORDS:]
