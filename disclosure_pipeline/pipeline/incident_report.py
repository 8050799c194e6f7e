"""The incident report (泄密、侵权事件报告) of a document: where it had been, how long, by which receipts (A2.14).

Numbers, names of people and channels, times and digests; never a word of the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from disclosure_pipeline.model.clock import SHANGHAI
from disclosure_pipeline.model.publication import Action, EffectKey
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.store import audit, documents, errands
from disclosure_pipeline.store.publication_tables import receipt
from disclosure_pipeline.store.tables import decision

_TAKEN_BACK = ("withdraw", "recall", "replace", "found_withdrawn")
_MINUTE = 60


def report(core: Core, document: str) -> dict[str, Any]:
    """What is known of a document that was out.

    Args:
        core: the process's parts.
        document: case number.

    Returns:
        ``{"id", "index_number", "department", "unit", "state", "made", "signed": [{"tier", "by", "deputy_for", "at"}],
        "taken_back": [{"step", "by", "at"}], "channels": [{"channel", "state", "address", "out_from", "out_until",
        "minutes", "receipts": [{"key", "at"}]}], "errands": [{"channel", "kind", "opened", "ended", "outcome",
        "by"}], "files": [{"sha256", "size"}]}``; times UTC, ``out_until`` and ``minutes`` null while it is out.

    Raises:
        NotFound: no such case.
    """
    with core.database.read() as connection:
        row = documents.fetch(connection, document)
        return {
            "id": row.id,
            "index_number": row.index_number or "",
            "department": row.department,
            "unit": row.unit,
            "state": row.state,
            "made": utc_now(),
            "signed": [
                {"tier": item.tier, "by": item.by, "deputy_for": item.deputy_for, "at": item.at}
                for item in connection.execute(
                    select(decision).where(decision.c.document == document).order_by(decision.c.seq)
                )
            ],
            "taken_back": [
                {"step": item["action"], "by": item["actor"], "at": item["at"]}
                for item in audit.rows(connection, document)
                if item["action"] in _TAKEN_BACK
            ],
            "channels": list(_channels(connection, row)),
            "errands": [
                {"channel": item.channel, "kind": item.kind, "opened": item.opened_at, "ended": item.ended_at,
                 "outcome": item.outcome, "by": item.by}
                for item in errands.errands_of(connection, document)
            ],
            "files": [
                {"sha256": item.sha256, "size": item.size}
                for item in documents.artefacts_of(connection, document, row.version)
            ],
        }  # fmt: skip


def _channels(connection: Connection, row: Row[Any]) -> Iterator[dict[str, Any]]:
    """Each channel with the receipts that bound the time in which it held the document."""
    query = select(receipt.c.channel, receipt.c.key, receipt.c.at).where(receipt.c.document == row.id)
    receipts: defaultdict[str, list[tuple[Action, str, str]]] = defaultdict(list)
    for channel, key, at in connection.execute(query.order_by(receipt.c.seq)):
        receipts[channel].append((EffectKey.parse(key).action, key, at))
    for item in publications_of(connection, row.id):
        known = receipts[item.channel]
        began = next((at for action, _, at in known if action is not Action.WITHDRAW), None)
        ended = next((at for action, _, at in reversed(known) if action is Action.WITHDRAW), None)
        over = began is not None and ended is not None and ended >= began
        yield {
            "channel": item.channel,
            "state": item.state,
            "address": item.address,
            "out_from": began,
            "out_until": ended if over else None,
            "minutes": _minutes(began, ended) if over else None,
            "receipts": [{"key": key, "at": at} for _, key, at in known],
        }


def _minutes(began: str | None, ended: str | None) -> int | None:
    if began is None or ended is None:
        return None
    return int((parse(ended) - parse(began)).total_seconds() // _MINUTE)


def as_text(told: Mapping[str, Any]) -> str:
    """The report for people, in Chinese.

    Args:
        told: what :func:`report` gave.
    """
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"事件报告：{told['id']}"
    yield f"索引号：{told['index_number'] or '无'}　部门：{told['department']}　现状态：{told['state']}"
    yield f"制作时间：{_local(told['made'])}（北京时间，下同）"
    yield ""
    yield "一、审签"
    for item in told["signed"]:
        deputy = f"（代{item['deputy_for']}）" if item["deputy_for"] else ""
        yield f"  {_local(item['at'])}  {item['tier']}  {item['by']}{deputy}"
    yield "二、撤下"
    for item in told["taken_back"]:
        yield f"  {_local(item['at'])}  {item['step']}  {item['by']}"
    yield "三、渠道"
    for item in told["channels"]:
        until = _local(item["out_until"]) if item["out_until"] else "尚未撤下"
        lasted = f"，历时 {item['minutes']} 分钟" if item["minutes"] is not None else ""
        began = _local(item["out_from"]) if item["out_from"] else "未曾发出"
        yield f"  {item['channel']}（{item['state']}）  {item['address'] or '无地址'}"
        yield f"    {began} 至 {until}{lasted}"
        for kept in item["receipts"]:
            yield f"    回执 {_local(kept['at'])}  {kept['key']}"
    yield "四、人工事项"
    for item in told["errands"]:
        ended = f"{_local(item['ended'])} {item['outcome']} {item['by'] or ''}" if item["ended"] else "未办结"
        yield f"  {item['channel']}  {item['kind']}  {_local(item['opened'])} 至 {ended}"
    yield "五、公开件"
    for item in told["files"]:
        yield f"  {item['sha256']}  {item['size']} 字节"


def _local(moment: str) -> str:
    return parse(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
