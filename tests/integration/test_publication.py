"""To the channels, once each: keys, retries, fences, holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from support import (
    BODY,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    SECOND,
    SECRECY,
    SIGNERS,
    WORKER,
    Office,
    at_once,
)
from traces import files_with

from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.publication import Action, Order, Receipt
from disclosure_pipeline.model.times import parse, utc_now
from disclosure_pipeline.pipeline import leases, publication, recall, review
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.pipeline.run import carry_on
from disclosure_pipeline.store import documents
from disclosure_pipeline.store.database import set_meta

SITE = "builtin.site"
WORDS = "养老服务补贴发放时间"


def approved(office: Office, **options: Any) -> str:
    """Signed by everybody and given to the channels, none of which has begun."""
    case = office.reviewed(**options)
    office.sign(case, *SIGNERS[:-1])
    office.decide(case, FINAL)
    carry_on(office.core, case)
    return case


def publications(office: Office, case: str) -> dict[str, Any]:
    with office.core.database.read() as connection:
        return {row.channel: row for row in publications_of(connection, case)}


def receipts(office: Office) -> list[str]:
    return sorted(row[0] for row in office.query("SELECT key FROM receipt"))


@contextmanager
def site_broken(office: Office) -> Iterator[None]:
    """The site's folder cannot be written for a while."""
    site = office.core.workspace.site
    aside = site.with_name("aside")
    site.rename(aside)
    site.write_text("no folder")
    yield
    site.unlink()
    aside.rename(site)


def catalogue(office: Office) -> list[dict[str, Any]]:
    (path,) = office.core.workspace.site.rglob("catalogue.json")
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_approval_gives_one_row_to_each_channel_that_takes_the_attribute(office: Office):
    case = approved(office)
    assert office.channels(case) == {"archive": "pending", "search": "pending", "site": "pending"}
    assert office.state(case) is State.PUBLISHING
    office.work()
    assert office.state(case) is State.PUBLISHED
    assert receipts(office) == [
        f"{case}/v1/builtin.{name}/publish/g0" for name in ("archive", "search", "site")
    ]
    assert [(item["id"], "withdrawn" in item) for item in catalogue(office)] == [(case, False)]
    assert publications(office, case)[SITE].receipt["address"]
    office.chain_holds()


def test_the_catalogue_names_who_signs_the_document_and_not_who_drafted_it(office: Office):
    signed, unsigned = "关于发放冬季补贴的公告", "关于发放夏季补贴的通知"
    case = office.published(signed, responsible_body="社会救助股")
    other = office.published(unsigned, raw=f"{unsigned}\n{BODY}\n".encode(), responsible_body="示范县财政局")
    office.work()
    told = {item["id"]: (item["issuing_body"], item["genre"]) for item in catalogue(office)}
    assert told == {case: (f"示范县{DEPARTMENT}", "公告"), other: ("示范县财政局", "通知")}
    with office.core.database.read() as connection:
        assert (
            documents.slip_of(documents.fetch(connection, case)).issuer == f"示范县{DEPARTMENT}"
        )  # and approved


def test_the_same_publication_carried_out_again_has_one_effect(office: Office):
    case = approved(office)
    for _ in range(3):
        publication.carry_out(office.core, case, SITE)
    assert receipts(office) == [f"{case}/v1/builtin.site/publish/g0"]
    office.sql("UPDATE publication SET state = 'pending', lease_owner = NULL WHERE channel = :c", c=SITE)
    publication.carry_out(office.core, case, SITE)  # as after a crash between effect and row
    assert receipts(office) == [f"{case}/v1/builtin.site/publish/g0"]
    assert len(catalogue(office)) == 1


def test_one_channel_of_several_workers_is_called_once(office: Office):
    case = approved(office)
    leases.register_worker(office.core, host="h", pid=1)
    at_once(*(lambda: publication.carry_out(office.core, case, SITE) for _ in range(4)))
    assert publications(office, case)[SITE].attempt == 1
    assert office.steps(case).count("channel.done") == 1


def test_a_channel_that_fails_does_not_hold_the_others(office: Office):
    case = approved(office)
    with site_broken(office):
        office.work()
        assert office.channels(case) == {"archive": "done", "search": "done", "site": "failed"}
        assert (office.state(case), len(office.faults(case))) == (State.PUBLISHING, 1)
    before = publications(office, case)[SITE].due_at
    office.retry_now()
    office.work()
    assert (office.state(case), office.faults(case)) == (State.PUBLISHED, [])
    assert before > utc_now()


def test_each_failure_waits_longer_than_the_one_before(office: Office):
    case = approved(office)
    waits = []
    with site_broken(office):
        for _ in range(3):
            office.retry_now()
            publication.carry_out(office.core, case, SITE)
            row = publications(office, case)[SITE]
            started = office.query("SELECT max(at) FROM audit")[0][0]
            waits.append((parse(row.due_at) - parse(started)).total_seconds())
    assert [round(wait) for wait in waits] == [5, 10, 20]
    assert len(office.faults(case)) == 1


def test_what_waits_is_not_due_before_its_time(office: Office):
    case = approved(office)
    with site_broken(office):
        office.work()
        publication.carry_out(office.core, case, SITE)
    assert publications(office, case)[SITE].attempt == 1


def test_retry_tries_at_once(office: Office):
    case = approved(office)
    with site_broken(office):
        office.work()
    assert publication.retry(office.core, case) == 1
    office.work()
    assert office.state(case) is State.PUBLISHED
    assert publication.retry(office.core, case) == 0


def test_an_unknown_outcome_waits_for_a_person(office: Office):
    """Workers ended again and again inside the effect: nobody knows what the channel holds."""
    case = approved(office)
    most = office.core.settings.engine.max_takeovers
    for number in range(most):
        office.sql(
            "UPDATE publication SET state = 'running', lease_owner = 'dead#1', takeovers = :n WHERE channel = :c",
            n=number, c=SITE,
        )  # fmt: skip
        if number == most - 1:
            publication.carry_out(office.core, case, SITE)
    assert publications(office, case)[SITE].state == "uncertain"
    assert office.faults(case) == ["taken_over"]
    office.work()
    assert publications(office, case)[SITE].state == "uncertain"
    publication.retry(office.core, case)
    office.work()
    assert (office.state(case), office.faults(case)) == (State.PUBLISHED, [])


def test_a_dead_worker_s_publication_is_taken_over_and_a_living_one_s_is_not(office: Office):
    case = approved(office)
    leases.register_worker(office.core, host="h", pid=1)
    office.sql(
        "UPDATE publication SET state = 'running', lease_owner = :w WHERE channel = :c", w=WORKER, c=SITE
    )
    publication.carry_out(office.core, case, SITE)
    assert publications(office, case)[SITE].state == "running"
    leases.retire(office.core, WORKER)
    publication.carry_out(office.core, case, SITE)
    assert (publications(office, case)[SITE].state, publications(office, case)[SITE].takeovers) == ("done", 1)


# ---------------------------------------------------------------------------- fences


class Halted:
    """The real host; one publication to a channel stops at a gate, before or after its effect."""

    def __init__(self, host: PluginHost, channel: str, *, after: bool):
        self._host, self._channel, self._after = host, channel, after
        self.reached, self.gate = Event(), Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    def channel_call(self, channel: str, action: Action, order: Order) -> Receipt:
        halts = channel == self._channel and action is Action.PUBLISH and not self.reached.is_set()
        if halts and not self._after:
            self._halt()
        answer = self._host.channel_call(channel, action, order)
        if halts and self._after:
            self._halt()
        return answer

    def _halt(self) -> None:
        self.reached.set()
        assert self.gate.wait(30)


@contextmanager
def under_way(office: Office, case: str, channel: str = SITE, *, after: bool) -> Iterator[None]:
    """A worker is at work on one publication for the time of the block."""
    whole = office.core.host
    halted = Halted(whole, channel, after=after)
    office.core.host = halted  # type: ignore[assignment]
    worker = Thread(target=publication.carry_out, args=(office.core, case, channel))
    worker.start()
    assert halted.reached.wait(30)
    yield
    halted.gate.set()
    worker.join(30)
    office.core.host = whole


def test_a_publish_that_ends_after_the_withdrawal_leaves_nothing_on_the_site(office: Office):
    case = approved(office)
    with under_way(office, case, after=False):
        recall.withdraw(office.core, case, OFFICE, "内容有误")
        office.work()
        assert office.state(case) is State.WITHDRAWN
        rows = office.dump()
    assert office.dump() == rows
    assert files_with(office.core.workspace.site, WORDS) == []
    assert (office.state(case), office.channels(case)["site"]) == (State.WITHDRAWN, "withdrawn")


def test_a_receipt_that_comes_after_the_withdrawal_began_is_kept_and_nothing_else(office: Office):
    case = approved(office)
    with under_way(office, case, after=True):
        recall.withdraw(office.core, case, OFFICE, "内容有误")
        rows = office.dump(without=("receipt",))
    assert office.dump(without=("receipt",)) == rows
    assert receipts(office) == [f"{case}/v1/builtin.site/publish/g0"]
    assert files_with(office.core.workspace.site, WORDS) != []
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert files_with(office.core.workspace.site, WORDS) == []
    assert len(receipts(office)) == 4


def test_withdrawing_and_publishing_at_once_always_ends_withdrawn(office: Office):
    for _ in range(3):
        case = approved(office)
        at_once(
            lambda c=case: publication.carry_out(office.core, c, SITE),
            lambda c=case: recall.withdraw(office.core, c, OFFICE, "内容有误"),
        )
        office.retry_now()
        office.work()
        assert office.state(case) is State.WITHDRAWN, (office.channels(case), office.faults(case))
        assert {item["id"] for item in catalogue(office) if "withdrawn" not in item} == set()
    assert files_with(office.core.workspace.site, WORDS) == []
    office.chain_holds()


def test_a_withdrawal_during_the_hand_over_to_the_channels_wins(office: Office):
    """The worker that hands a document to its channels finds it taken away."""
    case = office.reviewed()
    office.sign(case, SECRECY, FIRST, SECOND)
    office.decide(case, FINAL)
    with leases.claimed(office.core, case) as lease:
        assert lease is not None
        assert recall.withdraw(office.core, case, OFFICE, "内容有误") is State.WITHDRAWN
        publication.dispatch(office.core, lease)
    assert (office.state(case), office.channels(case)) == (State.WITHDRAWN, {})
    office.work()
    assert office.state(case) is State.WITHDRAWN


# ---------------------------------------------------------------------------- hold


def test_while_held_people_decide_and_nothing_goes_out(office: Office):
    case = office.reviewed()
    with office.core.database.write() as connection:
        set_meta(connection, publication.HELD, utc_now())
    office.sign(case, *SIGNERS)
    assert (office.state(case), office.channels(case)) == (State.APPROVED, {})
    with office.core.database.write() as connection:
        set_meta(connection, publication.HELD, None)
    office.work()
    assert office.state(case) is State.PUBLISHED


def test_what_was_given_to_the_channels_before_the_hold_waits_too(office: Office):
    case = approved(office)
    with office.core.database.write() as connection:
        set_meta(connection, publication.HELD, utc_now())
    office.work()
    publication.carry_out(office.core, case, SITE)
    assert office.channels(case) == {"archive": "pending", "search": "pending", "site": "pending"}
    assert files_with(office.core.workspace.site, WORDS) == []


# ---------------------------------------------------------------------------- other ends


def test_what_is_given_out_on_request_is_archived_and_registered_never_on_the_site(office: Office):
    case = office.published(attribute="依申请公开")
    assert office.state(case) is State.ON_REQUEST
    assert office.channels(case) == {"archive": "done", "register": "done"}
    assert files_with(office.core.workspace.site, WORDS) == []
    assert files_with(office.core.workspace.register, case) != []


def test_a_channel_that_is_named_does_again_what_it_had_done(office: Office):
    case = office.published()
    (page,) = office.core.workspace.site.rglob(f"{case}/index.html")
    page.unlink()
    assert publication.retry(office.core, case, SITE) == 1
    office.work()
    assert page.is_file()
    assert (office.state(case), len(receipts(office))) == (State.PUBLISHED, 3)


def test_without_a_channel_a_document_stays_approved(open_office: Callable[..., Office], store_url: str):
    office = open_office(store_url, publication={"channels": ["builtin.register"]})
    office.staff()
    case = office.published()
    assert (office.state(case), office.faults(case)) == (State.APPROVED, ["channel.none"])


def convert(office: Office, case: str) -> None:
    review.open_due(office.core)
    review.settle(office.core, case, "convert", by=OFFICE, reason="理由已消失")
    office.work()


def test_a_conversion_runs_the_whole_gate_again_and_leaves_the_register(office: Office):
    case = office.published(attribute="不予公开", ground="R16a", reason="内部事务")
    assert office.state(case) is State.WITHHELD
    convert(office, case)
    row = office.row(case)
    assert (row.state, row.version, row.proposed, row.final) == ("in_review", 2, "proactive", None)
    assert [state for _, state, _ in office.tiers(case, 2)] == ["open"] * 4
    assert office.channels(case) == {"archive": "done", "register": "done"}
    office.sign(case, *SIGNERS)
    assert (office.state(case), office.final(case)) == (State.PUBLISHED, Attribute.PROACTIVE)
    assert office.channels(case) == {
        "archive": "done",
        "register": "withdrawn",
        "search": "done",
        "site": "done",
    }
    assert files_with(office.core.workspace.site, WORDS) != []
    held = office.core.workspace.register
    assert json.loads(next(held.glob("*.json")).read_text()) in ([], {"entries": []}) or not listed(
        held, case
    )
    office.chain_holds()


def listed(register: Path, case: str) -> bool:
    return any(
        case in line and "withdrawn" not in line
        for path in register.glob("*.csv")
        for line in path.read_text("utf-8-sig").splitlines()
    )


def test_a_converted_document_can_be_taken_back_from_everywhere(office: Office):
    case = office.published(attribute="依申请公开")
    convert(office, case)
    office.sign(case, *SIGNERS)
    recall.withdraw(office.core, case, SECRECY, "内容有误")
    office.work()
    assert office.state(case) is State.WITHDRAWN
    assert set(office.channels(case).values()) == {"withdrawn"}
    assert files_with(office.core.workspace.site, WORDS) == []


def test_a_late_answer_about_the_version_before_does_not_end_the_converted_one(office: Office):
    """The register is asked again; before it answers, the item is converted and approved anew."""
    case = office.published(attribute="依申请公开")
    publication.retry(office.core, case, "builtin.register")
    with under_way(office, case, "builtin.register", after=True):
        review.open_due(office.core)
        review.settle(office.core, case, "convert", by=OFFICE, reason="理由已消失")
        office.work()
        office.sign(case, *SIGNERS[:-1])
        office.decide(case, FINAL, attribute=Attribute.ON_REQUEST)
    assert office.state(case) is State.APPROVED
    office.work()
    assert office.state(case) is State.ON_REQUEST
    assert {row.version for row in publications(office, case).values()} == {2}


def test_results_are_told_to_the_department(office: Office):
    case = office.published()
    (letter,) = (office.core.workspace.outbox / DEPARTMENT).rglob(f"{case}_办理结果.html")
    address = publications(office, case)[SITE].address
    assert address and address in letter.read_text()
