"""Channels and archives as one process sees them, and the calls that publish, withdraw and verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from disclosure_pipeline.errors import ChannelFault, Fenced, PluginFault
from disclosure_pipeline.hooks import checks, floor, registry
from disclosure_pipeline.hooks.contracts import Channel
from disclosure_pipeline.hooks.guard import instance
from disclosure_pipeline.hooks.registry import Registered
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Answer, Order, Standing

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.fault_ledger import FaultLedger
    from disclosure_pipeline.hooks.roster import Roster

_FAMILIES = (registry.CHANNELS, registry.ARCHIVES)


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel or archive.

    Args:
        id: full id.
        version: its version.
        attributes: documents it takes.
        archive: whether it is an archive (gets the deposit, takes every attribute).
        in_use: whether new documents go there (``[publication] channels``); one that is not in use any
            more must still be able to withdraw.
        item: the channel itself, or its proxy; call it through the host.
        follows: full id of the channel whose work it copies, or empty; it is never given up alone.
        mends: whether it can be asked to mend what it made.
    """

    id: str
    version: str
    attributes: tuple[Attribute, ...]
    archive: bool
    in_use: bool
    item: Channel
    follows: str = ""
    mends: bool = False

    @property
    def is_destination(self) -> bool:
        """Whether a document that is only there has been given out: an archive keeps, and an index leads elsewhere."""
        return not self.archive and self.id not in floor.INDEXES


class Channels:
    """The channels and archives of one process.

    Args:
        roster: what is loaded.
        chosen: ids named in ``[publication] channels``; none names them all.
        ledger: takes down their faults.
    """

    def __init__(self, roster: Roster, chosen: Sequence[str], ledger: FaultLedger):
        self._roster = roster
        self._chosen = chosen
        self._ledger = ledger

    def infos(self) -> dict[str, ChannelInfo]:
        """By full id, in use or not."""
        return {
            name: ChannelInfo(
                name, found.version, tuple(found.item.attributes), found.family is registry.ARCHIVES,
                not self._chosen or name in self._chosen, found.item, registry.follows(found), registry.mends(found),
            )
            for name, found in sorted(self._roster.of(*_FAMILIES).items())
        }  # fmt: skip

    def missing(self) -> tuple[str, ...]:
        """Those that documents should go to and that are not loaded."""
        loaded = self._roster.of(*_FAMILIES)
        return tuple(name for name in self._chosen or floor.CHANNELS if name not in loaded)

    def carry_out(self, channel_id: str, action: Action, order: Order) -> Answer:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.channel_call`."""
        found = self._roster.one(channel_id, *_FAMILIES)
        if found.family is registry.CHANNELS and action is not Action.WITHDRAW:
            _check_attribute(found, order)
        method = getattr(found.item, action.value)
        check = checks.answer_to(channel_id, order)
        return self._ledger.ask(found, lambda: method(order), check, passes=(ChannelFault, Fenced))

    def verify(self, channel_id: str, documents: Sequence[str]) -> tuple[Standing, ...]:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.channel_verify`."""
        found = self._roster.one(channel_id, *_FAMILIES)
        asked = tuple(documents)
        return self._ledger.ask(
            found, lambda: found.item.verify(asked), checks.standings, passes=(ChannelFault,)
        )

    def mend(self, channel_id: str, *, whole: bool) -> bool:
        """See :meth:`disclosure_pipeline.hooks.host.PluginHost.channel_mend`."""
        found = self._roster.one(channel_id, *_FAMILIES)
        if not registry.mends(found):
            return False
        return self._ledger.ask(found, lambda: found.item.mend(whole), instance(bool), passes=(ChannelFault,))


def _check_attribute(found: Registered, order: Order) -> None:
    if order.entry.attribute not in {attribute.value for attribute in found.item.attributes}:
        raise PluginFault(
            f"{found.id} does not take documents of attribute '{order.entry.attribute}'.",
            code="channel.attribute",
            advice="Nothing was sent; the document does not belong there.",
        )
