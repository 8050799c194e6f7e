"""What stands on a hand-over list: which documents, and what is said of each (移交清单, 移送明细表).

A document of a suspected state secret stands on none, whatever it was before. The list of a library tells only what the
public can see; of a document that was taken back it tells the number and no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from disclosure_pipeline.model.clock import add_working_days, day_of, today_in_shanghai
from disclosure_pipeline.model.document import Attribute, PartRole, Slip
from disclosure_pipeline.model.hand_over import HandOverRules, Target
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import PublicationState, Relation, Validity
from disclosure_pipeline.model.times import parse
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.exports import Value
from disclosure_pipeline.pipeline.kept_receipts import ARCHIVE
from disclosure_pipeline.store import documents, hand_overs, relations
from disclosure_pipeline.store.hand_overs import Past
from disclosure_pipeline.store.publication_tables import publication, relation
from disclosure_pipeline.store.tables import artefact, attribute_review, document, exemption, part, quarantine

_AT_ONCE = 500

FILED = (State.PUBLISHED, State.WITHDRAWN, State.SUPERSEDED, State.ON_REQUEST, State.WITHHELD)
"""States in which nothing is left to do, and the archive has what there is."""

_TAKEN_BACK = frozenset({State.WITHDRAWN.value, State.SUPERSEDED.value})
_VALIDITY = {Validity.VALID: "有效", Validity.CORRECTED: "已修改", Validity.REPEALED: "已废止"}

ARCHIVE_HEAD = (
    "序号", "件号", "全宗号", "收件号", "索引号", "题名", "责任者", "文号", "成文日期", "页数", "件数", "公开属性",
    "公开情况", "到期开放意见", "密级变更情况", "备注", "归档包", "清单摘要值",
)  # fmt: skip
LIBRARY_HEAD = (
    "序号", "索引号", "题名", "责任者", "文号", "成文日期", "发布日期", "网址", "有效性", "件数", "移送期限", "备注",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """The documents of a list.

    Args:
        rows: their rows, by 成文日期 and case number.
        past: when those among them were handed over that were.
        left_out: how many were left out, by why: ``handed_over`` before and unchanged since, ``not_archived``.
    """

    rows: tuple[Row[Any], ...]
    past: Mapping[str, Past]
    left_out: Mapping[str, int]

    @property
    def marks(self) -> list[tuple[str, int, str, str]]:
        """What must still be so when the list is recorded: case number, version, state and validity of each."""
        return [(row.id, row.version, row.state, row.validity) for row in self.rows]


@dataclass(slots=True)
class _Facts:
    """What is known of a list's documents beside their rows, by case number."""

    publications: dict[str, list[Row[Any]]] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    public_files: dict[str, int] = field(default_factory=dict)
    declassified: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)


# ---------------------------------------------------------------------- which ones


def choose(connection: Connection, target: Target, unit: str, year: int, *, again: bool = False) -> Choice:
    """The documents of a list: those of a year that were not handed over, and those of any that changed since.

    Args:
        connection: a transaction.
        target: who takes them over.
        unit: whose documents.
        year: of their 成文日期, or, without one, of their case number.
        again: also those of the year that were handed over and have not changed.
    """
    past = hand_overs.past(connection, target.channel, unit)
    changed = _changed(connection, past)
    states = (State.PUBLISHED,) if target is Target.LIBRARY else FILED
    of_the_year = list(connection.execute(_filed(unit, states).where(_of_year(year))))
    rows = {row.id: row for row in of_the_year if again or row.id not in past}
    left = {"handed_over": sum(row.id not in rows and row.id not in changed for row in of_the_year)}
    rows |= {row.id: row for row in _by_id(connection, unit, sorted(changed))}
    if target is Target.ARCHIVE:
        kept = _archived(connection, sorted(rows))
        left["not_archived"] = sum(name not in kept for name in rows)
        rows = {name: row for name, row in rows.items() if name in kept}
    ordered = sorted(rows.values(), key=lambda row: (row.formed, row.id))
    return Choice(
        tuple(ordered),
        {row.id: past[row.id] for row in ordered if row.id in past},
        {why: number for why, number in left.items() if number},
    )


def _filed(unit: str, states: Iterable[State]) -> Any:
    suspected = exists().where(quarantine.c.document == document.c.id, quarantine.c.ended.is_(None))
    return select(document).where(
        document.c.unit == unit, document.c.state.in_([state.value for state in states]), ~suspected
    )


def _of_year(year: int) -> ColumnElement[bool]:
    formed = document.c.formed.like(f"{year}-%")
    return or_(formed, and_(document.c.formed == "", document.c.id.like(f"{year}-%")))


def _by_id(connection: Connection, unit: str, cases: Sequence[str]) -> Iterator[Row[Any]]:
    for batch in _batches(cases):
        yield from connection.execute(_filed(unit, FILED).where(document.c.id.in_(batch)))


def _changed(connection: Connection, past: Mapping[str, Past]) -> set[str]:
    """Documents that are not any more what they were when they were handed over."""
    found = set()
    for batch in _batches(sorted(past)):
        repealed = dict(
            connection.execute(
                select(relation.c.other, func.max(relation.c.effective_at))
                .where(relation.c.other.in_(batch), relation.c.kind == Relation.REPEALS.value)
                .group_by(relation.c.other)
            ).all()
        )
        query = select(document.c.id, document.c.version, document.c.withdrawn_at, document.c.state)
        for row in connection.execute(query.where(document.c.id.in_(batch))):
            then = past[row.id]
            taken = row.withdrawn_at if row.state in _TAKEN_BACK else None
            moments = [moment for moment in (taken, repealed.get(row.id)) if moment]
            if row.version > then.version or any(moment > then.made for moment in moments):
                found.add(row.id)
    return found


def _archived(connection: Connection, cases: Sequence[str]) -> set[str]:
    """Documents whose bag the archive says that it holds."""
    found = set()
    for batch in _batches(cases):
        query = select(publication).where(publication.c.channel == ARCHIVE, publication.c.document.in_(batch))
        found |= {row.document for row in connection.execute(query) if _kept(row).get("bag")}
    return found


# ------------------------------------------------------------------- what is said


class Lines:
    """The lines of a list.

    Args:
        core: the process's parts.
        connection: a transaction, open as long as lines are read.
        rules: what is proposed, and how long there is time.
        target: who takes the documents over.
        choice: the documents.
    """

    def __init__(
        self, core: Core, connection: Connection, rules: HandOverRules, target: Target, choice: Choice
    ) -> None:
        self._core = core
        self._connection = connection
        self._rules = rules
        self._target = target
        self._choice = choice
        self._facts = _facts_of(connection, [row.id for row in choice.rows])
        days = rules.form(target).days
        self._limits = {row.id: self._limit(row, days) for row in choice.rows}

    @property
    def head(self) -> tuple[str, ...]:
        """Names of the columns."""
        return ARCHIVE_HEAD if self._target is Target.ARCHIVE else LIBRARY_HEAD

    @property
    def overdue(self) -> int:
        """How many documents are handed over too late."""
        return sum(self._is_late(row) for row in self._choice.rows)

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """The lines, one a document."""
        line = self._for_archive if self._target is Target.ARCHIVE else self._for_library
        return (line(number, row) for number, row in enumerate(self._choice.rows, 1))

    def _for_archive(self, number: int, row: Row[Any]) -> tuple[Value, ...]:
        slip, unit = documents.slip_of(row), self._core.unit(row.unit)
        publications = self._facts.publications.get(row.id, [])
        bag = next((_kept(item) for item in publications if item.channel == ARCHIVE), {})
        return (
            number, "", unit.fonds, row.id, row.index_number, row.title, _authors(slip, unit.name),
            slip.document_number, row.formed, "", self._facts.files.get(row.id, 0),
            Attribute(row.final).chinese if row.final else "", self._disclosed(row, publications),
            self._rules.opinion(row.final or "", row.state, row.ground), self._secrecy(row), self._remark(row),
            bag.get("bag", ""), bag.get("manifest", ""),
        )  # fmt: skip

    def _for_library(self, number: int, row: Row[Any]) -> tuple[Value, ...]:
        """What the public can see; of what it can see no longer, the number."""
        if row.state != State.PUBLISHED.value:
            return (number, row.index_number, *[""] * 9, _taken_back(self._connection, row))
        slip, limit = documents.slip_of(row), self._limits[row.id]
        late = "已超过移送期限" if self._is_late(row) else ""
        return (
            number, row.index_number, row.title, _authors(slip, self._core.unit(row.unit).name),
            slip.document_number, row.formed, _day(row.published_at),
            _address(self._core, self._facts.publications.get(row.id, [])), _VALIDITY[Validity(row.validity)],
            self._facts.public_files.get(row.id, 0), limit.isoformat() if limit else "",
            "；".join(filter(None, (self._remark(row), late))),
        )  # fmt: skip

    def _limit(self, row: Row[Any], days: int) -> date | None:
        """The last day for handing a document over; ``None`` without a limit or a 成文日期."""
        if not days or not row.formed:
            return None
        return add_working_days(self._core.calendar, date.fromisoformat(row.formed), days).day

    def _is_late(self, row: Row[Any]) -> bool:
        limit = self._limits[row.id]
        return limit is not None and today_in_shanghai() > limit and row.id not in self._choice.past

    def _disclosed(self, row: Row[Any], publications: Sequence[Row[Any]]) -> str:
        """公开情况."""
        state, out = State(row.state), _day(row.published_at)
        if state is State.PUBLISHED:
            told = (f"{out}公开", _address(self._core, publications), _if_not_valid(row))
            return "，".join(filter(None, told))
        if state.value in _TAKEN_BACK:
            how = "更正后撤下" if state is State.SUPERSEDED else "撤回"
            return "，".join(filter(None, (f"{out}公开" if out else "", f"{_day(row.withdrawn_at)}{how}")))
        ground = self._core.rulebook.ground(row.ground) if row.ground else None
        return "未公开" if ground is None else f"未公开，{ground.title}，{ground.article}"

    def _secrecy(self, row: Row[Any]) -> str:
        """密级变更情况, as far as this system has seen it."""
        told = [f"{_day(at)}解密" for at in self._facts.declassified.get(row.id, ())]
        if row.id in self._facts.released:
            told.append(f"{_day(self._facts.released[row.id])}解除疑似涉密")
        if number := self._facts.marks.get(row.id):
            told.append(f"经核对不属于国家秘密标志的字样{number}处")
        return "；".join(told) or "无记录"

    def _remark(self, row: Row[Any]) -> str:
        past = self._choice.past.get(row.id)
        if past is None:
            return ""
        told = f"{_day(past.made)}曾移交第{past.version}版"
        return f"{told}，现为第{row.version}版" if row.version > past.version else told


def _facts_of(connection: Connection, cases: Sequence[str]) -> _Facts:
    """What is known of documents beside their rows."""
    facts = _Facts()
    publications: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    declassified: defaultdict[str, list[str]] = defaultdict(list)
    roles = [role.value for role in PartRole if role.public]
    for batch in _batches(cases):
        for row in connection.execute(select(publication).where(publication.c.document.in_(batch))):
            publications[row.document].append(row)
        mine = part.c.document == document.c.id, part.c.version == document.c.version
        facts.files |= _counts(
            connection, select(document.c.id, func.count()).join(part, and_(*mine)).where(part.c.role.in_(roles)), batch
        )  # fmt: skip
        public = artefact.c.document == document.c.id, artefact.c.version == document.c.version
        facts.public_files |= _counts(
            connection, select(document.c.id, func.count()).join(artefact, and_(*public)), batch
        )
        facts.marks |= _counts(
            connection,
            select(document.c.id, func.count()).join(exemption, exemption.c.document == document.c.id),
            batch,
        )
        for row in connection.execute(
            select(attribute_review.c.document, attribute_review.c.at)
            .where(attribute_review.c.document.in_(batch), attribute_review.c.outcome == "declassify")
            .order_by(attribute_review.c.at)
        ):
            declassified[row.document].append(row.at)
        facts.released |= dict(
            connection.execute(
                select(quarantine.c.document, quarantine.c.released_at).where(
                    quarantine.c.document.in_(batch), quarantine.c.ended == "released"
                )
            ).all()
        )
    facts.publications, facts.declassified = dict(publications), dict(declassified)
    return facts


def _taken_back(connection: Connection, row: Row[Any]) -> str:
    """What a library must do with a document that is public no longer."""
    by = next(iter(relations.to_document(connection, row.id, (Relation.REPLACES,))), None)
    if row.state == State.SUPERSEDED.value and by is not None:
        newer = documents.fetch(connection, by.document)
        return f"已更正，请停止提供并退回，以索引号{newer.index_number or ''}的文件替换"
    return "已撤回，请停止提供并退回"


def _authors(slip: Slip, unit: str) -> str:
    return "、".join((slip.issuing_body or unit, *slip.joint_bodies))


def _if_not_valid(row: Row[Any]) -> str:
    validity = Validity(row.validity)
    return "" if validity is Validity.VALID else _VALIDITY[validity]


def _address(core: Core, publications: Sequence[Row[Any]]) -> str:
    """Where the public finds a document: the portal that somebody entered it into, or the site."""
    out = [row.address for row in publications if row.address and row.state == PublicationState.DONE.value]
    site = core.settings.site
    root = site.address or f"https://{site.domain}/"
    whole = [address for address in out if "://" in address]
    return next(iter(whole), "") or next((urljoin(f"{root.rstrip('/')}/", item) for item in out), "")


def _kept(row: Row[Any]) -> Mapping[str, Any]:
    """What the archive said of a bag that it holds."""
    detail: Mapping[str, Any] = (row.receipt or {}).get("detail") or {}
    return detail


def _day(moment: str | None) -> str:
    return day_of(parse(moment)).isoformat() if moment else ""


def _counts(connection: Connection, query: Any, batch: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(query.where(document.c.id.in_(batch)).group_by(document.c.id))
    return {name: int(number) for name, number in rows}


def _batches(cases: Sequence[str]) -> Iterator[Sequence[str]]:
    return (cases[start : start + _AT_ONCE] for start in range(0, len(cases), _AT_ONCE))
