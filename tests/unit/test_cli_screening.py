"""`extract` and `screen`: exact JSON, honest status, nothing kept; in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest

PROGRAM = (sys.executable, "-m", "disclosure_pipeline")
ID = "990101197902030050"
MARKING = "机密★5年"
SCREENING = {"verdict", "findings", "undetermined", "rules_version"}
FINDING = {
    "detector", "kind", "severity", "text", "start", "end", "segment", "place", "rule", "article", "suggestion",
    "confidence", "why", "rule_version", "count",
}  # fmt: skip


def run(folder: Path, *words: str, stdin: bytes = b"", **environment: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output=True, cwd=folder, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def asked(folder: Path, *words: str, stdin: bytes = b"") -> tuple[int, Any]:
    status, out, _ = run(folder, *words, "--json", stdin=stdin)
    return status, json.loads(out)


def three_pages(path: Path, *extra: str) -> Path:
    document = docx.Document()
    for page in range(3):
        for number in range(25):
            document.add_paragraph(
                f"第{page + 1}页第{number + 1}段：各有关单位应当按照要求做好相关工作，及时报送情况。"
            )
        document.add_page_break()
    for line in extra:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def test_extract_prints_segments_with_places(tmp_path: Path) -> None:
    draft = three_pages(tmp_path / "三页.docx", "末段")
    status, answer = asked(tmp_path, "extract", str(draft))
    assert status == 0
    assert set(answer) == {"media_type", "extractor", "segments", "warnings"}
    assert answer["extractor"] == "builtin.docx"
    last = [segment for segment in answer["segments"] if segment["text"] == "末段"]
    assert [set(segment) for segment in last] == [{"text", "place", "visible"}]
    assert {"part", "kind"} <= set(last[0]["place"])
    assert list(tmp_path.iterdir()) == [draft], "nothing is made"


def test_screen_finds_and_points_into_the_segments_of_extract(tmp_path: Path) -> None:
    draft = three_pages(tmp_path / "名单.docx", f"身份证号：{ID}")
    status, answer = asked(tmp_path, "screen", str(draft))
    assert (status, answer["verdict"], set(answer)) == (0, "found", SCREENING)
    assert {frozenset(finding) for finding in answer["findings"]} == {frozenset(FINDING)}
    (finding,) = [item for item in answer["findings"] if item["kind"] == "privacy.resident_id"]
    assert finding["text"] == ID
    segments = asked(tmp_path, "extract", str(draft))[1]["segments"]
    where = segments[finding["segment"]]
    assert where["text"][finding["start"] : finding["end"]] == ID
    assert where["place"] == finding["place"]


def test_a_marking_keeps_its_words_and_place_for_whoever_holds_the_file(tmp_path: Path) -> None:
    draft = three_pages(tmp_path / "报告.docx", MARKING)
    status, answer = asked(tmp_path, "screen", str(draft))
    assert (status, answer["verdict"]) == (0, "found")
    marking = answer["findings"][0]
    assert (marking["kind"], marking["text"]) == ("secrecy.marking", MARKING)
    segments = asked(tmp_path, "extract", str(draft))[1]["segments"]
    assert segments[marking["segment"]]["text"][marking["start"] : marking["end"]] == MARKING
    assert marking["place"] == segments[marking["segment"]]["place"]


def test_plain_text_from_standard_input_is_one_segment(tmp_path: Path) -> None:
    words = f"第一行\n  联系人身份证号：{ID}\n"
    status, answer = asked(tmp_path, "screen", "-", stdin=words.encode())
    assert (status, set(answer)) == (0, SCREENING)
    (finding,) = answer["findings"]
    assert (finding["segment"], words[finding["start"] : finding["end"]]) == (0, ID)
    assert asked(tmp_path, "screen", "-", stdin="一切正常。".encode())[1]["verdict"] == "clear"


def test_nothing_to_read_is_undetermined_and_never_clear(tmp_path: Path) -> None:
    status, answer = asked(tmp_path, "screen", "-")
    assert (status, answer["verdict"]) == (0, "undetermined")
    assert [doubt["code"] for doubt in answer["undetermined"]] == ["text.empty"]


@pytest.mark.parametrize(
    ("head", "code"), [(b"PK\x03\x04", "file.broken"), (b"\x00\xfa\x07\xff", "file.unknown")]
)
def test_what_cannot_be_read_is_an_error_and_undetermined(tmp_path: Path, head: bytes, code: str) -> None:
    (tmp_path / "坏.docx").write_bytes(head + ID.encode() * 20)
    status, answer = asked(tmp_path, "screen", "坏.docx")
    assert status == 1
    assert set(answer) == SCREENING | {"error"}
    assert (answer["verdict"], answer["findings"]) == ("undetermined", [])
    assert answer["error"]["code"] == code
    status, refused = asked(tmp_path, "extract", "坏.docx")
    assert (status, set(refused), refused["error"]["code"]) == (1, {"error"}, code)
    _, out, err = run(tmp_path, "screen", "坏.docx")
    assert ID.encode() not in out + err


@pytest.mark.parametrize("command", ["screen", "extract"])
def test_a_missing_file_and_a_folder_are_not_found(tmp_path: Path, command: str) -> None:
    for name in ("无.docx", "."):
        status, answer = asked(tmp_path, command, name)
        assert (status, answer["error"]["code"]) == (4, "file.not_found")


def test_input_of_another_encoding_is_refused_and_not_guessed(tmp_path: Path) -> None:
    status, answer = asked(tmp_path, "screen", "-", stdin="关于调整办公时间的通知".encode("gb18030"))
    assert (status, answer["error"]["code"]) == (2, "input.encoding")


def test_lines_are_answered_in_order_and_bad_ones_by_themselves(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": f"证号 {ID}"}, ensure_ascii=False).encode(),
        b"not json",
        b'{"id": 2}',
        b"[1]",
        b'{"id": 3, "text": "\xff"}',
        json.dumps({"id": None, "text": "一切正常。"}).encode(),
    ]
    status, out, _ = run(tmp_path, "screen", "--jsonl", "-", stdin=b"\n".join(lines))
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [answer["id"] for answer in answers] == ["a", None, 2, None, None, None]
    assert set(answers[0]) == SCREENING | {"id"}
    assert (answers[0]["verdict"], answers[0]["findings"][0]["text"]) == ("found", ID)
    assert [set(answer) for answer in answers[1:5]] == [{"id", "error"}] * 4
    assert [answer["error"]["code"] for answer in answers[1:5]] == ["line.invalid"] * 3 + ["input.encoding"]
    assert answers[5]["verdict"] == "clear"


def test_each_line_is_answered_before_the_next_is_given(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "screen", "--jsonl", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(3):
        process.stdin.write(json.dumps({"id": number, "text": "正常"}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_extract_of_several_files_names_each_as_given(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text("甲", "utf-8")
    assert asked(tmp_path, "extract", "甲.txt", "甲.txt")[1]["error"]["code"] == "usage"
    status, out, _ = run(tmp_path, "extract", "--jsonl", "甲.txt", "无.txt", "./甲.txt")
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [answer["path"] for answer in answers] == ["甲.txt", "无.txt", "甲.txt"]
    assert answers[0]["segments"][0]["text"] == "甲"
    assert set(answers[1]) == {"path", "error"}


def test_extract_of_a_folder_reads_every_file_below_it(tmp_path: Path) -> None:
    outside = tmp_path / "外.txt"
    outside.write_text(ID, "utf-8")
    folder = tmp_path / "卷"
    for name in ("乙/一.txt", "乙/深/二.txt", "丙.txt", ".隐.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    (folder / "乙" / "坏.docx").write_bytes(b"PK\x03\x04" + ID.encode() * 20)
    (folder / "空").mkdir()
    (folder / "链").symlink_to(outside)
    (folder / "环").symlink_to(folder)
    os.mkfifo(folder / "管")
    status, out, err = run(tmp_path, "extract", "--jsonl", "卷", "外.txt")
    answers = [json.loads(line) for line in out.splitlines()]
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    assert [answer["path"] for answer in answers] == [str(path.relative_to(tmp_path)) for path in files] + [
        "外.txt"
    ]
    codes = {Path(answer["path"]).name: answer["error"]["code"] for answer in answers if "error" in answer}
    links = dict.fromkeys(("链", "环", "管"), "file.not_regular")
    assert (status, codes) == (1, {"坏.docx": "file.broken", **links})
    read = [segment["text"] for answer in answers for segment in answer.get("segments", ())]
    assert read == [".隐.txt", "丙.txt", "乙/一.txt", "乙/深/二.txt", ID]
    assert ID.encode() not in err
    assert not [name for name in codes if name.encode() in err]


def test_a_folder_that_was_read_to_its_end_is_a_success_and_an_empty_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "卷").mkdir()
    status, out, _ = run(tmp_path, "extract", "--jsonl", "卷")
    assert (status, json.loads(out)["error"]["code"]) == (1, "folder.empty")
    (tmp_path / "卷" / "一.txt").write_text("一", "utf-8")
    assert run(tmp_path, "extract", "--jsonl", "卷")[0] == 0


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_folder_for_extract_alone_names_the_way(tmp_path: Path, words: tuple[str, ...]) -> None:
    status, out, err = run(tmp_path, "extract", ".", *words)
    assert status == 4
    assert b"disclosure extract --jsonl" in (out if words else err)


def test_a_batch_says_how_far_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "卷"
    folder.mkdir()
    for name in ("甲.txt", "乙.txt", "丙.txt"):
        (folder / name).write_text(ID, "utf-8")
    always = (
        "import sys; from disclosure_pipeline.cli import main, screening; "
        "screening.TOLD_EVERY = 0.0; sys.exit(main.main(['extract', '--jsonl', '卷']))"
    )
    done = subprocess.run([sys.executable, "-c", always], capture_output=True, cwd=tmp_path, check=True)
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr.decode().splitlines() == [f"已处理 {number}/3 个文件" for number in (1, 2)]


def test_a_required_detector_that_is_missing_makes_it_undetermined(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "disclosure.toml").write_text(
        '[screening]\nrequired_detectors = ["ghost.finder"]\n'
    )
    status, answer = asked(tmp_path, "screen", "-", stdin="一切正常。".encode())
    assert (status, answer["verdict"]) == (0, "undetermined")
    assert [doubt["detector"] for doubt in answer["undetermined"]] == ["ghost.finder"]


def test_a_third_party_detector_is_asked_and_no_var_is_made(tmp_path: Path) -> None:
    from disclosure_pipeline.settings.resources import share

    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "disclosure.toml").write_text('[plugins]\nallow = ["vehicle_plate"]\n')
    (tmp_path / "plugins").mkdir(mode=0o755)
    plugin = tmp_path / "plugins" / "vehicle_plate.py"
    plugin.write_bytes((share("plugins") / "vehicle_plate.py").read_bytes())
    plugin.chmod(0o644)
    status, answer = asked(tmp_path, "screen", "-", stdin="肇事车辆号牌为京A12345，已驶离。".encode())
    assert status == 0
    assert "privacy.plate" in {finding["kind"] for finding in answer["findings"]}
    assert not (tmp_path / "var").exists()
    listed = asked(tmp_path, "plugins")[1]
    assert {item["name"]: item["state"] for item in listed}["vehicle_plate"] == "loaded"
    assert not (tmp_path / "var").exists()
