"""摆渡: a signed bundle that a person carries over an air gap, and that ends with the receipt that comes back.

A plugin of its own: ``[plugins] allow = ["carry"]``. For every order it lays a bundle (`bundle.py`) and a note into
``var/plugins/carry/<case>/``. On the other side, ``python -m disclosure_pipeline.builtin.channels.carry`` checks it,
takes it in and writes the receipt (`__main__.py`). A withdrawal is a bundle, too: without any text, and of a higher
generation, so that the other side refuses an older bundle that is carried late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from disclosure_pipeline.builtin.channels.carry.bundle import BadBundle, pack, private_key
from disclosure_pipeline.builtin.channels.ledger import Record
from disclosure_pipeline.builtin.channels.outside import read_secret
from disclosure_pipeline.builtin.channels.papers import PaperChannel, Task
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.publication import Action, Order

__version__ = "1.0"

_CARRIED = Task("carry", frozenset({"receipt"}))


class Options(BaseModel):
    """The section ``[plugin.carry]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_file: str = Field(
        min_length=1,
        description="File of the Ed25519 signing key (`openssl genpkey -algorithm ed25519`); only the service may read it.",
    )


@hookimpl
def register_config() -> type[BaseModel]:
    """The plugin's settings."""
    return Options


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The bundles."""
    return [Carry(context.folders["own"], context.options)]


class Carry(PaperChannel):
    """The channel ``carry.bundles``.

    Args:
        folder: where the bundles lie.
        options: the plugin's settings.
    """

    id = "bundles"
    version = __version__
    out = _CARRIED
    back = _CARRIED

    def __init__(self, folder: Path, options: Options):
        super().__init__(folder, "the bundles")
        self._options = options

    def papers(self, order: Order) -> Mapping[str, bytes]:
        """The bundle with the frozen files."""
        return self._bundle(order)

    def slip(self, order: Order, held: Record | None) -> Mapping[str, bytes]:
        """The bundle that takes the document back."""
        del held  # the other side knows it by its case number
        return self._bundle(order)

    def _bundle(self, order: Order) -> dict[str, bytes]:
        try:
            key = private_key(read_secret(self._options.key_file, ""))
        except BadBundle as error:
            raise ChannelFault(
                error.message, code="channel.secret", advice="See docs/channels.md on how to make a key."
            ) from None
        kind = "撤回包" if order.key.action is Action.WITHDRAW else "摆渡包"
        name = f"{kind}-{order.key.document}-v{order.key.version}-g{order.key.generation}.zip"
        return {name: pack(order, key)}
