"""`disclosure extract / screen`: what stands where, and what a screening finds; nothing is kept.

Both exit with 0 whatever they find, and with another status only when they could not look. A
screening that could not look says ``undetermined`` beside its error: whoever reads the verdict
alone must never take silence for "clear".
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import place_of
from disclosure_pipeline.cli.reading import files_of, reading_host, source_of
from disclosure_pipeline.cli.session import Session, command
from disclosure_pipeline.errors import DisclosureError, ExtractionFailed, NotFound, UsageError
from disclosure_pipeline.model.finding import MARKING

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.contracts import SourceFile
    from disclosure_pipeline.hooks.host import PluginHost
    from disclosure_pipeline.model.finding import Fault, Finding, Screening
    from disclosure_pipeline.model.text import Text

STANDARD_INPUT = "-"
INCOMPLETE = 1
"""Exit status when something could not be looked at."""

TOLD_EVERY = 5.0
"""Seconds between two lines of progress."""

_VERDICTS = {"clear": "未发现疑点", "found": "发现疑点", "undetermined": "未能确定，请人工核查"}


@command("extract")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jsonl", is_flag=True, help="逐个文件输出一行 JSON；可给出多个文件和文件夹。")
def extract(session: Session, paths: tuple[Path, ...], jsonl: bool) -> int:
    """Print all text of a file with its places, hidden ones included; needs no store.

    PATH is a file; with --jsonl also several, and folders, whose files are read in the order of their names,
    those of inner folders too. One result a line then, each with "path" as given (below a folder: as found),
    or {"path", "error"}; a link or special file in a folder is not followed but has an error.
    """
    if len(paths) > 1 and not jsonl:
        raise UsageError("Several files need --jsonl.")
    if not jsonl and paths[0].is_dir():
        raise NotFound(
            "The path that was given is a folder.",
            code="file.not_found",
            advice="Read every file in it with `disclosure extract --jsonl FOLDER`.",
        )
    # What is not there is told at once: making the host takes a second.
    source = None if jsonl else source_of(paths[0])
    with reading_host(session) as host:
        if source is None:
            return _extract_each(host, paths)
        text = host.extract(source).as_json()
    if session.as_json:
        output.print_json(text)
    else:
        _print_text(text)
    return 0


def _extract_each(host: PluginHost, paths: Sequence[Path]) -> int:
    status = 0
    files = [file for path in paths for file in files_of(path)]
    told = time.monotonic()
    for number, (path, problem) in enumerate(files):
        if number and time.monotonic() - told >= TOLD_EVERY:
            output.progress(f"已处理 {number}/{len(files)} 个文件")
            told = time.monotonic()
        try:
            if problem is not None:
                raise problem
            answer = host.extract(source_of(path)).as_json()
        except DisclosureError as error:
            answer, status = error.as_json(), INCOMPLETE
        output.print_json({"path": str(path), **answer})
    return status


def _print_text(text: Mapping[str, Any]) -> None:
    from disclosure_pipeline.cli.tree import tree

    for line in tree(text):
        output.say(line)
    for warning in text["warnings"]:
        output.progress(f"注意：{warning}")


@command("screen")
@click.argument("file", metavar="FILE|-", type=click.Path(path_type=Path))
@click.option("--jsonl", is_flag=True, help='逐行读取 {"id", "text"}，逐行输出结果；- 为标准输入。')
def screen(session: Session, file: Path, jsonl: bool) -> int:
    """Look for secrecy markings, personal data and other findings; needs no store.

    FILE is a document; `-` reads plain text (UTF-8) from standard input as one segment. With
    --jsonl, FILE (or standard input) holds one {"id", "text"} a line, and each gets a result line.
    """
    given: SourceFile | str | None = None  # what is not there, or no text, is told at once
    if not jsonl:
        given = _standard_input() if str(file) == STANDARD_INPUT else source_of(file)
    with reading_host(session) as host:
        if given is None:
            return _screen_lines(host, file)
        answer = _screen_text(host, given) if isinstance(given, str) else _screen_file(host, given)
    if session.as_json:
        output.print_json(answer)
    else:
        _print_screening(answer)
    return INCOMPLETE if "error" in answer else 0


def _screen_file(host: PluginHost, source: SourceFile) -> dict[str, Any]:
    reading = host.read((source,))
    if reading.marked:
        return _with_words(reading.screening, host.extract(source)).as_json()
    return _answer(reading.screening, reading.faults, looked=bool(reading.texts))


def _screen_text(host: PluginHost, words: str) -> dict[str, Any]:
    from disclosure_pipeline.hooks.contracts import PartText
    from disclosure_pipeline.model.document import PartRole
    from disclosure_pipeline.model.text import Place, Segment, Text

    text = Text("text/plain", "cli.text", (Segment(words, Place("text", "body", paragraph=1)),))
    screening, faults = host.screen((PartText(0, PartRole.MAIN, text),))
    screening = _with_words(screening, text)
    # Inside the sandbox every failure is a detector's; the sandbox's own mean that nobody looked.
    broken = [fault for fault in faults if fault.code.startswith("sandbox.")]
    return _answer(screening, broken, looked=not broken)


def _with_words(screening: Screening, text: Text) -> Screening:
    """The screening with characters and places of the markings, for the person who gave the text.

    The pipeline leaves them out, because it would keep them; here nothing is kept.
    """

    def told(item: Finding) -> Finding:
        segment = text.segments[item.segment]
        return replace(item, text=segment.text[item.start : item.end], place=segment.place)

    return replace(
        screening, findings=tuple(told(item) if item.kind == MARKING else item for item in screening.findings)
    )


def _answer(screening: Screening, faults: Sequence[Fault], *, looked: bool) -> dict[str, Any]:
    answer = screening.as_json()
    if looked:
        return answer
    error = ExtractionFailed("The marking check could not be concluded.", code="screen.not_concluded")
    if faults:
        error = ExtractionFailed(faults[0].message, code=faults[0].code, advice=faults[0].advice)
    return {**error.as_json(), **answer}


def _standard_input() -> str:
    return decoded(sys.stdin.buffer.read())


def decoded(content: bytes) -> str:
    """UTF-8 text from outside.

    Raises:
        UsageError: it is something else.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            "The input is not UTF-8 text.",
            code="input.encoding",
            advice="Convert it to UTF-8, or give the file itself: `disclosure screen FILE`.",
        ) from None


def _screen_lines(host: PluginHost, file: Path) -> int:
    """Answer each line before the next one is read, so that another program can talk to this one."""
    status = 0
    for line in _lines(file):
        identity: Any = None
        try:
            value = _object(line)
            identity = value.get("id")
            answer = _screen_text(host, _text_of(value))
        except DisclosureError as error:
            answer = error.as_json()
        status = INCOMPLETE if "error" in answer else status
        output.print_json({"id": identity, **answer})
    return status


def _lines(file: Path) -> Iterator[bytes]:
    if str(file) == STANDARD_INPUT:
        yield from iter(sys.stdin.buffer.readline, b"")
        return
    with source_of(file).path.open("rb") as stream:
        yield from stream


_LINE_ADVICE = 'Write one {"id": …, "text": "…"} a line.'


def _object(line: bytes) -> dict[str, Any]:
    """The object on one line.

    Raises:
        UsageError: there is none.
    """
    try:
        value = json.loads(decoded(line))
    except (ValueError, RecursionError):
        raise UsageError("The line is not JSON.", code="line.invalid", advice=_LINE_ADVICE) from None
    if not isinstance(value, dict):
        raise UsageError("The line is no JSON object.", code="line.invalid", advice=_LINE_ADVICE)
    return value


def _text_of(value: Mapping[str, Any]) -> str:
    words = value.get("text")
    if "id" not in value or not isinstance(words, str):
        raise UsageError("The line has no id, or no text.", code="line.invalid", advice=_LINE_ADVICE)
    return words


def _print_screening(answer: Mapping[str, Any]) -> None:
    output.say(_VERDICTS[answer["verdict"]])
    if answer["findings"]:
        output.table(
            ("类型", "级别", "位置", "内容", "依据", "建议"),
            [
                (item["kind"], item["severity"], place_of(item), item["text"], item["article"] or item["rule"], item["suggestion"])
                for item in answer["findings"]
            ],
        )  # fmt: skip
    for doubt in answer["undetermined"]:
        output.say(f"未能确定：{doubt['message']}")
    if "error" in answer:
        output.progress(
            f"错误 [{answer['error']['code']}] {answer['error']['message']}\n建议：{answer['error']['advice']}"
        )
