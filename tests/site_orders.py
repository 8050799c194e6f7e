"""Orders for the channel tests: real files, texts that could leak."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from disclosure_pipeline.builtin import files
from disclosure_pipeline.hooks.contracts import PluginContext
from disclosure_pipeline.model.policy import RuleBook
from disclosure_pipeline.model.publication import Action, Artefact, Deposit, EffectKey, Entry, Order

SITE = {
    "name": "示范县人民政府",
    "domain": "www.example.gov.cn",
    "id_code": "3300000001",
    "contact": "0570-8000000",
}
TITLE = "示范县财政局关于公布收费目录清单的通知"
SENTENCE = "停车费每小时五元整"
LATER = "2026-11-23T02:00:00+00:00"
PAGE = "documents/2026/2026-000001/index.html"


def context(**folders: Path) -> PluginContext:
    return PluginContext(options=None, rulebook=RuleBook(rules=()), folders=folders, site=SITE)


def entry(number: int = 1, version: int = 1, **changes: Any) -> Entry:
    values = Entry(
        document=f"2026-{number:06d}",
        version=version,
        title=TITLE,
        index_number=f"MB0000000/2026-{number:05d}",
        attribute="proactive",
        unit="default",
        unit_name="示范县人民政府办公室",
        department="财政局",
        issuing_body="示范县财政局",
        document_number="示财〔2026〕7号",
        genre="通知",
        keywords="收费目录",
        summary="公布收费目录清单。",
        formed="2026-11-02",
        published="2026-11-22 09:30",
        joint_bodies=("示范县教育局",),
        reviewers=(("初审", "张三"), ("复审", "李四"), ("终审", "王五")),
    )
    return replace(values, **changes)


def artefact(folder: Path, name: str, data: bytes, role: str, title: str = "") -> tuple[Artefact, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(data).hexdigest()
    path = folder / digest
    path.write_bytes(data)
    kind = "text/html" if role == "page" else "text/plain"
    return Artefact(name, kind, digest, len(data), role, title), path


def frozen(folder: Path, text: str = SENTENCE, name: str = TITLE) -> tuple[tuple[Artefact, Path], ...]:
    page = f"<!DOCTYPE html><html><head><title>x</title></head><body><main>\n<p>{text}</p>\n</main></body></html>"
    return (
        artefact(folder, "正文.html", page.encode(), "page", "网页版"),
        artefact(folder, f"{name}.txt", f"{text}\n".encode(), "text", "文本版"),
        artefact(folder, "附件1 收费目录.csv", f"项目,{text}\n".encode(), "attachment", "收费目录"),
    )


def order(
    action: Action,
    listed: Entry,
    artefacts: tuple[tuple[Artefact, Path], ...] = (),
    *,
    generation: int = 0,
    channel: str = "site",
    at: str = "2026-11-22T01:30:00.123456+00:00",
    reason: str = "",
    record: Mapping[str, Any] | None = None,
) -> Order:
    key = EffectKey(listed.document, listed.version, channel, action, generation)
    deposit = None if record is None else Deposit(originals=(), record=record)
    return Order(key, listed, at, artefacts, deposit, reason)


def first(vault: Path) -> Order:
    """Publish the document."""
    return order(Action.PUBLISH, entry(), frozen(vault))


def second(vault: Path, **changes: object) -> Order:
    """Replace it by a version of another title and department."""
    listed = entry(version=2, title="更正后的通知", department="教育局", **changes)
    page = artefact(vault, "正文.html", "<main><p>每小时四元</p></main>".encode(), "page")
    return order(Action.UPDATE, listed, (page,), at=LATER)


def recall(generation: int = 1, number: int = 1, version: int = 1) -> Order:
    """Take it back."""
    listed = entry(number, version)
    return order(Action.WITHDRAW, listed, generation=generation, at=LATER, reason="内容有误，予以撤回")


def catalogue(root: Path) -> list[dict[str, object]]:
    """The rows of the catalogue."""
    return json.loads((root / "catalogue.json").read_text("utf-8"))


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, by relative path."""
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }


def names(folder: Path) -> list[str]:
    """What lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def folders(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()}


def run_killed(work: Callable[[], object], after: int) -> bool:
    """Run in a child process that dies without clean-up before its operation number ``after``.

    Operations are the system calls that change files. Gives whether the work ended before that.
    """
    child = os.fork()
    if child == 0:
        try:
            _die_before(after)
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 -- a child must not return into the test run
            os._exit(70)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), f"the work failed by itself ({code})"
    return code == 0


def _die_before(after: int) -> None:
    count = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal count
            if count == after:
                os._exit(9)
            count += 1
            return function(*args, **options)

        return call

    for name in ("fsync", "fdopen", "rmdir", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    for name in ("replace", "unlink", "mkdir"):
        setattr(Path, name, counted(getattr(Path, name)))
    assert files.os is os
