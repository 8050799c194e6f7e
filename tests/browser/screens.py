"""Every screen of the console with something on it: what is looked at by :mod:`test_accessible` and :mod:`test_keyboard`.

The table is exact: an address that answers a GET and is neither here nor among the files fails a test.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from support import (
    ADMIN,
    BODY,
    BROKEN,
    CLERK,
    DEPARTMENT,
    FINAL,
    FIRST,
    OFFICE,
    SECOND,
    SECRECY,
    SIGNERS,
    Office,
)
from typeset import Written, reportlab_pdf, set_in_type
from whole_day import CALL, NAME, PHONE, REMARK, private_draft

from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Settlement
from disclosure_pipeline.model.publication import Action, EffectKey, Errand
from disclosure_pipeline.model.route import Verb
from disclosure_pipeline.pipeline import catalogue_import, handing_in, review
from disclosure_pipeline.pipeline.uploads import Upload
from disclosure_pipeline.pipeline.verify import watch
from disclosure_pipeline.service.desk import IntakeDesk
from disclosure_pipeline.store.errands import write_errand
from tests.hiding.wordfile import paragraph
from tests.unit.pictured import draft, in_run, inline, photo

LONG = (
    "示范县民政局关于进一步做好2026年度冬季养老服务补贴、困难残疾人生活补贴和重度残疾人护理补贴发放工作的通知"
)

FILES = frozenset(
    {
        "/documents/{case}/pages/{part:int}/{page:int}",
        "/documents/{case}/pictures/{part:int}/{pixels}",
        "/documents/{case}/public/{name}",
        "/errands/{number:int}/papers/{name}",
    }
)
"""Addresses that answer with a file, not with a screen."""


@dataclass(frozen=True)
class Visit:
    """One look at a screen.

    Args:
        who: name of the person; empty for a stranger.
        path: the address; ``{name}`` stands for a document of :func:`furnish`.
        name: what its pictures are called.
        refused: the status of a refusal that this look is about; 0 for none.
    """

    who: str
    path: str
    name: str
    refused: int = 0


SCREENS: dict[str, tuple[Visit, ...]] = {
    "/": (Visit(OFFICE, "/", "home"),),
    "/sign-in": (Visit("", "/sign-in", "sign-in"),),
    "/password": (Visit(OFFICE, "/password", "password"),),
    "/account": (Visit(CLERK, "/account", "account"),),
    "/queue": (
        Visit(SECRECY, "/queue", "queue"),
        Visit(SECRECY, "/queue?severity=review&urgency=0", "queue-filtered"),
        Visit(OFFICE, "/queue", "queue-empty"),
    ),
    "/search": (Visit(SECRECY, "/search?q=补贴", "search"), Visit(CLERK, "/search?q=没有", "search-nothing")),
    "/documents/{case}": (
        Visit(ADMIN, "/documents/{open}", "document-head"),
        Visit(SECRECY, "/documents/{sealed}", "document-sealed"),
    ),
    "/documents/{case}/review": (
        Visit(SECRECY, "/documents/{open}/review", "review"),
        Visit(SECRECY, "/documents/{paper}/review", "review-paper"),
        Visit(SECRECY, "/documents/{table}/review", "review-table"),
        Visit(FINAL, "/documents/{open}/review", "review-reader"),
        Visit(SECRECY, "/documents/{pictured}/review", "review-pictures"),
    ),
    "/documents/{case}/preview": (
        Visit(SECRECY, "/documents/{covered}/preview", "preview"),
        Visit(SECRECY, "/documents/{paper}/preview", "preview-paper"),
    ),
    "/documents/{case}/sign": (
        Visit(FINAL, "/documents/{frozen}/sign", "sign-frozen"),
        Visit(FINAL, "/documents/{disputed}/sign", "sign-disputed"),
        Visit(FIRST, "/documents/{covered}/sign", "sign"),
        Visit(SECRECY, "/documents/{open}/sign", "sign-checklist"),
    ),
    "/documents/{case}/difference": (
        Visit(CLERK, "/documents/{better}/difference", "difference"),
        Visit(CLERK, "/documents/{open}/difference", "difference-none"),
    ),
    "/documents/{case}/sheet": (
        Visit(OFFICE, "/documents/{done}/sheet", "sheet"),
        Visit(SECRECY, "/documents/{covered}/sheet", "sheet-open"),
    ),
    "/department": (
        Visit(CLERK, "/department", "department"),
        Visit(FIRST, "/department?state=withdrawn", "department-empty"),
    ),
    "/documents/{case}/timeline": (
        Visit(CLERK, "/documents/{returned}/timeline", "timeline-returned"),
        Visit(CLERK, "/documents/{done}/timeline", "timeline-published"),
    ),
    "/deadlines": (Visit(OFFICE, "/deadlines", "deadlines"), Visit(CLERK, "/deadlines?list=week", "deadlines-week")),
    "/documents/{case}/clock": (Visit(OFFICE, "/documents/{open}/clock", "clock"),),
    "/attribute-reviews": (Visit(OFFICE, "/attribute-reviews", "attribute-reviews"),),
    "/batches": (
        Visit(SECRECY, "/batches", "batches-none"),
        Visit(SECRECY, "/batches?document={open}&finding={words}&all=1", "batches"),
    ),
    "/quarantine": (Visit(SECRECY, "/quarantine", "quarantine"),),
    "/quarantine/{case}": (Visit(SECRECY, "/quarantine/{sealed}", "quarantine-case"),),
    "/trail": (Visit(OFFICE, "/trail", "trail"), Visit(ADMIN, "/trail?log=views", "trail-views")),
    "/statistics": (Visit(OFFICE, "/statistics", "statistics"),),
    "/record": (Visit(ADMIN, "/record", "record"),),
    "/documents/{case}/record": (Visit(ADMIN, "/documents/{frozen}/record", "record-case"),),
    "/people": (Visit(ADMIN, "/people", "people"),),
    "/deputies": (Visit(ADMIN, "/deputies", "deputies"),),
    "/errands": (Visit(OFFICE, "/errands", "errands"),),
    "/operations": (Visit(ADMIN, "/operations", "operations"),),
    "/operations/plugins": (Visit(OFFICE, "/operations/plugins", "plugins"),),
}  # fmt: skip
"""Looks at the screens by the address of their place."""

BESIDE = (
    Visit(OFFICE, "/documents/2026-999999", "not-there", 404),
    Visit(CLERK, "/queue", "not-for-this-role", 403),
)
"""Pages that tell why there is nothing to see."""


def visits() -> Iterator[Visit]:
    """All of them, those of one person together."""
    every = [visit for looks in SCREENS.values() for visit in looks]
    yield from sorted((*every, *BESIDE), key=lambda visit: visit.who)


def furnish(office: Office) -> dict[str, str]:
    """Give an office documents in every state that a screen shows; their numbers by name."""
    cases = {
        "open": office.reviewed(LONG, raw=private_draft(CALL, REMARK, ("特急", LONG)), name="补贴发放.docx"),
        "paper": office.reviewed("关于补贴发放时间的通知", raw=_paper(), name="通知.pdf"),
        "table": office.reviewed("关于公布补贴名单的公示", raw=_table(), name="名单.xlsx"),
        "pictured": office.reviewed("关于补贴发放现场的通知", raw=_pictured(), name="现场.docx"),
        "covered": office.reviewed("关于补贴咨询的通知", f"{BODY}\n{CALL}"),
        "frozen": office.reviewed("关于补贴标准的通知"),
        "disputed": office.reviewed("关于补贴统计的通知"),
        "returned": office.reviewed("关于补贴材料的通知", f"{BODY}\n{CALL}"),
        "better": office.reviewed("关于补贴窗口的通知", f"{BODY}\n{CALL}"),
        "done": office.published("关于补贴范围的通知"),
        "hidden": office.published("关于补贴台账的通知", attribute="依申请公开"),
        "sealed": office.hand_in("绝密计划甲", "机密★10年\n甲号库位置").case,
    }
    office.work()
    office.clear(cases["covered"], Settlement.REDACT)
    office.clear(cases["pictured"], Settlement.DISMISS)
    office.sign(cases["covered"], SECRECY)
    office.sign(cases["frozen"], *SIGNERS[:3])
    office.sign(cases["disputed"], SECRECY, FIRST)
    office.sign(cases["disputed"], SECOND, attribute=Attribute.ON_REQUEST)
    for name in ("returned", "better"):
        office.decide(cases[name], SECRECY, Verb.RETURN, reason="请改为公布窗口")
    office.work()
    better = Upload(
        "通知8.txt",
        io.BytesIO(f"关于补贴窗口的通知\n\n{BODY}\n请到窗口办理。\n\n示范县{DEPARTMENT}".encode()),
    )
    desk = IntakeDesk(office.core)
    handing_in.resubmit(
        office.core, desk, cases["better"], [better], by=CLERK, version=1, attribute=Attribute.PROACTIVE
    )
    office.work()
    assert office.row(cases["better"]).version == 2
    path = office.folder / "catalogue.csv"
    address = f"https://old.example.gov.cn/{'a' * 90}.html"
    path.write_text(
        f"标题,发布日期,网址,公开属性\n旧通知,2015-03-05,{address},主动公开\n旧记录,,,不予公开\n", "utf-8"
    )
    catalogue_import.bring_in(office.core, path, "default", by=OFFICE)
    review.open_due(office.core)
    review.settle(office.core, "catalogue-2", "convert", by=OFFICE, reason="可以公开")
    office.hand_in(raw=BROKEN, name="坏.docx")
    office.work()
    with office.core.database.write() as connection:
        key = str(EffectKey(cases["done"], 1, "builtin.site", Action.PUBLISH, 0))
        wants = frozenset({"address", "scan"})
        write_errand(connection, cases["done"], "default", Errand("builtin.site", key, "enter", wants=wants))
    next(office.core.workspace.site.glob(f"documents/*/{cases['done']}/index.html")).write_text(
        "改动", "utf-8"
    )
    watch(office.core)
    words = next(item.id for item in office.findings(cases["open"]) if item.finding.text == PHONE)
    return {**cases, "words": words}


def _paper() -> bytes:
    """A PDF of two pages."""
    lines = [
        Written("关于补贴发放时间的通知", "center", 22.0, 0.0),
        Written(f"咨询请联系{NAME}，手机{PHONE}。"),
    ]
    more = [Written(f"第{number}条，各镇应当按时发放补贴，并做好公示。") for number in range(1, 40)]
    return reportlab_pdf(set_in_type([*lines, *more, Written("示范县民政局"), Written("2026年11月2日")]))


def _pictured() -> bytes:
    """A letter with a photograph."""
    return draft(paragraph("补贴发放现场见下图。") + in_run(inline()) + paragraph("示范县民政局"), photo())


def _table() -> bytes:
    """A wide list of people."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["序号", "姓名", "手机号码", "家庭住址", "补贴类别", "补贴金额（元）", "开户银行", "备注"])
    for row in range(1, 31):
        sheet.append(
            [row, f"王小{'明华丽强军敏静伟娟涛'[row % 10]}", f"1381234{5000 + row}", f"示范县城关镇解放路{row}号3单元402室",
             "困难残疾人生活补贴", 120, "示范县农村商业银行城关支行", "按月发放"]
        )  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
