"""纸质查阅: the print package for the places where people read on paper (查阅点, 图书馆, 档案馆; 条例 第二十五条).

A plugin of its own: ``[plugins] allow = ["paper"]``. For every document it lays into ``var/plugins/paper/<case>/`` what
is to be printed (the frozen PDF files, or the frozen page where there is none), a cover for each copy, and the hand-over
list that the places sign. The errand ends with the scan of the signed list. After a withdrawal only the recall list
lies there, with the places that got copies and how many, and no text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure_pipeline.builtin.channels.frozen import contents
from disclosure_pipeline.builtin.channels.ledger import Record
from disclosure_pipeline.builtin.channels.papers import PaperChannel, Task
from disclosure_pipeline.builtin.rendering import beijing_time, environment, printable
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.publication import Action, Order

__version__ = "1.0"

COVER, HAND_OVER, RECALL = "封面.html", "移交清单.html", "收回清单.html"

_TEMPLATES = Path(__file__).parent / "templates"
_PDF = "application/pdf"
_SIGNED = frozenset({"scan"})


class Place(BaseModel):
    """A place where people read on paper: ``[[plugin.paper.places]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80, description="The place's name on the lists.")
    copies: int = Field(1, ge=1, le=1000, description="Copies that it gets.")


class Options(BaseModel):
    """The section ``[plugin.paper]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: tuple[Place, ...] = Field(
        (Place(name="政府信息公开查阅点", copies=10),),
        min_length=1,
        description="Where copies go; each has `name` and `copies`.",
    )

    @model_validator(mode="after")
    def _one_of_each_name(self) -> Options:
        if len({place.name for place in self.places}) != len(self.places):
            raise ValueError("two places have the same name")
        return self


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The print packages."""
    return [Paper(context.folders["own"], context.options)]


class Paper(PaperChannel):
    """The channel ``paper.package``.

    Args:
        folder: where the packages lie.
        options: the plugin's settings.
    """

    id = "package"
    version = __version__
    out = Task("hand_over", _SIGNED)
    back = Task("recall", _SIGNED)

    def __init__(self, folder: Path, options: Options):
        super().__init__(folder, "the print packages")
        self._options = options

    def papers(self, order: Order) -> Mapping[str, bytes]:
        """What is to be printed, a cover and the list to be signed."""
        printed = _printed(order)
        if not printed:
            raise ChannelFault("The document has nothing that could be printed.", code="artefact.none")
        if {COVER, HAND_OVER} & set(printed):
            raise ChannelFault("A file of the document is called like a paper of ours.", code="artefact.name")
        places = [(place.name, place.copies) for place in self._options.places]
        values = {"entry": order.entry, "places": places, "files": sorted(printed)}
        return printed | {
            COVER: _render("cover.html", order, **values),
            HAND_OVER: _render("hand_over.html", order, **values),
        }

    def slip(self, order: Order, held: Record | None) -> Mapping[str, bytes]:
        """The list by which copies are fetched back."""
        number = order.entry.index_number or (held.index_number if held is not None else "")
        places = sorted(_received(held).items())
        return {RECALL: _render("recall.html", order, index_number=number, places=places)}

    def remembered(self, order: Order, held: Record | None) -> Mapping[str, Any]:
        """Where copies went, with the most that a place got at once: whoever had some is asked for them."""
        received = dict(_received(held))
        if order.key.action is not Action.WITHDRAW:
            for place in self._options.places:
                received[place.name] = max(place.copies, received.get(place.name, 0))
        return {"places": received}


def _received(held: Record | None) -> Mapping[str, int]:
    return {} if held is None else dict(held.detail["places"])


def _printed(order: Order) -> dict[str, bytes]:
    """The frozen PDF files; the frozen page when there is none."""
    found = contents(order)
    kinds = {
        name: (artefact.media_type.partition(";")[0], artefact.role)
        for name, (artefact, _) in zip(found, order.artefacts, strict=True)
    }
    files = {name: data for name, data in found.items() if kinds[name][0] == _PDF}
    return files or {name: data for name, data in found.items() if kinds[name][1] == "page"}


def _render(template: str, order: Order, **values: object) -> bytes:
    page = environment(_TEMPLATES).get_template(template)
    text = page.render(key=order.key, at=beijing_time(order.at), reason=order.reason, **values)
    return printable(text).encode()
