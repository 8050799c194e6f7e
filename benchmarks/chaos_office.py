"""The people of the chaos run: clerks who drop drafts, officers who decide on them."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chaos_drafts
from chaos_drafts import Draft
from sqlalchemy import select

from disclosure_pipeline.errors import DisclosureError, StoreFault
from disclosure_pipeline.model.finding import Settlement, Severity
from disclosure_pipeline.model.judgement import Risk, RiskLevel
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.pipeline import decisions, publication, recall, settling, takeback
from disclosure_pipeline.pipeline.core import Core
from disclosure_pipeline.store import documents, people
from disclosure_pipeline.store.publication_tables import publication as publication_table
from disclosure_pipeline.store.tables import document, part

SECRECY, SECOND, FINAL, OFFICE, ADMIN = "李示密", "赵示复", "钟示终", "孙示办", "管示员"
FIRST = {"办公室": "王示初", "财政局": "周示初", "民政局": "吴示初"}

_SIGNS = {"secrecy": SECRECY, "second": SECOND, "final": FINAL, "office": OFFICE}


def enrol(core: Core) -> None:
    """Write the people into the store."""
    unit = core.settings.unit[0].code
    with core.database.write() as connection:
        for name, role in ((SECRECY, Role.SECRECY), (SECOND, Role.SECOND), (FINAL, Role.FINAL),
                           (OFFICE, Role.OFFICE), (ADMIN, Role.ADMIN)):  # fmt: skip
            people.add(connection, name, role, unit=unit)
        for department, name in FIRST.items():
            people.add(connection, name, Role.FIRST, unit=unit, department=department)


class Clerks(threading.Thread):
    """Drop the drafts one after the other, whatever the daemon is doing.

    Args:
        inbox: the drop folders.
        desk: a folder on the same file system where drafts are written.
        drafts: what to drop.
        seconds: over how long the drops are spread.
        rng: source of chance.
    """

    def __init__(self, inbox: Path, desk: Path, drafts: list[Draft], seconds: float, rng: random.Random):
        super().__init__(name="clerks", daemon=True)
        self._inbox = inbox
        self._desk = desk
        self._drafts = {draft.number: draft for draft in drafts}
        self._seconds = seconds
        self._rng = rng
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Drop everything."""
        try:
            times = sorted(self._rng.uniform(0, self._seconds) for _ in self._drafts)
            begun = time.monotonic()
            for due, draft in zip(times, self._drafts.values(), strict=True):
                first = self._drafts[draft.copy_of] if draft.copy_of else None
                made = chaos_drafts.make(draft, self._desk / str(draft.number), first)
                time.sleep(max(0.0, begun + due - time.monotonic()))
                self._drop(made, self._inbox / draft.department / draft.subfolder)
        except BaseException as error:
            self._failure = error
            raise

    def correct(self, draft: Draft, case: str) -> None:
        """Drop the corrected draft of a returned case."""
        made = chaos_drafts.correct(draft, self._desk / f"{draft.number}-corrected", case)
        self._drop(made, self._inbox / draft.department)

    @property
    def done(self) -> bool:
        """Whether everything was dropped.

        Raises:
            RuntimeError: the clerks could not.
        """
        if self._failure is not None:
            raise RuntimeError("the clerks could not drop their drafts") from self._failure
        return not self.is_alive()

    def _drop(self, made: Path, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        target = folder / made.name
        if made.is_dir() or self._rng.random() < 0.5:
            made.rename(target)
            return
        data = made.read_bytes()
        with target.open("wb") as copy:  # a copy over a slow line
            copy.write(data[: len(data) // 2])
            copy.flush()
            time.sleep(0.1)
            copy.write(data[len(data) // 2 :])
        shutil.rmtree(made.parent)


class Officer(threading.Thread):
    """Decides on everything that waits for a person; two of these act at once.

    Args:
        core: parts of a process of its own (as the command line has).
        drafts: the drafts of the run.
        clerks: who corrects what is returned.
        busy: shared lock and memory of what was returned for correction.
    """

    def __init__(self, core: Core, drafts: list[Draft], clerks: Clerks, busy: Memory):
        super().__init__(daemon=True)
        self._core = core
        self._drafts = drafts
        self._clerks = clerks
        self._memory = busy
        self._ended = threading.Event()

    def run(self) -> None:
        """Act until told to stop."""
        while not self._ended.wait(0.1):
            for row in self._rows():
                try:
                    self._act(row)
                except StoreFault:
                    self._memory.count("store_busy")
                except DisclosureError as error:
                    self._memory.count(f"refused:{error.code}")

    def stop(self) -> None:
        """End soon."""
        self._ended.set()

    def _rows(self) -> list[Any]:
        waits = ("in_review", "attention", "returned", "publishing", "published")
        try:
            with self._core.database.read() as connection:
                return list(connection.execute(select(document).where(document.c.state.in_(waits))).all())
        except StoreFault:
            return []

    def _act(self, row: Any) -> None:
        draft = self._memory.draft_of(self._core, row, self._drafts)
        if draft is None:
            return
        actions: dict[str, Callable[[Any, Draft], None]] = {
            "in_review": self._review, "attention": self._attend, "returned": self._returned,
            "publishing": self._look_after, "published": self._look_after,
        }  # fmt: skip
        actions[row.state](row, draft)

    def _review(self, row: Any, draft: Draft) -> None:
        with self._core.database.read() as connection:
            tiers = documents.tiers_of(connection, row.id, row.version)
            settled = documents.findings_of(connection, row.id, row.version)
        tier = next((item for item in tiers if item.state == "open"), None)
        if tier is None or (
            tier.role == "final" and row.reviewed_as == "proactive" and not row.frozen_digest
        ):
            return
        if tier.role == "secrecy":
            self._settle(row, settled)
        by = FIRST[row.department] if tier.role == "first" else _SIGNS[tier.role]
        verb = (
            Verb.RETURN
            if tier.role == "first" and draft.kind == "corrected" and row.version == 1
            else Verb.APPROVE
        )
        reason = "请补充完善。" if verb is Verb.RETURN else ""
        risk = Risk(RiskLevel.LOW, "公开后无不良影响。")
        wish = decisions.Decision(verb, row.version, by, reason=reason, meeting="第12次常务会议", risk=risk)
        decisions.decide(self._core, row.id, wish)

    def _settle(self, row: Any, settled: list[Any]) -> None:
        for item in settled:
            if item.settled is not None or item.finding.severity is Severity.INFO:
                continue
            private = item.finding.kind.startswith("privacy.")
            how = Settlement.REDACT if private else Settlement.DISMISS
            if item.finding.kind == "check.undetermined":
                self._memory.count("undetermined")
            settling.clear(self._core, row.id, [item.finding.id], how, by=SECRECY, reason="已核对原件。")

    def _attend(self, row: Any, draft: Draft) -> None:
        with self._core.database.read() as connection:
            codes = sorted({item.code for item in documents.open_faults(connection, row.id)})
        if draft.kind == "corrupt" and not {"taken_over", "sandbox.crash"} & set(codes):
            wish = decisions.Decision(Verb.RETURN, row.version, OFFICE, reason="文件损坏，请重新报送。")
            decisions.decide(self._core, row.id, wish)
            return
        takeback.retry(self._core, row.id, ADMIN)
        self._memory.count(f"set_aside:{','.join(codes)}")

    def _returned(self, row: Any, draft: Draft) -> None:
        if draft.kind == "corrected" and row.version == 1 and self._memory.first_time(row.id):
            self._clerks.correct(draft, row.id)

    def _look_after(self, row: Any, draft: Draft) -> None:
        if draft.kind == "withdrawn":
            recall.withdraw(self._core, row.id, OFFICE, "内容有误，撤回。")
            return
        if row.state == "publishing":
            with self._core.database.read() as connection:
                unsure = connection.execute(
                    select(publication_table.c.channel).where(
                        publication_table.c.document == row.id, publication_table.c.state == "uncertain"
                    )
                ).all()
            if unsure:
                publication.retry(self._core, row.id)
                self._memory.count("uncertain")


class Memory:
    """What the officers remember together; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Draft] = {}
        self._corrected: set[str] = set()
        self.counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """Count something."""
        with self._lock:
            self.counts[what] += 1

    def first_time(self, case: str) -> bool:
        """Whether nobody has taken care of this returned case yet."""
        with self._lock:
            if case in self._corrected:
                return False
            self._corrected.add(case)
            return True

    def draft_of(self, core: Core, row: Any, drafts: list[Draft]) -> Draft | None:
        """The draft that a case came from."""
        if row.id not in self._known:
            with core.database.read() as connection:
                hashes = set(
                    connection.execute(select(part.c.sha256).where(part.c.document == row.id)).scalars()
                )
            found = next(
                (item for item in drafts if hashes & set(item.sha256) and item.kind != "duplicate"), None
            )
            if found is None:
                return None
            with self._lock:
                self._known[row.id] = found
        return self._known[row.id]
