"""Whether archives still hold what they were given (fixity): a share of the bags is read again, and again from the start.

An archive keeps everything that ever was, so it is not read as a whole every day. Each look takes the documents behind the
one that was looked at last, as many as keep the promise of ``[archive] fixity_days``, and those that deviated before, so
that mending one ends its alarm. Where it stands is a fact in `meta`. What is found is noted as other channels'
deviations are (`pipeline/verify.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, func, select

from disclosure_pipeline.errors import DisclosureError, NotFound
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline import verify
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import HELD
from disclosure_pipeline.store import deviations
from disclosure_pipeline.store.database import get_meta, set_meta
from disclosure_pipeline.store.publication_tables import publication

STANDS = "fixity"
"""Fact in `meta`: where the round through each archive stands."""

_BATCH = 100
"""Documents that are looked at between two notes of where the round stands."""

_DAY = 86400.0
_FIRST = 3600.0
"""Seconds for which the first look counts."""


@dataclass(frozen=True, slots=True)
class Round:
    """Where the round through one archive stands.

    Args:
        after: case number of the document that was looked at last; empty at the beginning of a round.
        at: when that was, UTC, or empty.
        began: when the round began, UTC, or empty.
        whole: when the last round ended, in which every document was looked at, UTC, or empty.
    """

    after: str = ""
    at: str = ""
    began: str = ""
    whole: str = ""


@dataclass(slots=True)
class Looked:
    """What one look at an archive found.

    Args:
        channel: full id of the archive.
        documents: how many it has been given.
        looked_at: of how many the bags were read.
        differences: ``document``, ``channel`` and ``code`` of each difference.
    """

    channel: str
    documents: int = 0
    looked_at: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)

    def add(self, documents: Collection[str], found: Sequence[dict[str, str]]) -> bool:
        """Add what a look at some documents found; whether the archive could be asked."""
        self.differences += found
        asked = all(item["document"] for item in found)
        self.looked_at += len(documents) if asked else 0
        return asked


def sample(core: Core, enough: Callable[[], bool] = lambda: False) -> Mapping[str, int]:
    """Look at the share of every archive that is due; the scheduler's job.

    After a restore nothing is looked at: a person compares first (`disclosure channel verify`).

    Args:
        core: the process's parts.
        enough: asked before each batch; the rest is left for the next time when it says so.

    Returns:
        How many documents were looked at, and how many of them deviate.
    """
    with core.database.read() as connection:
        if get_meta(connection, HELD) is not None:
            return {"looked_at": 0, "differences": 0}
    found = [_go_on(core, name, None, enough) for name in archives(core)]
    return {
        "looked_at": sum(item.looked_at for item in found),
        "differences": sum(len(item.differences) for item in found),
    }


def check(core: Core, documents: Collection[str] = (), *, whole: bool = False) -> dict[str, Any]:
    """Look at archives now: at a day's share, at some documents, or at everything.

    Args:
        core: the process's parts.
        documents: case numbers; none for a day's share.
        whole: everything that the archives hold, also what nobody knows of.

    Returns:
        ``{"archives": [{"channel", "documents", "looked_at", "began", "whole"}], "differences": [{"document",
        "channel", "code"}]}``.

    Raises:
        NotFound: an archive was never given one of the documents.
    """
    found = []
    for name in archives(core):
        if whole:
            found.append(_everything(core, name))
        elif documents:
            found.append(_these(core, name, documents))
        else:
            found.append(_go_on(core, name, 1.0, lambda: False))
    stands = _stands(core)
    return {
        "archives": [
            {
                "channel": item.channel, "documents": item.documents, "looked_at": item.looked_at,
                "began": stands.get(item.channel, Round()).began, "whole": stands.get(item.channel, Round()).whole,
            }
            for item in found
        ],
        "differences": [difference for item in found for difference in item.differences],
    }  # fmt: skip


def archives(core: Core) -> list[str]:
    """Full ids of the archives that are loaded."""
    return sorted(name for name, info in core.host.channels.items() if info.archive)


def look(core: Core, channel: str, documents: Sequence[str]) -> list[dict[str, str]]:
    """Read all that an archive holds of some documents, and note what is not as its receipts say.

    Args:
        core: the process's parts.
        channel: full id of the archive.
        documents: case numbers, some hundreds at most.

    Returns:
        ``document``, ``channel`` and ``code`` of each difference; an empty case number with ``unverified`` when the
        archive could not be asked.
    """
    try:
        found = _compared(core, channel, documents)
    except DisclosureError:
        found, documents = [{"document": "", "channel": channel, "code": "unverified"}], ()
    _note(core, channel, documents, found)
    return found


def _compared(core: Core, channel: str, documents: Sequence[str]) -> list[dict[str, str]]:
    """Differences that are there at two looks: what is being deposited at the first one is none."""
    found: list[dict[str, str]] = []
    asked = list(documents)
    for _ in range(2):
        if not asked:
            break
        holds = {item.document: item for item in core.host.channel_verify(channel, asked)}
        found = verify.compare(core, channel, holds, asked)
        asked = [item["document"] for item in found]
    return found


def _note(
    core: Core, channel: str, documents: Collection[str] | None, found: Sequence[Mapping[str, str]]
) -> None:
    with core.database.write() as connection:
        unit = core.settings.unit[0].code
        verify.tell(connection, deviations.replace_of(connection, channel, documents, found, unit))


def _go_on(core: Core, channel: str, days: float | None, enough: Callable[[], bool]) -> Looked:
    """Go on with the round by the share of some days, or of the time since the last look; no document twice."""
    stands, odd = _stands(core).get(channel, Round()), _deviating(core, channel)
    looked = Looked(channel, _number(core, channel))
    left = _share(core, looked.documents, _days_since(stands.at) if days is None else days)
    while left > 0 and not enough():
        batch = _next(core, channel, stands.after, min(left, _BATCH))
        if batch and not looked.add(batch, look(core, channel, batch)):
            return looked
        stands = _moved(stands, batch)
        _keep(core, channel, stands)
        left -= len(batch)
        odd -= set(batch)
    if odd and not enough():
        again = sorted(odd)[:_BATCH]
        looked.add(again, look(core, channel, again))
    return looked


def _these(core: Core, channel: str, documents: Collection[str]) -> Looked:
    """Look at the documents that somebody named."""
    asked = sorted(set(documents))
    with core.database.read() as connection:
        known = set(_given(connection, channel, asked))
    if missing := [case for case in asked if case not in known]:
        raise NotFound(f"{channel} was never given {missing[0]}.")
    looked = Looked(channel, _number(core, channel))
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        if not looked.add(batch, look(core, channel, batch)):
            break
    return looked


def _everything(core: Core, channel: str) -> Looked:
    """Look at all that an archive holds; a new round begins then."""
    looked, began = Looked(channel, _number(core, channel)), utc_now()
    try:
        holds = {item.document: item for item in core.host.channel_verify(channel, ())}
        seen = verify.compare(core, channel, holds)
        again = _compared(core, channel, [item["document"] for item in seen])
    except DisclosureError:
        looked.differences = [{"document": "", "channel": channel, "code": "unverified"}]
        _note(core, channel, (), looked.differences)
        return looked
    looked.differences, looked.looked_at = again, len(holds)
    _note(core, channel, None, again)
    _keep(core, channel, Round(at=utc_now(), began=began, whole=utc_now()))
    return looked


def _next(core: Core, channel: str, after: str, most: int) -> list[str]:
    """The documents behind one that an archive was given, by case number."""
    query = (
        select(publication.c.document)
        .where(publication.c.channel == channel, publication.c.document > after)
        .order_by(publication.c.document)
        .limit(most)
    )
    with core.database.read() as connection:
        return list(connection.execute(query).scalars())


def _given(connection: Connection, channel: str, documents: Sequence[str]) -> list[str]:
    query = select(publication.c.document).where(
        publication.c.channel == channel, publication.c.document.in_(documents)
    )
    return list(connection.execute(query).scalars())


def _number(core: Core, channel: str) -> int:
    query = select(func.count()).select_from(publication).where(publication.c.channel == channel)
    with core.database.read() as connection:
        return int(connection.execute(query).scalar_one())


def _deviating(core: Core, channel: str) -> set[str]:
    with core.database.read() as connection:
        return {
            item.document
            for item in deviations.listed(connection)
            if item.channel == channel and item.document
        }


def _moved(stands: Round, batch: Sequence[str]) -> Round:
    """Where the round stands behind a batch; behind an empty one it has ended, and the next begins."""
    now = utc_now()
    if batch:
        return replace(stands, after=batch[-1], at=now, began=stands.began or now)
    return Round(at=now, began=now, whole=now)


def _share(core: Core, documents: int, days: float) -> int:
    """How many of an archive's documents are due in some days."""
    settings = core.settings.archive
    each_day = max(documents / settings.fixity_days, settings.fixity_least)
    return min(documents, math.ceil(each_day * days))


def _days_since(moment: str) -> float:
    if not moment:
        return _FIRST / _DAY
    return max(0.0, (parse(utc_now()) - parse(moment)).total_seconds()) / _DAY


def _stands(core: Core) -> dict[str, Round]:
    with core.database.read() as connection:
        known: dict[str, Any] = json.loads(get_meta(connection, STANDS) or "{}")
    return {channel: Round(**values) for channel, values in known.items()}


def _keep(core: Core, channel: str, stands: Round) -> None:
    with core.database.write() as connection:
        known = json.loads(get_meta(connection, STANDS) or "{}")
        set_meta(connection, STANDS, json.dumps({**known, channel: asdict(stands)}))
