"""Reading inside the sandbox: markings first, silence is a doubt, and a marked text stays inside."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from docx import Document
from plugin_hosts import FAULTS, ROOT

from disclosure_pipeline.builtin.detectors.numbers.mobile import Mobile
from disclosure_pipeline.builtin.detectors.secrecy.marking import SecrecyMarking
from disclosure_pipeline.builtin.extractors.readers import named_extractor
from disclosure_pipeline.hooks import testing
from disclosure_pipeline.hooks.contracts import SourceFile
from disclosure_pipeline.hooks.reading import Reader
from disclosure_pipeline.hooks.record import mark_key
from disclosure_pipeline.model.document import PartRole
from disclosure_pipeline.model.finding import Verdict
from disclosure_pipeline.model.text import Place, Segment, Text
from disclosure_pipeline.settings.models import ExtractionSettings
from disclosure_pipeline.settings.policy import load_rulebook

BOOK = load_rulebook(ROOT / "config")
LIMITS = ExtractionSettings().model_dump()
MARKING = "builtin.secrecy_marking"
CLEAN = "关于印发春耕补贴方案的通知\n各乡镇人民政府：\n现将方案印发给你们。\n"
NAMES = "救助对象：张三，电话13812345678\n"
MARKED = f"机密★10年\n关于旧城改造的请示\n{NAMES}"


def reader(**more) -> Reader:
    extractors = {
        "builtin.txt": named_extractor("txt", LIMITS),
        "builtin.docx": named_extractor("docx", LIMITS),
    }
    detectors = {MARKING: SecrecyMarking(BOOK), "builtin.mobile": Mobile(BOOK)}
    given = {
        "extractors": extractors,
        "detectors": detectors,
        "required": (MARKING, "builtin.mobile"),
        **more,
    }
    return Reader(**given, rules_version=BOOK.version)


def with_fault(name: str) -> Reader:
    """The reader with one more detector, from the fault plugins."""
    (registered,) = testing.check_plugin(FAULTS / f"{name}.py", FAULTS)
    detectors = {MARKING: SecrecyMarking(BOOK), "builtin.fault": registered.item}
    return reader(detectors=detectors, required=(MARKING,))


@pytest.fixture
def drop(tmp_path: Path):
    def make(*texts: str, role: PartRole = PartRole.ATTACHMENT) -> list[SourceFile]:
        files = []
        for position, text in enumerate(texts):
            path = tmp_path / f"{position}.txt"
            path.write_text(text, "utf-8")
            files.append(
                SourceFile(
                    position,
                    path,
                    path.name,
                    PartRole.MAIN if position == 0 else role,
                    sha256=f"{position}" * 64,
                )
            )
        return files

    return make


def test_a_clean_submission_is_read_and_clear(drop):
    reading = reader().read(drop(CLEAN, CLEAN))
    assert reading.screening.verdict is Verdict.CLEAR
    assert [part.position for part in reading.texts] == [0, 1]
    assert reading.texts[0].text.extractor == "builtin.txt"
    assert (reading.faults, reading.marked) == ((), False)


def test_findings_name_detector_part_and_characters(drop):
    (found,) = reader().read(drop(CLEAN, NAMES)).screening.findings
    assert (found.detector, found.part, found.kind, found.text) == (
        "builtin.mobile", 1, "privacy.mobile", "13812345678",
    )  # fmt: skip


@pytest.mark.parametrize("role", [PartRole.ATTACHMENT, PartRole.SLIP, PartRole.INTERNAL])
def test_a_marking_in_any_part_keeps_every_character_inside(drop, role: PartRole):
    reading = reader().read(drop(CLEAN, MARKED, role=role))
    assert reading.marked
    assert reading.texts == ()
    assert {found.kind for found in reading.screening.findings} == {"secrecy.marking"}
    crossing = pickle.dumps(reading).decode("utf-8", "replace")
    for secret in ("机密", "旧城", "张三", "13812345678", "春耕"):
        assert secret not in crossing
    (found,) = reading.screening.findings
    assert (found.part, found.text, found.place.part, found.place.detail) == (1, None, "", None)
    assert (found.start, found.end) == (0, 6)


def test_names_given_by_the_author_do_not_leave_with_a_marking(tmp_path: Path):
    import docx

    path = tmp_path / "draft.docx"
    document = docx.Document()
    document.core_properties.author = "李四秘密项目组"
    document.core_properties.subject = "绝密★长期"
    document.add_paragraph("机密★10年")
    document.save(str(path))
    reading = reader().read([SourceFile(0, path, path.name)])
    assert reading.marked
    crossing = pickle.dumps(reading).decode("utf-8", "replace")
    assert not any(secret in crossing for secret in ("李四", "机密", "绝密", "docProps"))


def test_a_marking_that_was_released_for_these_bytes_does_not_count(drop):
    files = drop(MARKED)
    (marking,) = reader().read(files).screening.findings
    released = frozenset({mark_key(files[0].sha256, marking)})
    reading = reader().read(files, released)
    assert not reading.marked
    assert [found.kind for found in reading.screening.findings] == ["privacy.mobile"]
    other = [SourceFile(0, files[0].path, "0.txt", sha256="f" * 64)]
    assert reader().read(other, released).marked


def test_a_missing_marking_check_lets_no_text_out(drop):
    reading = reader(detectors={"builtin.mobile": Mobile(BOOK)}).read(drop(NAMES))
    assert reading.texts == ()
    assert not reading.marked
    assert reading.screening.findings == ()
    assert [(doubt.code, doubt.detector) for doubt in reading.screening.doubts] == [
        ("detector.missing", MARKING)
    ]
    assert reading.screening.verdict is Verdict.UNDETERMINED


def test_a_failed_marking_check_lets_no_text_out(drop):
    """The rules behind the detector's back: what it promised at load it cannot do now."""
    broken = SecrecyMarking(BOOK)
    del broken._rules
    reading = reader(detectors={MARKING: broken, "builtin.mobile": Mobile(BOOK)}).read(drop(CLEAN, NAMES))
    assert (reading.texts, reading.screening.findings, reading.marked) == ((), (), False)
    assert [(doubt.code, doubt.detector, doubt.position) for doubt in reading.screening.doubts] == [
        ("detector.failed", MARKING, 0),
        ("detector.failed", MARKING, 1),
    ]
    assert "张三" not in repr(reading)


def test_a_marking_counts_although_another_part_cannot_be_read(drop):
    files = drop("机密★10年\n", CLEAN)
    files[1].path.write_bytes(b"\x00\x01\x02" * 4000)
    reading = reader().read(files)
    assert reading.marked
    assert [doubt.position for doubt in reading.screening.doubts] == [1]


def test_an_unreadable_part_is_a_doubt_and_no_text_leaves(drop):
    files = drop(NAMES, CLEAN)
    files[1].path.unlink()
    reading = reader().read(files)
    assert reading.texts == ()
    assert [(doubt.code, doubt.position) for doubt in reading.screening.doubts] == [("extract.open", 1)]
    assert [fault.code for fault in reading.faults] == ["extract.open"]
    assert "张三" not in repr(reading)


def test_nothing_is_never_clear(drop):
    assert [doubt.code for doubt in reader().read([]).screening.doubts] == ["submission.empty"]
    assert reader().read(drop("\n \n")).screening.verdict is Verdict.UNDETERMINED
    screening, _ = reader().screen((), frozenset(), {})
    assert screening.verdict is Verdict.UNDETERMINED
    screening, _ = reader().screen((testing.part("  "),), frozenset(), {})
    assert [doubt.code for doubt in screening.doubts] == ["text.empty"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("detector_raises", "detector.raised"),
        ("detector_none", "detector.nonsense"),
        ("detector_offsets", "detector.nonsense"),
        ("detector_exits", "detector.raised"),
        ("detector_undeclared", "detector.nonsense"),
    ],
)
def test_a_detector_that_fails_makes_the_screening_undetermined(drop, name: str, code: str):
    reading = with_fault(name).read(drop(NAMES))
    assert [fault.code for fault in reading.faults] == [code]
    assert [(doubt.code, doubt.detector) for doubt in reading.screening.doubts] == [
        ("detector.failed", "builtin.fault")
    ]
    assert reading.screening.findings == ()
    assert "张三" not in repr((reading.faults, reading.screening))


def test_a_required_detector_that_is_not_there_is_a_doubt(drop):
    reading = reader(required=(MARKING, "builtin.lexicon")).read(drop(CLEAN))
    assert [(doubt.code, doubt.detector) for doubt in reading.screening.doubts] == [
        ("detector.missing", "builtin.lexicon")
    ]
    assert reading.texts != ()


def test_slips_and_internal_sheets_are_searched_for_secrets_only(drop):
    reading = reader().read(drop(CLEAN, NAMES, role=PartRole.SLIP))
    assert reading.screening.verdict is Verdict.CLEAR


def test_screening_stored_text_leaves_the_marking_s_characters_out():
    screening, faults = reader().screen((testing.part("机密★10年", NAMES.strip()),), frozenset(), {})
    assert faults == ()
    assert [(found.kind, found.text) for found in screening.findings] == [
        ("secrecy.marking", None),
        ("privacy.mobile", "13812345678"),
    ]


class Greedy:
    """An extractor of a plugin that claims every file and shows nothing of it."""

    id = "all"
    version = "1"

    def score(self, head: bytes, name: str) -> int:
        return 100

    def extract(self, file: SourceFile) -> Text:
        return Text("text/plain", "greedy.all", (Segment("无事", Place("all", "body")),))


def test_no_plugin_takes_over_a_format_that_a_built_in_reads(tmp_path: Path):
    extractors = {
        "greedy.all": Greedy(),
        "builtin.docx": named_extractor("docx", LIMITS),
        "builtin.txt": named_extractor("txt", LIMITS),
    }
    document = Document()
    document.add_paragraph("机密★10年")
    document.save(str(tmp_path / "甲.docx"))
    marked = reader(extractors=extractors).read([SourceFile(0, tmp_path / "甲.docx", "甲.docx")])
    assert (marked.marked, marked.texts) == (True, ())
    unknown = tmp_path / "乙.memo"
    unknown.write_bytes(b"\x00\x01\x02 memo")
    assert (
        reader(extractors=extractors).read([SourceFile(0, unknown, "乙.memo")]).texts[0].text.extractor
        == "greedy.all"
    )
