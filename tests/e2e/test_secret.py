"""A marked submission: no byte of it stays anywhere but in the quarantine folder (design 7)."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import docx
import pytest
from bureau import CHAIN, Bureau, draft, holding, letter, wait_for

TITLE = "关于苍鹭仓库储备情况的报告"
WORDS = ("苍鹭仓库", "青铜铃铛三百箱", "鹈鹕码头")
"""Words that occur in no other file: of title, text, and name."""

MARK = "机密★10年"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """A bureau whose processes keep their temporary files inside the workspace, where they are searched."""
    folder = tmp_path_factory.mktemp("secret")
    temporary = folder / "tmp"
    temporary.mkdir()
    made = Bureau(folder / "office", environment={"TMPDIR": str(temporary)})
    made.daemon.start()
    yield made
    assert made.daemon.stop() == 0


def docx_draft(title: str, *paragraphs: str) -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    for text in (title, *paragraphs):
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


COMMON = docx_draft("另一份文稿", "另一段文字。", "（此件公开发布）")
"""What every file of this kind holds; only other bytes are traces."""


def traces(content: bytes, words: tuple[str, ...] = WORDS) -> list[bytes]:
    """Every form in which a piece of a file could lie about: encoded, escaped, as raw bytes."""
    pieces = [
        content[start : start + 24] for start in range(0, len(content) - 24, max(1, len(content) // 60))
    ]
    found = [piece for piece in pieces if piece not in COMMON]
    for word in words:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            found.append(word.encode(encoding))
        escaped = json.dumps(word)[1:-1]
        found += [
            escaped.encode(),
            quote(word).encode(),
            html.escape(word).encode("ascii", "xmlcharrefreplace"),
        ]
        # Whichever way it stands in a base64 text, six of its bytes are aligned.
        raw = word.encode()
        found += [base64.b64encode(raw[start : start + 6]) for start in range(3)]
    return found


def leaks(bureau: Bureau, needles: list[bytes]) -> list[str]:
    """Where in and around the workspace something of it lies, apart from the quarantine."""
    private = bureau.workspace.quarantine.relative_to(bureau.office.folder.parent).as_posix()
    return [path for path in holding(bureau.office.folder.parent, needles) if not path.startswith(private)]


def quarantined(bureau: Bureau, case: str, needles: list[bytes]) -> None:
    """The case is held, the search finds it there and nowhere else, and the clerk is told nothing."""
    shown = bureau.wait(case, "quarantined")
    held = bureau.outbox() / f"{case}_移送说明.html"
    wait_for(held.exists, "the clerk is told")
    assert holding(bureau.workspace.quarantine, needles) != []
    assert leaks(bureau, needles) == []
    assert shown["title"] is None
    assert [part["name"] for part in shown["parts"]] == [None] * len(shown["parts"])
    assert case in letter(held)


def test_the_search_finds_what_is_there(bureau: Bureau) -> None:
    """Without a marking the same words do lie in the store, the vault and a receipt: the search can find them."""
    words = ("白鹭粮库", "木质风铃", "海鸥码头")
    content = docx_draft("关于白鹭粮库储备情况的报告", "木质风铃若干。", "（此件公开发布）")
    case = bureau.reviewable("主动公开/海鸥码头.docx", content)
    found = leaks(bureau, traces(content, words))
    assert any("disclosure.sqlite" in path for path in found)
    assert any("/vault/" in path for path in found)
    assert any(path.endswith(f"{case}_收件回执.html") for path in found)


def test_a_marked_docx_leaves_no_trace(bureau: Bureau) -> None:
    content = docx_draft(TITLE, MARK, "库存青铜铃铛三百箱。", "（此件公开发布）")
    case = bureau.drop("主动公开/鹈鹕码头.docx", content)
    quarantined(bureau, case, traces(content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_a_marked_text_leaves_no_trace(bureau: Bureau, encoding: str) -> None:
    text = f"{TITLE}\n{MARK}\n库存青铜铃铛三百箱，编码 {encoding}。\n鹈鹕码头\n（此件公开发布）\n"
    content = text.encode(encoding)
    case = bureau.drop(f"主动公开/鹈鹕码头-{encoding}.txt", content)
    quarantined(bureau, case, traces(content))


def test_a_mark_in_one_attachment_holds_the_whole_submission(bureau: Bureau) -> None:
    main = docx_draft(TITLE, "附件见后。", "（此件公开发布）")
    attachment = f"清单\n{MARK}\n青铜铃铛三百箱\n".encode()
    slip = f'title = "{TITLE}"\nattribute = "主动公开"\nmain = "正文.docx"\n'.encode()
    members = {"正文.docx": main, "附件1：鹈鹕码头.txt": attachment, "slip.toml": slip}
    case = bureau.drop_folder("鹈鹕码头", members)
    quarantined(bureau, case, [*traces(main), *traces(attachment)])


def test_a_marked_correction_takes_its_earlier_version_along(bureau: Bureau) -> None:
    """What was on file before the marking was seen, title and names included, goes as well."""
    first = draft(TITLE, "库存青铜铃铛三百箱。")
    case = bureau.reviewable("鹈鹕码头-初稿.txt", first)
    bureau.quick("decide", case, "return", "--version", "1", "--as", "保密甲", "--reason", "请核实定密")
    bureau.wait(case, "returned")
    second = draft(TITLE, MARK, "库存青铜铃铛三百箱，另有备用。")
    assert bureau.drop(f"{case} 鹈鹕码头.txt", second) == case
    bureau.wait(case, "quarantined")
    wait_for((bureau.outbox() / f"{case}_移送说明.html").exists, "the clerk is told")
    assert leaks(bureau, traces(second)) == []


def test_nothing_can_be_done_with_it_but_release_and_confirm(bureau: Bureau) -> None:
    content = f"{TITLE}\n{MARK}\n仅供试验一\n（此件公开发布）\n".encode()
    case = bureau.drop("试验一.txt", content)
    bureau.wait(case, "quarantined")
    decide = ("decide", case, "approve", "--version", "1", "--as")
    assert [bureau.refused(*decide, name) for name in CHAIN] == ["refused"] * 4
    assert bureau.refused("retry", case) == "refused"
    assert bureau.refused("take-back", case, "--as", "经办甲") == "refused"
    release = ("quarantine", "release", case, "--reason", "不是国家秘密", "--as")
    assert bureau.refused(*release, "办公甲") == "not_allowed"
    assert bureau.refused("quarantine", "release", case, "--as", "保密甲") == "reason_required"
    (listed,) = [item for item in bureau.cli("quarantine", "list") if item["id"] == case]
    assert listed["released_by"] is None
    assert len(listed["marks"]) == 1
    assert Path(listed["folder"]).is_dir()


def test_two_officers_release_it_and_it_goes_on(bureau: Bureau) -> None:
    content = f"{TITLE}\n{MARK}\n仅供试验二\n（此件公开发布）\n".encode()
    case = bureau.drop("试验二.txt", content)
    bureau.wait(case, "quarantined")
    release = ("quarantine", "release", case, "--reason", "虚构样例，不是国家秘密", "--as")
    assert bureau.cli(*release, "保密甲")["state"] == "quarantined"
    assert bureau.refused(*release, "保密甲") == "same_person"
    assert bureau.quick("show", case)["state"] == "quarantined"
    assert bureau.cli(*release, "保密乙")["state"] == "received"
    shown = bureau.wait(case, "in_review")
    assert shown["title"] == TITLE
    assert "secrecy.marking" not in {
        item["kind"] for item in shown["findings"] if item["severity"] == "block"
    }


def test_a_confirmed_secret_is_destroyed(bureau: Bureau) -> None:
    content = f"{TITLE}\n{MARK}\n苍鹭仓库\n仅供试验三\n（此件公开发布）\n".encode()
    case = bureau.drop("试验三.txt", content)
    bureau.wait(case, "quarantined")
    note = bureau.cli("quarantine", "confirm", case, "--as", "保密乙", "--reason", "确属国家秘密")
    assert note["files"] == 1
    assert note["copies_may_lie_in"]
    assert bureau.quick("show", case)["state"] == "destroyed"
    assert holding(bureau.office.folder.parent, ["仅供试验三"]) == []
    assert holding(bureau.workspace.quarantine, [case.encode()]) != []
    assert bureau.refused("quarantine", "release", case, "--as", "保密甲", "--reason", "弄错了") == "refused"


def test_when_the_daemon_has_ended_there_is_still_no_trace(bureau: Bureau) -> None:
    """The write-ahead log is folded into the store at the end; the released case holds the title by right."""
    assert bureau.daemon.stop() == 0
    hidden = traces(b"", ("青铜铃铛三百箱", "鹈鹕码头"))
    assert leaks(bureau, hidden) == []
    assert holding(bureau.workspace.quarantine, hidden) != []
    bureau.daemon.start()
