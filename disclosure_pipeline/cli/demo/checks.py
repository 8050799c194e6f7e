"""Holds what came of a sample against its expectation file."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from disclosure_pipeline.cli.demo.office import Office
from disclosure_pipeline.cli.demo.samples import Sample
from disclosure_pipeline.cli.demo.walk import Walk
from disclosure_pipeline.model.finding import MARKING, Verdict
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Verb

SITE = "builtin.site"
PAGE, FILES = "index.html", "files"


def outcome(office: Office, walk: Walk) -> dict[str, Any]:
    """What came of one sample, and what is not as expected.

    Returns:
        ``sample``, ``draft``, ``id``, ``expected``, ``state``, ``found`` (number by kind), ``address`` (on the
        site, or null) and ``problems`` (empty when every expectation held).
    """
    sample = walk.sample
    told: dict[str, Any] = {"sample": sample.name, "draft": sample.draft, "id": walk.case or None,
                            "expected": sample.state, "state": None, "found": {}, "address": None}  # fmt: skip
    if not walk.case:
        return told | {"problems": ["not received", *walk.problems]}
    shown = office.call("show", walk.case)
    history = office.call("history", walk.case)
    found = _found(office, shown)
    address = next((item["address"] for item in shown["publications"] if item["channel"] == SITE), "")
    problems = [
        *walk.problems,
        *_record_problems(sample, shown, history),
        *_finding_problems(sample, found),
        *_public_problems(sample, shown, office, address),
    ]
    return told | {
        "state": shown["state"], "found": dict(sorted(found.items())), "address": address or None,
        "problems": problems,
    }  # fmt: skip


def _found(office: Office, shown: Mapping[str, Any]) -> Counter[str]:
    """Findings by kind; of a quarantined case only the number of its markings is known."""
    if shown["state"] == State.QUARANTINED:
        cases = office.call("quarantine", "list")
        return Counter({MARKING: sum(len(case["marks"]) for case in cases if case["id"] == shown["id"])})
    return Counter(item["kind"] for item in shown["findings"])


def _record_problems(
    sample: Sample, shown: Mapping[str, Any], history: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    values = shown["attribute"]
    rows = list(history)
    yield from _differences(
        {
            "state": (sample.state, shown["state"]),
            "title": (sample.title, shown["title"] or ""),
            "proposed": (sample.proposed, values["proposed"] or ""),
            "attribute": (
                sample.attribute,
                values["final"] or values["office"] or values["proposed"] or "",
            ),
            "ground": (sample.ground, shown["ground"] or ""),
            "verdict": (sample.verdict, _verdict(rows)),
            "tiers": (sample.tiers, tuple(tier["tier"] for tier in shown["tiers"])),
            "referrals": (
                [item["kind"] for item in sample.decisions if item["verb"] == Verb.REFER],
                [row["detail"]["kind"] for row in rows if row["action"] == "refer"],
            ),
        }
    )


def _verdict(rows: Iterable[Mapping[str, Any]]) -> str:
    """The verdict of the first screening; a quarantined case was stopped by what was found."""
    for row in rows:
        if row["action"] == "screen":
            return str(row["detail"]["verdict"])
        if row["action"] == "quarantine":
            return Verdict.FOUND.value
    return ""


def _differences(pairs: Mapping[str, tuple[object, object]]) -> Iterator[str]:
    for name, (wanted, real) in pairs.items():
        if wanted != real:
            yield f"{name}: expected {wanted!r}, got {real!r}"


def _finding_problems(sample: Sample, found: Mapping[str, int]) -> Iterator[str]:
    exact = {kind: (number, found.get(kind, 0)) for kind, number in sample.findings.items()}
    yield from _differences(exact)
    for kind, least in sample.findings_at_least.items():
        if found.get(kind, 0) < least:
            yield f"{kind}: expected at least {least}, got {found.get(kind, 0)}"
    for kind in sorted(set(found) - set(sample.findings) - set(sample.findings_at_least)):
        yield f"{kind}: not expected, got {found[kind]}"


def _public_problems(sample: Sample, shown: Mapping[str, Any], office: Office, address: str) -> Iterator[str]:
    names = [item["name"] for item in shown["public"] or ()]
    yield from _differences({"public files": (sorted(sample.public.files), sorted(names))})
    published = shown["state"] == State.PUBLISHED
    site = office.workspace.site
    text = _pages((site / address).parent) if published else _everything(site)
    for number, wanted in enumerate(sample.public.present):
        if wanted not in text:
            yield f"public text {number + 1} is missing"
    for number, unwanted in enumerate(sample.public.absent):
        if unwanted in text:
            yield f"hidden text {number + 1} is public"


def _pages(folder: Path) -> str:
    """What readers see of one document: its page and its files."""
    paths = [folder / PAGE, *sorted((folder / FILES).glob("*"))]
    return "\n".join(_read(path) for path in paths if path.is_file())


def _everything(site: Path) -> str:
    """Every byte of the site, names of files included."""
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    return "\n".join(f"{path.relative_to(site)}\n{_read(path)}" for path in paths)


def _read(path: Path) -> str:
    """A file's bytes as text, of an office document those of its parts too; what is no text stands for nothing."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            data = b"\n".join((data, *map(package.read, package.namelist())))
    return data.decode("utf-8", errors="surrogateescape")
