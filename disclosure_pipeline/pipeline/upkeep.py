"""What channels made of the documents that they hold (pages, lists), made anew where it may be behind."""

from __future__ import annotations

from collections.abc import Mapping

from structlog import get_logger

from disclosure_pipeline.errors import DisclosureError, NotFound, Refused
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.store.database import get_meta

log = get_logger(__name__)


def mend_channels(core: Core) -> Mapping[str, int]:
    """Have every channel look whether a crash, a power cut or a change has left something behind.

    After a restore nothing is made: a person compares first what is there.

    Args:
        core: the process's parts.

    Returns:
        How many channels had to make something, and how many could not.
    """
    mended = failed = 0
    with core.database.read() as connection:
        if get_meta(connection, HELD) is not None:
            return {"mended": 0, "failed": 0}
    for name, info in core.host.channels.items():
        if not info.mends:
            continue
        try:
            mended += core.host.channel_mend(name)
        except DisclosureError as error:
            log.warning("channel_not_mended", channel=name, code=error.code)
            failed += 1
    return {"mended": mended, "failed": failed}


def rebuild(core: Core, channel: str) -> None:
    """Have one channel make all of it anew (`disclosure channel rebuild`).

    Args:
        core: the process's parts.
        channel: its full id.

    Raises:
        NotFound: there is no such channel.
        Refused: ``channel.makes_nothing``.
        ChannelFault: it could not.
    """
    info = core.host.channels.get(channel)
    if info is None:
        raise NotFound(f"There is no channel {channel}.", advice="See `disclosure channel list`.")
    if not info.mends:
        raise Refused(
            f"{channel} makes nothing of what it holds.",
            code="channel.makes_nothing",
            advice="`disclosure channel fill` gives a channel again what it has lost.",
        )
    core.host.channel_mend(channel, whole=True)
