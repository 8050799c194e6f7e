"""The samples are what their expectations say, and are made again the same."""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from disclosure_pipeline.builtin.public import Beside, Paper, Redaction, build, prove
from disclosure_pipeline.builtin.public.pages.job import reprint
from disclosure_pipeline.hooks.contracts import PartText, SourceFile
from disclosure_pipeline.model.document import Attribute, Part, PartRole
from disclosure_pipeline.model.finding import FINDING_KINDS, Settlement, Verdict
from disclosure_pipeline.model.lifecycle import State
from disclosure_pipeline.model.route import Role, Verb
from disclosure_pipeline.model.text import Text
from disclosure_pipeline.settings.models import ExtractionSettings
from tests import recognition_desk

SAMPLES = Path(__file__).parents[2] / "samples"
DRAFTS = SAMPLES / "drafts"
EXPECTED = sorted((SAMPLES / "expected").glob("*.toml"))
KEYS = {
    "draft", "department", "after", "title", "state", "proposed", "attribute", "ground", "verdict", "tiers",
    "findings", "findings_at_least", "settle", "decisions", "public",
}  # fmt: skip
DECISION_KEYS = {
    "role", "verb", "reason", "meeting", "risk", "risk-text", "kind", "number", "body", "scan", "outcome", "recorded_by",
}  # fmt: skip


def expectation(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def dropped() -> Iterator[str]:
    """Paths of what is dropped: files and folders below a department or an attribute subfolder."""
    for department in DRAFTS.iterdir():
        for item in department.iterdir():
            subfolder = item.is_dir() and Attribute.parse(item.name) is not None
            for draft in item.iterdir() if subfolder else (item,):
                if not draft.name.endswith(".slip.toml"):
                    yield draft.relative_to(DRAFTS).as_posix()


def test_every_draft_has_one_expectation() -> None:
    assert len(EXPECTED) >= 14
    assert sorted(expectation(path)["draft"] for path in EXPECTED) == sorted(dropped())


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_an_expectation_says_only_what_exists(path: Path) -> None:
    data = expectation(path)
    assert set(data) <= KEYS
    assert KEYS - {"after", "findings_at_least", "settle", "decisions"} <= set(data)
    assert data["draft"].split("/")[0] == data["department"]
    State(data["state"])
    for key in ("proposed", "attribute"):
        assert data[key] == "" or Attribute(data[key])
    assert data["verdict"] == "" or Verdict(data["verdict"])
    kinds = {**data["findings"], **data.get("findings_at_least", {})}
    named = {kind for kind in {*kinds, *data.get("settle", {})} if not kind.startswith("format.")}
    assert named <= set(FINDING_KINDS)
    assert set(data.get("settle", {})) <= set(kinds)
    for settlement in data.get("settle", {}).values():
        assert set(settlement) == {"as", "reason"}
        Settlement(settlement["as"])
    for decision in data.get("decisions", []):
        assert set(decision) <= DECISION_KEYS
        Role(decision["role"])
        Verb(decision["verb"])
        assert "scan" not in decision or (SAMPLES / decision["scan"]).is_file()
    assert set(data["public"]) == {"files", "present", "absent"}
    stems = {item.stem for item in EXPECTED}
    assert set(data.get("after", [])) <= stems


def test_the_issues_cases_are_all_there() -> None:
    ends = [expectation(path)["state"] for path in EXPECTED]
    assert {state: ends.count(state) for state in sorted(set(ends))} == {
        "attention": 1, "duplicate": 1, "on_request": 2, "published": 14, "quarantined": 1, "returned": 3,
        "withheld": 1,
    }  # fmt: skip


def test_the_officers_can_sign_every_chain() -> None:
    officers = tomllib.loads((SAMPLES / "officers.toml").read_text("utf-8"))["officer"]
    for path in EXPECTED:
        data = expectation(path)
        for decision in data.get("decisions", []):
            able = [
                officer["name"]
                for officer in officers
                if decision["role"] in officer["roles"]
                and officer.get("department") in (None, data["department"])
            ]
            assert len(able) == 1, (path.stem, decision["role"])


def test_the_readme_lists_every_sample() -> None:
    lines = (SAMPLES / "README.md").read_text("utf-8").splitlines()
    listed = [line.split(" | ") for line in lines if line.startswith("| ") and line[2:4].isdigit()]
    told = {(row[0].strip("| "), row[1].rstrip("/"), row[3].strip(" |")) for row in listed}
    meant = {(path.stem[:2], expectation(path)["draft"], expectation(path)["state"]) for path in EXPECTED}
    assert told == meant


def test_small_enough_to_ship() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 1_500_000


# ------------------------------------------------------------------------- made again


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drafts")
    sys.path.insert(0, str(SAMPLES))
    try:
        runpy.run_path(str(SAMPLES / "make.py"))["main"](folder)
    finally:
        sys.path.remove(str(SAMPLES))
    return folder


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def content(path: Path) -> object:
    """What a file holds, apart from how it was compressed (zlib versions differ)."""
    if path.suffix in (".docx", ".xlsx", ".ofd") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}
    if path.suffix == ".pdf":
        return printed(path)
    return path.read_bytes()


def printed(path: Path) -> list[tuple[str, int]]:
    """Text and number of objects of each page."""
    import pypdfium2

    pages = []
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            text = page.get_textpage()
            pages.append((text.get_text_range(), len(list(page.get_objects()))))
            text.close()
            page.close()
    return pages


def test_the_same_files_are_made(made: Path) -> None:
    assert files_below(made) == files_below(DRAFTS)


@pytest.mark.parametrize("name", files_below(DRAFTS))
def test_a_draft_is_made_again_the_same(made: Path, name: str) -> None:
    # The broken copy is cut at a byte, so its end depends on the compressor.
    if expectation(SAMPLES / "expected" / "14-corrupted.toml")["draft"] == name:
        assert (made / name).read_bytes()[:200] == (DRAFTS / name).read_bytes()[:200]
    else:
        assert content(made / name) == content(DRAFTS / name)


# ------------------------------------------------------------------- what they claim to be


def draft(name: str) -> Path:
    (path,) = (item for item in EXPECTED if item.stem == name)
    return DRAFTS / expectation(path)["draft"]


def test_the_duplicate_has_the_bytes_of_the_first() -> None:
    digests = {
        hashlib.sha256(draft(name).read_bytes()).digest() for name in ("01-clean-notice", "15-duplicate")
    }
    assert len(digests) == 1


def test_the_broken_file_is_broken_and_the_scan_has_no_text() -> None:
    assert not zipfile.is_zipfile(draft("14-corrupted"))
    ((text, objects),) = printed(draft("08-scan"))
    assert text.strip() == ""
    assert objects == 1


def test_the_old_text_is_not_utf8() -> None:
    data = draft("09-old-encoding").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert "会计人员继续教育" in data.decode("gb18030")


def test_numbers_pass_their_checksums(made: Path) -> None:
    people = runpy.run_path(str(SAMPLES / "people.py"))
    assert people["resident_id"]("19790203", 5) == "990101197902030050"
    for order in range(20):
        number = people["resident_id"]("19860917", order)
        values = [10 if digit == "X" else int(digit) for digit in number]
        assert sum(value * 2 ** (17 - place) for place, value in enumerate(values)) % 11 == 1
        card = [int(digit) for digit in people["bank_card"](order)][::-1]
        assert len(card) == 19
        assert sum(card[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in card[1::2]) % 10


# ----------------------------------------------------------------------- the public copy

EXTRACTORS = {
    ".docx": ("word.reader", "DocxExtractor"),
    ".xlsx": ("sheets.reader", "XlsxExtractor"),
    ".txt": ("text.plain", "TxtExtractor"),
    ".csv": ("text.plain", "TxtExtractor"),
    ".pdf": ("pdf.reader", "PdfExtractor"),
    ".html": ("html.reader", "HtmlExtractor"),
    ".ofd": ("ofd.reader", "OfdExtractor"),
    ".png": ("pictures.reader", "ImageExtractor"),
}
SLIPS = ("slip.toml", "发文拟稿单.docx")
PUBLISHED = [path for path in EXPECTED if expectation(path)["state"] == "published"]


@pytest.fixture(scope="module")
def recognises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Scans are read as in a sandbox process."""
    with recognition_desk.opened(tmp_path_factory.mktemp("desk")):
        yield


def extract(path: Path) -> Text:
    module, name = EXTRACTORS[path.suffix]
    extractor = getattr(import_module(f"disclosure_pipeline.builtin.extractors.{module}"), name)
    return extractor(ExtractionSettings().model_dump()).extract(SourceFile(0, path, path.name))


def files_of(data: dict[str, Any]) -> list[Path]:
    """The files of a draft, its 正文 first and its slip last."""
    path = DRAFTS / data["draft"]
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    drafts = [file for file in files if file.name not in SLIPS]
    main = next((file for file in drafts if not file.name.startswith("附件")), drafts[0])
    return [
        main,
        *(file for file in drafts if file != main),
        *(file for file in files if file.name in SLIPS),
    ]


def read(data: dict[str, Any]) -> tuple[list[PartText], list[Part]]:
    """Texts and parts of a draft, as intake and extraction would give them."""
    texts, parts = [], []
    for position, file in enumerate(files_of(data)):
        role = PartRole.ATTACHMENT if position else PartRole.MAIN
        role = PartRole.SLIP if file.name in SLIPS else role
        parts.append(Part(position, file.name, "", "0" * 64, file.stat().st_size, role))
        if file.suffix in EXTRACTORS:
            texts.append(PartText(position, role, extract(file)))
    return texts, parts


def redactions(texts: list[PartText], data: dict[str, Any]) -> list[Redaction]:
    """What the sample officer redacts: every long number in a visible place."""
    kinds = [kind for kind, settlement in data.get("settle", {}).items() if settlement["as"] == "redact"]
    return [
        Redaction(part.position, index, *match.span())
        for part in texts
        for index, segment in enumerate(part.text.segments)
        for match in re.finditer(r"\d{11,19}", segment.text)
        if kinds and segment.visible
    ]


def everything(path: Path) -> bytes:
    """A file's bytes, and those of the members of a package."""
    data = path.read_bytes()
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as package:
            data += b"".join(map(package.read, package.namelist()))
    return data


def papers(texts: list[PartText], data: dict[str, Any]) -> Beside:
    """The pages of the parts that have any, as a sandbox process makes them."""
    made = {}
    for part in texts:
        drawn = part.text.media_type.startswith("image/")
        if part.role.public and (drawn or part.text.media_type == "application/pdf"):
            path = files_of(data)[part.position]
            file = SourceFile(0, path, path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
            made[part.position] = Paper(reprint(file, part.text.media_type, {}, drawn), drawn)
    return Beside(papers=made)


@pytest.mark.usefixtures("recognises")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_the_public_copy_is_what_the_sample_expects(tmp_path: Path, path: Path) -> None:
    data = expectation(path)
    texts, parts = read(data)
    cuts = redactions(texts, data)
    beside = papers(texts, data)
    files = build(data["title"], texts, parts, tmp_path, cuts, beside=beside)
    assert [artefact.name for artefact, _ in files] == data["public"]["files"]
    for text in data["public"]["present"]:
        assert text in files[0][1].read_text("utf-8")
        assert text in files[1][1].read_text("utf-8")
    for text in data["public"]["absent"]:
        assert all(text.encode() not in everything(file) for _, file in files)
    again = [(artefact, extract(file)) for artefact, file in files]
    assert prove(again, data["title"], texts, parts, cuts, beside=beside) == []
