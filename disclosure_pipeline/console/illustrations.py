"""图片: the pictures in the text of a document, what becomes of each, and the ruling on those without words."""

from __future__ import annotations

from dataclasses import dataclass

from disclosure_pipeline.console import documents
from disclosure_pipeline.console.answers import Answer, Ask, Download, Redirect
from disclosure_pipeline.console.documents import Opened
from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.model.pictures import Outlook, Ruling
from disclosure_pipeline.pipeline import illustrations
from disclosure_pipeline.pipeline.illustrations import PictureView, Survey


@dataclass(frozen=True, slots=True)
class Shown:
    """The pictures of a version as a page lists them.

    Args:
        survey: what is known of them.
        fault: why nothing is; the page says so, and none of them is ruled on.
    """

    survey: Survey
    fault: DisclosureError | None = None

    @property
    def pictures(self) -> tuple[PictureView, ...]:
        """All of them."""
        return self.survey.pictures

    @property
    def public(self) -> tuple[PictureView, ...]:
        """Those that go out as it stands now."""
        return tuple(item for item in self.pictures if item.outlook.goes_out)

    @property
    def unruled(self) -> int:
        """How many wait for nothing but a ruling."""
        return sum(item.outlook is Outlook.UNRULED for item in self.pictures)


def shown(ask: Ask, doc: Opened) -> Shown:
    """The pictures of the document that a page is about; a fault is told in their place."""
    try:
        return Shown(illustrations.survey(ask.core, ask.parts.pictures(), doc.case, ask.parts.shelf))
    except DisclosureError as error:
        return Shown(Survey(doc.version, ()), error)


def picture(ask: Ask) -> Answer:
    """One of them, made anew from its pixels."""
    doc = documents.opened(ask)
    part, pixels = int(ask.path["part"]), ask.path["pixels"]
    found = illustrations.picture(ask.parts.pictures(), doc.case, doc.version, part, pixels)
    documents.note_look(ask, doc, "review")
    return Download(found.data, found.media_type)


def rule(ask: Ask) -> Answer:
    """Rule on a picture without words, or take a ruling back."""
    doc = documents.opened(ask)
    ruling = Ruling(ask.form.act([item.value for item in Ruling]))
    illustrations.rule(
        ask.core, ask.parts.pictures(), doc.case, ruling, part=ask.form.number("part"), pixels=ask.form.get("pixels"),
        by=ask.name, version=ask.form.number("version"), reason=ask.form.get("why_picture"),
    )  # fmt: skip
    here = {name: ask.query.get(name) for name in ("part", "page", "finding") if ask.query.get(name)}
    return Redirect(
        f"/documents/{doc.case}/review", said=f"picture-{ruling.value}", query={**doc.chosen, **here}
    )
