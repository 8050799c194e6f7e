"""Offices for tests of the store and the pipeline: every part is the real one.

An :class:`Office` is a :class:`~disclosure_pipeline.pipeline.core.Core` over a fresh store and fresh
folders, with verbs that read like the procedure: hand in, work, sign, publish. Only two things are
shared by all offices of a session, because they cost seconds each: the rules, and the sandboxes that
have loaded them.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest
from sqlalchemy import Row, text
from traces import dump

from disclosure_pipeline.errors import DisclosureError
from disclosure_pipeline.hooks import registry
from disclosure_pipeline.hooks.host import PluginHost
from disclosure_pipeline.hooks.roster import Roster, publishing_context
from disclosure_pipeline.hooks.sandbox import Sandbox
from disclosure_pipeline.hooks.sandbox_child import Bounds
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import anchors, publication, settling
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.pipeline.decisions import Decision, decide
from disclosure_pipeline.pipeline.intake import Accepted
from disclosure_pipeline.pipeline.publication_rows import publications_of
from disclosure_pipeline.pipeline.run import carry_on, due
from disclosure_pipeline.service.desk import submit
from disclosure_pipeline.settings.calendars import load_calendar
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_chains, load_rulebook
from disclosure_pipeline.settings.workspace import Workspace
from disclosure_pipeline.store import audit, documents, people
from disclosure_pipeline.store.database import Database
from disclosure_pipeline.store.vault import Vault

DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
"""Parameters of whatever is tested on each database."""

CONFIG = Path(__file__).parents[1] / "config"
DEPARTMENT, OTHER_DEPARTMENT = "民政局", "财政局"
SECRECY, SECRECY_2, FIRST, SECOND, FINAL = "李密", "陆密", "王初", "赵复", "钟终"
OFFICE, ADMIN, CLERK = "孙办", "管员", "陈经办"
WORKER = "test-1#0001"
AWAKE = 3
"""Most sandboxes with changed rules whose processes stay for the next test."""

STAFF = (
    (SECRECY, Role.SECRECY, ""),
    (SECRECY_2, Role.SECRECY, ""),
    (FIRST, Role.FIRST, DEPARTMENT),
    (SECOND, Role.SECOND, ""),
    (FINAL, Role.FINAL, ""),
    (OFFICE, Role.OFFICE, ""),
    (ADMIN, Role.ADMIN, ""),
    (CLERK, Role.CLERK, DEPARTMENT),
)
"""Who works in the default unit: name, role, department."""

SIGNERS = (SECRECY, FIRST, SECOND, FINAL)
"""Who signs the four tiers of the default chain."""

PHONE = "13912345678"
BROKEN = b"PK\x03\x04 no office wrote this"
SECRET = "甲号储备库位置"
BODY = "为方便群众办事，现就冬季养老服务补贴发放时间通知如下。"


class Workshop:
    """What every office of a session shares: the shipped rules, and a sandbox for each set of rules."""

    def __init__(self) -> None:
        self.rulebook = load_rulebook(CONFIG)
        self.chains = load_chains(CONFIG)
        self.calendar = load_calendar(CONFIG)
        self._shipped = _sandbox(2, Settings(), self.rulebook)
        self._changed: list[tuple[Settings, RuleBook, Sandbox]] = []
        self._lock = Lock()

    def sandbox(self, settings: Settings, rulebook: RuleBook) -> Sandbox:
        """The sandbox that has loaded these rules; those asked for long ago give their processes back.

        Every office shares the one with the shipped rules, whatever its settings.
        """
        if rulebook == self.rulebook:
            return self._shipped
        with self._lock:
            known = [item for item in self._changed if item[:2] == (settings, rulebook)]
            asked = known or [(settings, rulebook, _sandbox(1, settings, rulebook))]
            self._changed = asked + [item for item in self._changed if item not in known]
            asleep = self._changed[AWAKE:]
        for _, _, sandbox in asleep:
            sandbox.rest()
        return asked[0][2]

    def close(self) -> None:
        for sandbox in (self._shipped, *(item[2] for item in self._changed)):
            sandbox.close()


def _sandbox(processes: int, settings: Settings, rulebook: RuleBook) -> Sandbox:
    return Sandbox(
        processes,
        bounds=Bounds.of(settings),
        initializer="disclosure_pipeline.hooks.sandbox_entry:initialise",
        initargs=(settings, Workspace(CONFIG, Path("unused")), rulebook, ()),
    )


class SharingHost(PluginHost):
    """A host that reads in a sandbox that others use too."""

    def close(self) -> None:
        """End what is its own."""
        self._roster.close()


class SharingCore(Core):
    """A core whose hosts read in sandboxes that others use too.

    Args:
        workshop: where the sandboxes are.
        parts: what a core is made of.
    """

    def __init__(self, workshop: Workshop, **parts: Any):
        super().__init__(**parts)
        self._workshop = workshop

    @cached_property
    def host(self) -> PluginHost:
        return self.host_by(self.rulebook)

    def host_by(self, rulebook: RuleBook) -> PluginHost:
        roster = Roster()
        families = tuple(family for family in registry.FAMILIES if not family.sandboxed)
        roster.add_builtins(publishing_context(self.settings, self.workspace, rulebook), families)
        return SharingHost(self.settings, rulebook, roster, self._workshop.sandbox(self.settings, rulebook))


@dataclasses.dataclass
class Office:
    """A core with verbs.

    Args:
        core: the real parts.
        folder: where its folders lie.
        workshop: what it shares.
    """

    core: Core
    folder: Path
    workshop: Workshop
    _numbers: Iterable[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls, workshop: Workshop, folder: Path, url: str, **sections: object) -> Office:
        """Open an office; ``sections`` are sections of ``disclosure.toml``."""
        workspace = Workspace(CONFIG, folder / "var")
        workspace.make()
        settings = Settings.model_validate(
            {"unit": [{"departments": [DEPARTMENT, OTHER_DEPARTMENT]}], **sections}
        )
        database = Database(url, settings.store.busy_timeout)
        database.migrate()
        core = SharingCore(
            workshop,
            settings=settings,
            workspace=workspace,
            database=database,
            vault=Vault(workspace.vault),
            rulebook=workshop.rulebook,
            calendar=workshop.calendar,
            chains=workshop.chains,
            worker=WORKER,
            scope="worker",
        )
        return cls(core, folder, workshop)

    def close(self) -> None:
        """Give connections back; the sandbox stays for the next office."""
        self.core.database.close()

    # ------------------------------------------------------------------ people

    def staff(self, unit: str = "default", suffix: str = "") -> None:
        """Hire the usual people of a unit, all at once: nearly every test begins with it."""
        with self.core.database.write() as connection:
            for name, role, department in STAFF:
                people.add(connection, name + suffix, role, unit=unit, department=department)

    def hire(self, name: str, role: Role, department: str = "", unit: str = "default") -> None:
        """Add a person or a further role."""
        with self.core.database.write() as connection:
            people.add(connection, name, role, unit=unit, department=department)

    # ------------------------------------------------------------------ the way

    def hand_in(
        self,
        title: str | None = None,
        body: str = BODY,
        *,
        attribute: str | None = "主动公开",
        name: str | None = None,
        department: str = DEPARTMENT,
        unit: str = "",
        by: str | None = CLERK,
        raw: bytes | None = None,
        **slip: str,
    ) -> Accepted:
        """Drop a text (or ``raw`` bytes) with its slip; nobody has read it yet."""
        number = next(iter(self._numbers))
        title = title or f"关于第{number}号事项的通知"
        folder = self.folder / "desk" / str(number)
        folder.mkdir(parents=True)
        draft = folder / (name or f"通知{number}.txt")
        written = f"{title}\n\n{body}\n\n示范县{department}\n2026年11月2日\n".encode()
        draft.write_bytes(written if raw is None else raw)
        words = {"title": title, "date": "2026-11-02", **slip}
        if attribute is not None:
            words["attribute"] = attribute
        lines = [f'{key} = "{value}"' for key, value in words.items()]
        draft.with_name(f"{draft.name}.slip.toml").write_text("\n".join(lines), "utf-8")
        (answer,) = submit(self.core, [draft], department=department, unit=unit, submitter=by)
        return answer

    def work(self) -> None:
        """Do all work that is due, documents first, as a worker would."""
        for _ in range(50):
            with self.core.database.read() as connection:
                cases = due(connection, 100)
                owed = publication.due(connection, 100)
            if not cases and not owed:
                return
            for case in cases:
                carry_on(self.core, case)
            for item in owed:
                publication.carry_out(self.core, item.document, item.channel)
        raise AssertionError("work that never ends")

    def reviewed(self, title: str | None = None, body: str = BODY, **options: Any) -> str:
        """A draft that waits for its first signature."""
        case = self.hand_in(title, body, **options).case
        self.work()
        assert self.state(case) is State.IN_REVIEW, self.faults(case)
        return case

    def decide(
        self, case: str, by: str, verb: Verb = Verb.APPROVE, *, version: int | None = None, **more: Any
    ) -> State:
        """One decision, on the present version if none is named."""
        wanted = self.row(case).version if version is None else version
        return decide(self.core, case, Decision(verb, wanted, by, **more))

    def sign(self, case: str, *people: str, **more: Any) -> None:
        """Approve tier by tier; what work a signature asks for is done before the next one."""
        for name in people:
            self.decide(case, name, **more)
            self.work()

    def published(self, title: str | None = None, body: str = BODY, **options: Any) -> str:
        """A document that has gone its whole way."""
        case = self.reviewed(title, body, **options)
        self.sign(case, *SIGNERS)
        return case

    def clear(
        self, case: str, how: Settlement, *findings: str, by: str = SECRECY, reason: str = "已核对"
    ) -> Any:
        """Settle findings, all open ones if none is named."""
        return settling.clear(self.core, case, findings or ("all",), how, by=by, reason=reason)

    def retry_now(self) -> None:
        """Let every wait be over."""
        self.sql("UPDATE document SET work_at = '2026-01-01T00:00:00.000000Z' WHERE work_at IS NOT NULL")
        self.sql("UPDATE publication SET due_at = '2026-01-01T00:00:00.000000Z'")

    # ------------------------------------------------------------------ looking

    def row(self, case: str) -> Row[Any]:
        """The document's row."""
        with self.core.database.read() as connection:
            return documents.fetch(connection, case)

    def state(self, case: str) -> State:
        """Where it stands."""
        return State(self.row(case).state)

    def final(self, case: str) -> Attribute | None:
        """The attribute that was decided."""
        value = self.row(case).final
        return Attribute(value) if value else None

    def findings(self, case: str, version: int | None = None) -> list[documents.Settled]:
        """Its findings."""
        with self.core.database.read() as connection:
            wanted = version or documents.fetch(connection, case).version
            return documents.findings_of(connection, case, wanted)

    def tiers(self, case: str, version: int | None = None) -> list[tuple[str, str, str | None]]:
        """Tier, state and signer."""
        with self.core.database.read() as connection:
            wanted = version or documents.fetch(connection, case).version
            return [(item.tier, item.state, item.by) for item in documents.tiers_of(connection, case, wanted)]

    def tier_states(self, case: str, version: int | None = None) -> list[str]:
        """States of its tiers, in order."""
        return [state for _, state, _ in self.tiers(case, version)]

    def faults(self, case: str) -> list[str]:
        """Codes of open faults."""
        with self.core.database.read() as connection:
            return [fault.code for fault in documents.open_faults(connection, case)]

    def channels(self, case: str) -> dict[str, str]:
        """State of its publications by channel."""
        with self.core.database.read() as connection:
            rows = publications_of(connection, case)
            return {row.channel.removeprefix("builtin."): row.state for row in rows}

    def letters(self, department: str = DEPARTMENT) -> list[str]:
        """Files in a department's outbox, below it."""
        outbox = self.core.workspace.outbox / department
        return sorted(str(path.relative_to(outbox)) for path in outbox.rglob("*") if path.is_file())

    def steps(self, case: str) -> list[str]:
        """Actions of its audit rows, in order."""
        with self.core.database.read() as connection:
            return [row["action"] for row in audit.rows(connection, case)]

    def chain_holds(self) -> None:
        """Prove the audit chain, with the anchors there are."""
        with self.core.database.read() as connection:
            _, problems = audit.verify(connection, anchors.anchors(self.core))
        assert problems == []

    # ------------------------------------------------------------------ raw

    def sql(self, statement: str, **values: object) -> int:
        """Change rows behind the product's back; how many."""
        with self.core.database.engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount

    def query(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Read rows as they are."""
        with self.core.database.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def dump(self, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, those of the engine included."""
        return dump(self.core.database, without=without)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs in threads that start together; their results, or what they raised."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return job()
        except DisclosureError as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def refused(action: Callable[[], Any]) -> str:
    """The code with which something is refused."""
    try:
        answer = action()
    except DisclosureError as error:
        return error.code
    raise AssertionError(f"not refused: {answer!r}")
