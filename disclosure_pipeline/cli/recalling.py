"""`disclosure withdraw / replace / repeal / relate / incident`: what is out changes, goes, or is told about."""

from __future__ import annotations

from pathlib import Path

import click

from disclosure_pipeline.cli import output
from disclosure_pipeline.cli.look import ID
from disclosure_pipeline.cli.session import ACTING, REASON, Session, command, prove
from disclosure_pipeline.cli.settle import print_state
from disclosure_pipeline.model.publication import Relation

_KINDS = (Relation.CLARIFIES, Relation.INTERPRETS, Relation.REPEALS)


@command("withdraw")
@ID
@ACTING
@REASON
def withdraw(session: Session, document: str, user: str, reason: str) -> None:
    """Recall a document from every channel; secrecy, office or admin."""
    from disclosure_pipeline.pipeline import recall

    with session.core() as core:
        state = recall.withdraw(core, document, prove(core, user), reason)
    print_state(session, document, state.value)


@command("replace")
@ID
@click.option("--with", "other", metavar="ID", required=True, help="更正后的文件的收件号（审查中或已发布）。")
@ACTING
@REASON
def replace(session: Session, document: str, other: str, user: str, reason: str) -> None:
    """Correct a published document by another one; office or admin.

    As soon as the correction is published, the text of the first one leaves every channel, and its page leads there.
    """
    from disclosure_pipeline.pipeline import relations, views

    with session.core() as core:
        relations.relate(core, other, Relation.REPLACES, document, by=prove(core, user), reason=reason)
        state = views.show(core, document)["state"]
    print_state(session, document, state)


@command("repeal")
@ID
@click.option("--by", "other", metavar="ID", help="予以废止的文件的收件号；发布后生效。不写则立即生效。")
@ACTING
@REASON
def repeal(session: Session, document: str, other: str | None, user: str, reason: str) -> None:
    """Say that a published document is no longer in force; office or admin. Its page stays and says so."""
    from disclosure_pipeline.pipeline import recall, relations, views

    with session.core() as core:
        if other:
            relations.relate(core, other, Relation.REPEALS, document, by=prove(core, user), reason=reason)
        else:
            recall.repeal(core, document, by=prove(core, user), reason=reason)
        state = views.show(core, document)["state"]
    print_state(session, document, state)


@command("relate")
@ID
@click.argument("kind", type=click.Choice([kind.value for kind in _KINDS]))
@click.argument("other", metavar="OTHER")
@ACTING
@REASON
def relate(session: Session, *, document: str, kind: str, other: str, user: str, reason: str) -> None:
    """Say how a document stands to the published one OTHER: it clarifies (澄清), interprets (解读) or repeals (废止) it.

    Both pages lead to each other as soon as the first one is published.
    """
    from disclosure_pipeline.pipeline import relations

    with session.core() as core:
        relations.relate(core, document, Relation(kind), other, by=prove(core, user), reason=reason)
    if session.as_json:
        output.print_json({"id": document, "relation": kind, "other": other})
    else:
        output.say(f"已登记：{document} {_WORDS[Relation(kind)]} {other}。")


_WORDS = {Relation.CLARIFIES: "澄清", Relation.INTERPRETS: "解读", Relation.REPEALS: "废止"}


@command("incident")
@ID
@click.option("-o", "--output", "target", type=click.Path(dir_okay=False, path_type=Path), help="写入文件。")
def incident(session: Session, document: str, target: Path | None) -> None:
    """Where a document had been, how long, who signed it and who took it back; no text of it."""
    from disclosure_pipeline.pipeline import incident_report

    with session.core() as core:
        told = incident_report.report(core, document)
    if target is not None:
        target.write_text(incident_report.as_text(told), "utf-8")
    if session.as_json:
        output.print_json(told)
    elif target is None:
        output.say(incident_report.as_text(told))
    else:
        output.say(f"已写入 {target}。")
