"""`disclosure clean / annotate`: a copy without hidden content, and a copy with a remark at each place."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.reading import reading_host, source_of
from disclosure_pipeline.cli.session import Session, command
from disclosure_pipeline.errors import UsageError
from disclosure_pipeline.model.words import kind_in_words

if TYPE_CHECKING:
    from disclosure_pipeline.hooks.editing import Copy


FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
OUT = click.option(
    "-o",
    "--output",
    "out",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="副本写到哪里（不覆盖已有文件）。",
)


@command("clean")
@FILE
@OUT
def clean(session: Session, file: Path, out: Path) -> int:
    """Write a clean copy of a docx, xlsx or pptx: visible content only, metadata removed; needs no store.

    The copy is read again before it is written: nothing hidden is left, nothing visible is lost.
    """
    return _write(session, file, out, annotate=False)


@command("annotate")
@FILE
@OUT
def annotate(session: Session, file: Path, out: Path) -> int:
    """Write a copy of a docx with a comment at each place that needs work; needs no store."""
    return _write(session, file, out, annotate=True)


def _write(session: Session, file: Path, out: Path, *, annotate: bool) -> int:
    _check_target(out)
    with reading_host(session) as host:
        copy = host.edit(source_of(file), annotate=annotate)
    _save(copy.data, out)
    if session.as_json:
        output.print_json(_told(copy, out, annotate=annotate))
        return 0
    places = "、".join(f"{kind_in_words(kind)} {number} 处" for kind, number in copy.counts.items())
    if annotate:
        output.say(f"已写入带批注的副本：{out}（{places or '没有需要批注的地方'}）")
    else:
        output.say(f"已写入清洁副本：{out}（去除：{places or '没有需要去除的内容'}；已重新读取核对）")
    return 0


def _told(copy: Copy, out: Path, *, annotate: bool) -> dict[str, object]:
    counts = "remarks" if annotate else "removed"
    digest = hashlib.sha256(copy.data).hexdigest()
    return {"path": str(out), "sha256": digest, "size": len(copy.data), counts: dict(copy.counts)}


def _check_target(out: Path) -> None:
    """Refuse what cannot be written, before the work: nothing is ever overwritten.

    Raises:
        UsageError: something is there already, or the folder is not.
    """
    if out.exists() or out.is_symlink():
        raise UsageError(
            "There is something at the path of the copy.", advice="不覆盖已有文件，请换一个文件名。"
        )
    if not out.absolute().parent.is_dir():
        raise UsageError("The folder of the copy is not there.", advice="请先建好要写入的文件夹。")


def _save(data: bytes, out: Path) -> None:
    """Write the whole copy or none.

    Raises:
        UsageError: ``copy.unwritten``: the folder may not be written, or the disk is full.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("xb") as stream:
            stream.write(data)
            os.fsync(stream.fileno())
        os.link(part, out)
    except OSError as error:
        raise UsageError(
            f"The copy cannot be written ({errno.errorcode.get(error.errno or 0, 'unknown')}).",
            code="copy.unwritten",
            advice="请检查目标文件夹的写权限和磁盘空间，或者换一个文件夹。",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
