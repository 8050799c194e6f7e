"""Records: who did and saw what, within a unit, in pages of bounded work; the chain proved piece by piece."""

from __future__ import annotations

import json
from datetime import date

import pytest
from support import ADMIN, CLERK, FIRST, OFFICE, SECRECY, SIGNERS, Office

from disclosure_pipeline.errors import NotAllowed
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.pipeline import anchors, chain_status, trail, views
from disclosure_pipeline.pipeline.trail import Wanted
from disclosure_pipeline.store import audit, people
from disclosure_pipeline.store.people import Person


def who(office: Office, name: str = OFFICE) -> Person:
    with office.core.database.read() as connection:
        return people.get(connection, name)


def seqs(office: Office, wanted: Wanted = Wanted(), limit: int = 50) -> list[int]:  # noqa: B008 -- immutable
    """Numbers of all pages."""
    person, found, before = who(office), [], None
    while True:
        page = trail.events(office.core, person, "default", wanted, before, limit=limit)
        found += [row.seq for row in page.rows]
        before = page.before
        if before is None:
            return found


def expected(office: Office, where: str = "1 = 1") -> list[int]:
    return [row[0] for row in office.query(f"SELECT seq FROM audit WHERE {where} ORDER BY seq DESC")]


@pytest.mark.parametrize("reach", [1, 3, 2000])
def test_pages_show_every_row_once_and_nothing_else(
    office: Office, monkeypatch: pytest.MonkeyPatch, reach: int
):
    monkeypatch.setattr(trail, "REACH", reach)
    case = office.published()
    office.reviewed()
    views.note_view(office.core, OFFICE, case, "show")
    anchors.chain_views(office.core)
    with office.core.database.write() as connection:
        audit.append(connection, audit.Record("sign", OFFICE, "2026-999999", "other"))
    own = "unit IN ('default', '')"
    assert seqs(office, limit=4) == expected(office, own)
    assert seqs(office, Wanted(document=case), 2) == expected(office, f"{own} AND document = '{case}'")
    assert seqs(office, Wanted(actor=SECRECY), 1) == expected(office, f"{own} AND actor = '{SECRECY}'")
    assert seqs(office, Wanted(action="sign")) == expected(office, f"{own} AND action = 'sign'")
    both = Wanted(document=case, actor=FIRST, action="sign")
    assert seqs(office, both) == expected(
        office, f"document = '{case}' AND actor = '{FIRST}' AND action = 'sign'"
    )
    assert seqs(office, Wanted(action="nothing")) == []
    assert seqs(office, Wanted(document="2026-999999")) == []
    assert seqs(office, Wanted(document="2026-999999", actor=OFFICE)) == []


def test_days_are_found_by_halving(office: Office):
    with office.core.database.write() as connection:
        for _ in range(40):
            audit.append(connection, audit.Record("tick", "system", unit="default"))
    office.sql("UPDATE audit SET at = '2026-03-0' || (1 + seq / 8) || 'T02:00:00.000000Z' WHERE seq < 40")
    for first, last in ((1, 1), (2, 3), (1, 5), (4, 9), (7, 8)):
        wanted = Wanted(first=date(2026, 3, first), last=date(2026, 3, last))
        where = (
            f"at >= '2026-03-0{first}T00' AND at < '2026-03-0{last + 1}T00'"
            if last < 9
            else f"at >= '2026-03-0{first}T00' AND at < '2026-03-10'"
        )
        assert seqs(office, wanted) == expected(office, where), (first, last)
    today = today_in_shanghai()
    assert seqs(office, Wanted(first=today, last=today)) == [40]


def test_events_hold_digests_only_and_belong_to_readers_of_the_unit(office: Office):
    case = office.published()
    page = trail.events(office.core, who(office, ADMIN), "default", Wanted(document=case))
    assert page.rows[-1].action == "receive" and page.rows[0].action == "finish_publishing"
    assert office.row(case).title not in json.dumps([row.detail for row in page.rows], ensure_ascii=False)
    for name, unit in ((CLERK, "default"), (FIRST, "default"), (OFFICE, "other")):
        with pytest.raises(NotAllowed):
            trail.events(office.core, who(office, name), unit, Wanted())
        with pytest.raises(NotAllowed):
            trail.views(office.core, who(office, name), unit, Wanted())


def test_views_of_the_unit_s_documents(office: Office, monkeypatch: pytest.MonkeyPatch):
    case, other = office.reviewed(), office.reviewed()
    office.sql("UPDATE document SET unit = 'other' WHERE id = :d", d=other)
    for name, seen in ((OFFICE, case), (SECRECY, case), (OFFICE, other), (OFFICE, case)):
        views.note_view(office.core, name, seen, "show")
    views.note_view(office.core, SECRECY, case, "findings")
    anchors.chain_views(office.core)
    views.note_view(office.core, SECRECY, case, "page")
    person = who(office)
    found = trail.views(office.core, person, "default", Wanted()).rows
    assert [(row.actor, row.what, row.chained) for row in found] == [
        (SECRECY, "page", False), (SECRECY, "findings", True), (OFFICE, "show", True), (SECRECY, "show", True),
        (OFFICE, "show", True),
    ]  # fmt: skip
    monkeypatch.setattr(trail, "REACH", 2)
    assert [row.what for row in trail.every_view(office.core, person, "default", Wanted(actor=SECRECY), 9)] == [
        "page", "findings", "show",
    ]  # fmt: skip
    assert list(trail.every_view(office.core, person, "default", Wanted(document=other), 9)) == []
    everything = list(trail.everything(office.core, person, "default", Wanted(), 3))
    assert [row.seq for row in everything] == expected(office, "unit IN ('default', '')")[:3]


def test_the_chain_is_proved_piece_by_piece(office: Office, monkeypatch: pytest.MonkeyPatch):
    assert chain_status.prove_further(office.core).complete
    office.published()
    monkeypatch.setattr(chain_status, "PIECE", 4)
    head = office.query("SELECT max(seq) FROM audit")[0][0]
    first = chain_status.prove_further(office.core)
    assert (first.proved, first.head, first.complete) == (4, head, False)
    last = chain_status.prove_further(office.core, pieces=None)
    assert (last.proved, last.complete, last.problem) == (head, True, "")
    assert last.at > first.at
    office.reviewed()
    assert not chain_status.status(office.core).complete
    assert chain_status.prove_further(office.core, pieces=None).complete


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE audit SET actor = 'x' WHERE seq = 6", "changed"),
        ("DELETE FROM audit WHERE seq = 6", "missing"),
        ("UPDATE audit SET actor = 'x' WHERE seq = 4", "checkpoint"),
        ("DELETE FROM audit WHERE seq >= 4", "checkpoint"),
    ],
)
def test_what_was_changed_behind_or_at_the_checkpoint_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch, damage: str, code: str
):
    office.sign(office.reviewed(), *SIGNERS)
    monkeypatch.setattr(chain_status, "PIECE", 4)
    chain_status.prove_further(office.core)
    office.sql(damage)
    found = chain_status.prove_further(office.core, pieces=None)
    assert (found.problem, found.complete) == (code, False)
    assert chain_status.status(office.core).problem == code
    if code == "changed":
        office.sql("UPDATE audit SET actor = 'system' WHERE seq = 6")
        assert chain_status.status(office.core).problem == code, "a problem is not forgotten by itself"
    chain_status.forget(office.core)
    assert chain_status.status(office.core).proved == 0


def test_a_chain_that_was_cut_off_does_not_fit_its_anchor(office: Office):
    office.reviewed()
    chain_status.prove_further(office.core)
    office.reviewed()
    head = anchors.anchor_now(office.core)
    assert chain_status.prove_further(office.core).complete
    chain_status.forget(office.core)
    office.sql("DELETE FROM audit WHERE seq > :s", s=head - 2)
    found = chain_status.prove_further(office.core)
    assert (found.problem, found.where) == ("anchor", head)
