"""A channel that came later gets what was published before (`disclosure channel fill`).

Each document becomes an ordinary publication: its row, its order built from what was signed, its receipt. What the
channel cannot take is retried and shown like any other publication; the document's state does not change.
"""

from __future__ import annotations

from sqlalchemy import Select, exists, insert, select

from disclosure_pipeline.errors import NotFound, Refused
from disclosure_pipeline.hooks.publishing import ChannelInfo
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Action, PublicationState
from disclosure_pipeline.model.times import utc_now
from disclosure_pipeline.pipeline import publication as publishing
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import enqueue
from disclosure_pipeline.store import audit
from disclosure_pipeline.store.publication_tables import publication
from disclosure_pipeline.store.tables import document

BATCH = 200
"""Documents given to the channel in one transaction."""

_SETTLED = (State.PUBLISHED.value, State.WITHHELD.value, State.ON_REQUEST.value)
"""States in which every other channel has its part; before them the document comes to the channel by itself."""


def fill(core: Core, channel: str, *, by: str, again: bool = False) -> int:
    """Give a channel every document that it takes and was never given; workers carry it out.

    Args:
        core: the process's parts.
        channel: full id of the channel.
        by: who asked.
        again: also have what the channel says it has done done again, under the same keys: it lost what it held.

    Returns:
        How many documents it will be given.

    Raises:
        NotFound: there is no such channel.
        Refused: ``channel.not_in_use``.
    """
    info = core.host.channels.get(channel)
    if info is None:
        raise NotFound(f"There is no channel {channel}.", advice="See `disclosure channel list`.")
    if not info.in_use:
        raise Refused(
            f"The channel {channel} is not in use.",
            code="channel.not_in_use",
            advice="Name it in [publication] channels, or leave that list empty.",
        )
    repeated = _done(core, channel) if again else []
    for case in repeated:
        publishing.retry(core, case, channel)
    given = 0
    while batch := _fill_some(core, info):
        given += batch
    with core.database.write() as connection:
        detail = {"channel": channel, "documents": given, "again": len(repeated)}
        audit.append(connection, audit.Record("channel.filled", by, detail=detail))
    return given + len(repeated)


def _fill_some(core: Core, info: ChannelInfo) -> int:
    now = utc_now()
    with core.database.write() as connection:
        rows = list(connection.execute(_missing(info).limit(BATCH).with_for_update()))
        for row in rows:
            connection.execute(
                insert(publication).values(
                    document=row.id, channel=info.id, version=row.version, generation=row.generation,
                    action=Action.PUBLISH.value, state=PublicationState.PENDING.value, address="", attempt=0, fence=0,
                    takeovers=0, effect_at=now, due_at=now, lease_owner=None,
                )
            )  # fmt: skip
            enqueue(core, connection, row.id, info.id, f"{row.revision}:{row.generation}")
    return len(rows)


def _missing(info: ChannelInfo) -> Select[tuple[str, int, int, int]]:
    """Settled documents that the channel takes and has no part of, oldest first."""
    given = exists().where(publication.c.document == document.c.id, publication.c.channel == info.id)
    return (
        select(document.c.id, document.c.version, document.c.generation, document.c.revision)
        .where(
            document.c.state.in_(_SETTLED),
            document.c.final.in_([attribute.value for attribute in info.attributes]),
            ~given,
        )
        .order_by(document.c.id)
    )


def _done(core: Core, channel: str) -> list[str]:
    query = select(publication.c.document).where(
        publication.c.channel == channel, publication.c.state == PublicationState.DONE.value
    )
    with core.database.read() as connection:
        return list(connection.execute(query.order_by(publication.c.document)).scalars())
