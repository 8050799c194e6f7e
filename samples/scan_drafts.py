"""Drafts that come as a scan or as OFD; the pictures are drawn by ``draw_scans.py``."""

from __future__ import annotations

from pathlib import Path

from writing import PUBLIC_NOTE, Paper, docx, ofd, picture_pdf, save_docx, slip, write

HERE = Path(__file__).parent


def scan(root: Path) -> None:
    path = root / "民政局" / "依申请公开" / "社会团体变更登记批复（扫描件）.pdf"
    picture_pdf(path, HERE / "assets" / "approval-scan.png")
    slip(
        path.with_name(path.name + ".slip.toml"),
        title="关于同意示范县书法爱好者协会变更登记的批复",
        document_number="示民许〔2026〕8号",
        genre="批复",
        date="2026-11-16",
    )


def ofd_draft(root: Path) -> None:
    title = "关于公布县级非物质文化遗产名录的通知"
    lines = (
        "各镇人民政府，县政府各部门：",
        "经县人民政府同意，现将第六批县级非物质文化遗产",
        "代表性项目名录予以公布，共12项。",
        "示范县人民政府办公室",
        "2026年11月18日",
        PUBLIC_NOTE,
    )
    ofd(root / "办公室" / f"{title}.ofd", lines, title=title)


def stamped_scan(root: Path) -> None:
    path = root / "办公室" / "主动公开" / "全民阅读周活动公告（盖章扫描件）.png"
    write(path, (HERE / "assets" / "reading-week-scan.png").read_bytes())
    slip(
        path.with_name(path.name + ".slip.toml"),
        title="关于举办示范县全民阅读周活动的公告",
        genre="公告",
        date="2026-11-19",
    )


def scan_pair(root: Path) -> None:
    paper = Paper(
        "关于调整社区食堂就餐补助标准的通知",
        (
            "经研究，自2027年1月1日起，七十周岁以上老年人就餐补助标准调整为每餐8元。",
            "补助资金由县财政承担，按月结算。",
        ),
        to="各社区食堂：",
        signed="示范县财政局",
        date="2026年11月18日",
        note=PUBLIC_NOTE,
    )
    _pair(root / "财政局" / "就餐补助标准", paper, "meal-subsidy-scan.png")


def scan_that_differs(root: Path) -> None:
    paper = Paper(
        "关于发放职业技能培训补贴的通知",
        ("2026年职业技能培训补贴标准为每人1650元，培训合格并取得证书的，于结业后30日内发放。",),
        to="各培训机构：",
        signed="示范县财政局",
        date="2026年11月17日",
        note=PUBLIC_NOTE,
    )
    _pair(root / "财政局" / "培训补贴", paper, "training-subsidy-scan.png")


def _pair(folder: Path, paper: Paper, scan_name: str) -> None:
    save_docx(docx(paper), folder / "正文.docx")
    write(folder / "附件1：盖章扫描件.png", (HERE / "assets" / scan_name).read_bytes())
    slip(folder / "slip.toml", title=paper.title, attribute="主动公开", genre="通知", main="正文.docx")
