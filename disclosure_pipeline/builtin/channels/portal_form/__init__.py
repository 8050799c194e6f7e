"""录入单: what a person copies into a portal that belongs to a platform without an interface.

A plugin of its own: ``[plugins] allow = ["portal_form"]``. For every document it lays ``录入单.html`` into
``var/plugins/portal_form/<case>/``, with each field of the portal's input mask and the value to copy, beside exactly
the frozen files to upload. It opens an errand that ends with the public address. After a withdrawal only ``撤回单.html``
lies there, with the numbers by which the document is found and taken down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure_pipeline.builtin.channels.frozen import contents, page_text
from disclosure_pipeline.builtin.channels.ledger import Record
from disclosure_pipeline.builtin.channels.papers import PaperChannel, Task
from disclosure_pipeline.builtin.rendering import beijing_time, environment, printable
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.publication import Entry, Order, Validity

__version__ = "1.0"

FORM = "录入单.html"
SLIP = "撤回单.html"

Value = Literal[
    "title", "index_number", "document_number", "issuing_body", "joint_bodies", "unit_name", "department", "item",
    "genre", "theme", "keywords", "summary", "formed", "published", "validity", "document", "body",
]  # fmt: skip
"""What a field of the form can hold: an attribute of the catalogue entry, or ``body``, the words of the page."""

_TEMPLATES = Path(__file__).parent / "templates"
_VALIDITY = {Validity.VALID: "有效", Validity.CORRECTED: "已修改", Validity.REPEALED: "废止"}


class FieldOption(BaseModel):
    """One field of the portal's input mask: ``[[plugin.portal_form.fields]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="The field's name as the portal shows it.")
    value: Value | None = Field(None, description="What is to be copied into it.")
    text: str = Field("", description="A fixed value instead, e.g. the column of the portal.")

    @model_validator(mode="after")
    def _one_of_both(self) -> FieldOption:
        if (self.value is None) == (not self.text):
            raise ValueError("a field has either `value` or `text`")
        return self


_DEFAULT: tuple[tuple[str, Value], ...] = (
    ("标题", "title"), ("索引号", "index_number"), ("发文字号", "document_number"), ("发文机关", "issuing_body"),
    ("联合发文机关", "joint_bodies"), ("主题分类", "theme"), ("体裁分类", "genre"), ("主题词", "keywords"),
    ("内容概述", "summary"), ("成文日期", "formed"), ("发布日期", "published"), ("有效性", "validity"), ("正文", "body"),
)  # fmt: skip


class Options(BaseModel):
    """The section ``[plugin.portal_form]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    portal: str = Field("政府门户网站", description="What the portal is called on the form.")
    fields: tuple[FieldOption, ...] = Field(
        tuple(FieldOption(name=name, value=value) for name, value in _DEFAULT),
        min_length=1,
        description="The fields of the portal's input mask, in its order; each has `name`, and `value` or `text`.",
    )


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The form."""
    items = {str(item["id"]): str(item["name"]) for item in context.site.get("columns") or ()}
    return [PortalForm(context.folders["own"], context.options, items)]


class PortalForm(PaperChannel):
    """The channel ``portal_form.form``.

    Args:
        folder: where the forms lie.
        options: the plugin's settings.
        items: names of the items of 条例 第二十条, by the codes that catalogue entries hold.
    """

    id = "form"
    version = __version__
    out = Task("enter", frozenset({"address"}))
    back = Task("take_down")

    def __init__(self, folder: Path, options: Options, items: Mapping[str, str]):
        super().__init__(folder, "the portal forms")
        self._options = options
        self._items = items

    def papers(self, order: Order) -> Mapping[str, bytes]:
        """The form and the files to upload."""
        found = contents(order)
        if FORM in found:
            raise ChannelFault("A file of the document is called like the form.", code="artefact.name")
        titles = {name: artefact.title for name, (artefact, _) in zip(found, order.artefacts, strict=True)}
        fields = [(option.name, self._value(option, order)) for option in self._options.fields]
        return found | {FORM: self._render("form.html", order, fields=fields, files=titles)}

    def slip(self, order: Order, held: Record | None) -> Mapping[str, bytes]:
        """What is to be taken down, by its numbers."""
        number = order.entry.index_number or (held.index_number if held is not None else "")
        return {SLIP: self._render("slip.html", order, index_number=number, address=order.address)}

    def _value(self, option: FieldOption, order: Order) -> str:
        match option.value:
            case None:
                return option.text
            case "body":
                return page_text(order).removeprefix(f"{order.entry.title}\n")
            case "item":
                return self._items.get(order.entry.item, order.entry.item)
            case name:
                return _of_entry(order.entry, name)

    def _render(self, template: str, order: Order, **values: object) -> bytes:
        page = environment(_TEMPLATES).get_template(template)
        text = page.render(
            portal=self._options.portal,
            key=order.key,
            at=beijing_time(order.at),
            reason=order.reason,
            **values,
        )
        return printable(text).encode()


def _of_entry(entry: Entry, name: str) -> str:
    value = getattr(entry, name)
    if isinstance(value, Validity):
        return _VALIDITY[value]
    return "、".join(value) if isinstance(value, tuple) else str(value)
