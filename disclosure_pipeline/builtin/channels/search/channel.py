"""The search channel: what was published can be found, what was taken back cannot.

Each order is one transaction, so that a crash leaves the index as it was or as it should be; the key of the order
stands in the same row, and the order given again finds it there. The text comes only from the frozen page, whose hash
is checked while it is read.

Threat model: the index lies beside the site and is asked by anybody; it holds nothing but what the site's pages show.
The attribute is checked again here, last. Accepted: whoever can write into the folder can change what is found;
``verify`` tells.
"""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.builtin.channels.frozen import page_text
from disclosure_pipeline.builtin.channels.ledger import PUBLISHED, WITHDRAWN, Record, admit, is_case
from disclosure_pipeline.builtin.channels.search.index import Card, Index, busy, opened
from disclosure_pipeline.builtin.channels.site.layout import document_address
from disclosure_pipeline.errors import ChannelFault
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Action, Entry, Order, Receipt, Standing

CARD = "card"
"""Name under which receipts and ``verify`` tell the hash of what the index holds of a document."""


class SearchChannel:
    """The index of the public search.

    Args:
        context: uses ``folders["search"]``.
    """

    id = "search"
    version = "1"
    attributes: tuple[Attribute, ...] = (Attribute.PROACTIVE,)

    def __init__(self, context: PluginContext) -> None:
        self._folder = context.folders["search"]

    def publish(self, order: Order) -> Receipt:
        """Make a document findable, or replace what is found of it.

        Raises:
            Fenced: a newer generation or version is there, or the document was taken back.
            ChannelFault: it cannot be carried out; nothing but signed text is in the index.
        """
        if order.entry.attribute != Attribute.PROACTIVE.value:
            raise ChannelFault(
                "Only documents with attribute 'proactive' can be searched.", code="attribute.refused"
            )
        return self._carry_out(order, _published(order))

    def update(self, order: Order) -> Receipt:
        """Replace an older version; see :meth:`publish`."""
        return self.publish(order)

    def withdraw(self, order: Order) -> Receipt:
        """Make a document unfindable; no file of the folder keeps a word of it.

        Raises:
            Fenced: a newer generation is there.
            ChannelFault: ``channel.busy``, somebody reads what is to be forgotten; it is tried again.
        """
        return self._carry_out(order, _card(order, WITHDRAWN))

    def verify(self, documents: Sequence[str]) -> Sequence[Standing]:
        """What is really in the index: a document that its own title does not find is absent.

        Args:
            documents: case numbers; none means every document that was ever in it.
        """
        with opened(self._folder) as index:
            return [_standing(index, name) for name in documents or index.documents()]

    def _carry_out(self, order: Order, coming: Card) -> Receipt:
        if not is_case(order.key.document):
            raise ChannelFault("The order names no case number.", code="order.malformed")
        with opened(self._folder) as index:
            held = index.get(order.key.document)
            if held is None or not _is_whole(index, held, coming):
                with index.transaction():
                    held = index.get(order.key.document)
                    admit(None if held is None else _record(held), order.key)
                    index.put(coming)
                    held = coming
            if not index.empty_log() and order.key.action is not Action.PUBLISH:
                raise busy()
        detail = {"state": held.state, "at": held.at, "version": held.version}
        return Receipt(self.id, held.key, hashes=_hashes(held), detail=detail)


def _card(order: Order, state: str) -> Card:
    key = order.key
    return Card(key.document, str(key), key.generation, key.version, state, order.at)


def _published(order: Order) -> Card:
    entry, bare = order.entry, _card(order, PUBLISHED)
    return Card(
        bare.document, bare.key, bare.generation, bare.version, bare.state, bare.at,
        address=document_address(order.key.document), title=entry.title, index_number=entry.index_number,
        document_number=entry.document_number, department=entry.department, published=entry.published or entry.formed,
        marks="\n".join(filter(None, _marks(entry))), body=page_text(order),
    )  # fmt: skip


def _marks(entry: Entry) -> tuple[str, ...]:
    """Numbers, names and days that a document is found by beside its title and its text."""
    return (
        entry.index_number, entry.document_number, entry.department, entry.issuing_body, *entry.joint_bodies,
        entry.genre, entry.theme, entry.keywords, entry.formed, entry.published[:10], entry.document,
    )  # fmt: skip


def _record(card: Card) -> Record:
    return Record(card.document, card.key, card.generation, card.version, card.state, card.at)


def _is_whole(index: Index, held: Card, coming: Card) -> bool:
    """Whether an order was carried out before, and its effect is still there."""
    return held.key == coming.key and held.digest == coming.digest and index.is_findable(held)


def _hashes(card: Card) -> dict[str, str]:
    return {CARD: card.digest} if card.state == PUBLISHED else {}


def _standing(index: Index, document: str) -> Standing:
    card = index.get(document)
    if card is None:
        return Standing(document, "absent")
    if card.state == WITHDRAWN:
        state = PUBLISHED if any(card.words) else WITHDRAWN
        return Standing(document, state, card.generation, card.version)
    state = PUBLISHED if index.is_findable(card) else "absent"
    return Standing(document, state, card.generation, card.version, _hashes(card))
