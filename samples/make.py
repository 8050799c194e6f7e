"""Makes the sample drafts: ``python samples/make.py [FOLDER]`` (default ``samples/drafts``).

Everything in them is invented: the county (示范县), its offices, people, numbers and decisions.
What the product should make of each draft stands in ``expected/``; ``README.md`` tells them apart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from people import bank_card, mobile, resident_id
from scan_drafts import ofd_draft, scan, scan_pair, scan_that_differs, stamped_scan
from writing import PUBLIC_NOTE, Paper, docx, pdf, save_docx, save_xlsx, slip, track_change, workbook, write

HERE = Path(__file__).parent

Maker = Callable[[Path], None]


# ------------------------------------------------------------------------- 办公室

HEATING = Paper(
    "关于做好冬季清洁取暖工作的通知",
    (
        "为保障群众温暖过冬，现就做好今年冬季清洁取暖工作通知如下。",
        "一、提早检修设施",
        "各镇要在供暖前完成管网、锅炉和电力线路检修，发现隐患立即整改。",
        "二、落实取暖补贴",
        "按照既定标准发放清洁取暖补贴，不得截留、挪用。补贴政策可拨打12345政务服务便民热线咨询。",
        "三、守住安全底线",
        "广泛宣传用火用电用气安全知识，对独居老人家庭逐户上门提醒。",
    ),
    letterhead="示范县人民政府办公室文件",
    number="示政办发〔2026〕21号",
    to="各镇人民政府，县政府各部门：",
    signed="示范县人民政府办公室",
    date="2026年11月20日",
    note=PUBLIC_NOTE,
)


def clean_notice(root: Path) -> None:
    save_docx(docx(HEATING), root / "办公室" / "关于做好冬季清洁取暖工作的通知.docx")


def duplicate(root: Path) -> None:
    save_docx(docx(HEATING), root / "办公室" / "冬季清洁取暖通知（再报）.docx")


def marked_secret(root: Path) -> None:
    paper = Paper(
        "关于示例仓库储备情况的报告",
        ("现将示例仓库甲区、乙区储备情况报告如下。", "甲区存放示例物资三百箱，乙区存放示例物资五百箱。"),
        marking="机密★5年",
        letterhead="示范县人民政府办公室",
        number="示政办〔2026〕9号",
        to="县人民政府：",
        signed="示范县人民政府办公室",
        date="2026年11月18日",
    )
    save_docx(docx(paper), root / "办公室" / "主动公开" / "关于示例仓库储备情况的报告.docx")


def minutes(root: Path) -> None:
    paper = Paper(
        "示范县人民政府第十二次常务会议纪要",
        (
            "2026年11月16日，县人民政府召开第十二次常务会议，议定事项纪要如下。",
            "一、会议审议通过《示范县农村饮水工程维修养护办法》，由县水利局按程序印发。",
            "二、会议同意示范镇中心小学操场改造项目，由县教育局组织实施，2027年6月底前完工。",
        ),
        number="〔2026〕12号",
        signed="示范县人民政府办公室",
        date="2026年11月18日",
    )
    save_docx(docx(paper), root / "办公室" / "主动公开" / "示范县人民政府第十二次常务会议纪要.docx")


def wrong_attribute(root: Path) -> None:
    folder = root / "办公室" / "干部培训安排"
    paper = Paper(
        "关于印发2026年第四季度干部培训安排的通知",
        (
            "现将第四季度干部培训安排印发给你们，请按照安排组织参训。",
            "培训地点为示范县党校，食宿由主办单位统一安排。",
        ),
        to="县政府各部门：",
        signed="示范县人民政府办公室",
        date="2026年11月17日",
        note="（此件依申请公开）",
    )
    save_docx(docx(paper), folder / "通知.docx")
    slip(folder / "slip.toml", title=paper.title, attribute="主动公开", genre="通知", main="通知.docx")


def corrupted(root: Path) -> None:
    path = root / "办公室" / "主动公开" / "关于开展爱国卫生活动的通知.docx"
    paper = Paper(
        "关于开展爱国卫生活动的通知",
        tuple(f"第{number}项任务：清理背街小巷卫生死角。" for number in range(1, 40)),
        date="2026年11月19日",
    )
    save_docx(docx(paper), path)
    write(path, path.read_bytes()[:9000])  # a copy that broke off


# ------------------------------------------------------------------------- 财政局


def annual_plan(root: Path) -> None:
    folder = root / "财政局" / "财政惠民工作计划"
    paper = Paper(
        "2026年度财政惠民工作计划",
        (
            "一、总体目标",
            "坚持把保障和改善民生放在首位，民生支出占一般公共预算支出的比重不低于上年。",
            "二、重点安排",
            "围绕教育、卫生、养老、住房等方面，安排惠民项目，具体任务和责任单位见附件。",
        ),
        letterhead="示范县财政局文件",
        number="示财发〔2026〕30号",
        attachments="附件：1．惠民项目任务表　2．资金管理说明",
        signed="示范县财政局",
        date="2026年11月10日",
        note=PUBLIC_NOTE,
    )
    save_docx(docx(paper), folder / "工作计划.docx")
    rows = (
        ("惠民项目任务表", None, None),
        ("项目", "责任单位", "资金（万元）"),
        ("农村道路养护", "县交通运输局", 320),
        ("镇卫生院设备更新", "县卫生健康局", 180),
        ("社区食堂运营补助", "县民政局", 96.5),
    )
    save_xlsx(workbook({"任务表": rows}), folder / "附件1：惠民项目任务表.xlsx")
    explanation = Paper(
        "资金管理说明", ("项目资金实行专账核算，结余资金按规定收回。", "各单位每季度末公开资金使用情况。")
    )
    save_docx(docx(explanation), folder / "附件2：资金管理说明.docx")
    slip(
        folder / "slip.toml",
        title=paper.title,
        attribute="主动公开",
        document_number=paper.number,
        genre="计划",
        date="2026-11-10",
        responsible_body="示范县财政局",
        main="工作计划.docx",
    )


def hidden_sheet(root: Path) -> None:
    shown = (
        ("项目", "本年预算（万元）", "上年预算（万元）"),
        ("基本支出", 1260, 1218),
        ("项目支出", 840, 902),
        ("合计", 2100, 2120),
    )
    hidden = (("经办人", "联系手机", "备注"), ("石样甲", mobile(11), "底稿数字尚未核对"))
    book = workbook({"公开表": shown, "测算底稿": hidden})
    book["测算底稿"].sheet_state = "hidden"
    path = root / "财政局" / "主动公开" / "部门预算公开表.xlsx"
    save_xlsx(book, path)
    slip(
        path.with_name(path.name + ".slip.toml"),
        title="示范县财政局2026年部门预算公开表",
        genre="预算",
        date="2026-11-12",
        responsible_body="示范县财政局",
    )


def old_encoding(root: Path) -> None:
    lines = (
        "关于2026年会计人员继续教育安排的公告",
        "",
        "　　为做好会计人员继续教育工作，现公告如下。",
        "　　一、学习时间为2026年12月1日至12月31日，每人不少于90学分。",
        "　　二、学习方式为网络学习，免收学费。",
        "",
        "示范县财政局",
        "2026年11月13日",
        PUBLIC_NOTE,
    )
    data = "\r\n".join(lines).encode("gb18030") + b"\r\n"
    write(root / "财政局" / "关于2026年会计人员继续教育安排的公告.txt", data)


def exempt(root: Path) -> None:
    folder = root / "财政局" / "机关考勤管理规定"
    paper = Paper(
        "示范县财政局机关考勤管理规定",
        ("第一条　为加强机关内部管理，制定本规定。", "第二条　工作人员应当按时上下班，外出须登记。"),
        signed="示范县财政局",
        date="2026年11月9日",
    )
    save_docx(docx(paper), folder / "考勤管理规定.docx")
    slip(
        folder / "slip.toml",
        title=paper.title,
        attribute="不予公开",
        ground="R16a",
        reason="属于机关内部人事和后勤管理事项，对外不产生影响。",
        genre="规定",
        date="2026-11-09",
    )


def joint(root: Path) -> None:
    folder = root / "财政局" / "营养餐资金管理"
    paper = Paper(
        "关于加强学生营养餐资金管理的通知",
        ("学生营养餐资金实行专款专用，按月结算、按学期公示。", "学校食堂应当每周公布带量食谱和采购来源。"),
        letterhead="示范县财政局　示范县教育局文件",
        number="示财联发〔2026〕5号",
        to="各镇中心学校：",
        signed="示范县财政局　示范县教育局",
        date="2026年11月19日",
        note=PUBLIC_NOTE,
    )
    save_docx(docx(paper), folder / "通知.docx")
    slip(
        folder / "slip.toml",
        title=paper.title,
        attribute="主动公开",
        document_number=paper.number,
        genre="通知",
        date="2026-11-19",
        responsible_body="示范县财政局",
        joint_bodies=["示范县教育局"],
        main="通知.docx",
    )


def no_attribute(root: Path) -> None:
    paper = Paper(
        "关于清理单位闲置资产的通知",
        ("各单位应当在年底前完成闲置资产清查，并如实填报。",),
        to="县直各单位：",
        signed="示范县财政局",
        date="2026年11月19日",
    )
    save_docx(docx(paper), root / "财政局" / "关于清理单位闲置资产的通知.docx")


def heating_price(root: Path) -> None:
    title = "关于调整县城区集中供热价格的通知"
    lines = (
        "各供热企业、热用户：",
        "经成本监审和听证，并经县人民政府常务会议研究同意，现就调整县城区集中供热价格有关事项通知如下，"
        "请认真做好政策解释和收费公示工作，确保平稳实施。",
        "一、居民用热价格调整为每平方米每采暖期二十二元，对城乡低保对象和特困人员继续实行减免，"
        "减免所需资金由县财政安排。",
        "二、本通知自2026年12月1日起执行，有效期三年。",
        "示范县财政局",
        "2026年11月20日",
        PUBLIC_NOTE,
    )
    pdf(root / "财政局" / f"{title}.pdf", lines, title=title)


# ------------------------------------------------------------------------- 民政局


def relief_list(root: Path) -> None:
    people = (
        ("石样甲", "19790203", 5, "6000"),
        ("范例乙", "19860917", 12, "4500"),
        ("田示丙", "19920630", 33, "3000"),
    )
    rows = [("姓名", "身份证号", "联系手机", "银行卡号", "救助金额（元）")]
    for number, (name, birth, order, amount) in enumerate(people, 1):
        rows.append((name, resident_id(birth, order), mobile(number), bank_card(number), amount))
    paper = Paper(
        "关于2026年第三批临时救助对象的公示",
        ("根据临时救助有关规定，现将第三批临时救助对象予以公示，公示期七天。",),
        table=rows,
        signed="示范县民政局",
        date="2026年11月16日",
        note=PUBLIC_NOTE,
    )
    save_docx(docx(paper), root / "民政局" / "主动公开" / "临时救助对象公示名单.docx")


def tracked_changes(root: Path) -> None:
    paper = Paper(
        "关于调整养老服务补贴发放时间的通知",
        ("从2027年1月起，养老服务补贴改为按月发放。", "补贴于每月"),
        number="示民发〔2026〕17号",
        to="各镇民政办：",
        signed="示范县民政局",
        date="2026年11月18日",
        note=PUBLIC_NOTE,
    )
    document = docx(paper)
    (paragraph,) = [item for item in document.paragraphs if item.text == "补贴于每月"]
    track_change(paragraph, deleted="二十五日", inserted="十五日", author="范例乙")
    paragraph.add_run("前发放到位。")
    document.add_comment(paragraph.runs, text="局领导还没有最后定，先这样写", author="范例乙", initials="F")
    save_docx(document, root / "民政局" / "关于调整养老服务补贴发放时间的通知.docx")


def on_request(root: Path) -> None:
    paper = Paper(
        "关于示范镇敬老院消防改造项目的批复",
        ("你镇报来的消防改造项目申请收悉，经研究，同意实施。", "项目资金由县级福利彩票公益金列支。"),
        number="示民复〔2026〕6号",
        to="示范镇人民政府：",
        signed="示范县民政局",
        date="2026年11月17日",
        note="（此件依申请公开）",
    )
    save_docx(docx(paper), root / "民政局" / "依申请公开" / "关于示范镇敬老院消防改造项目的批复.docx")


def web_page(root: Path) -> None:
    title = "关于婚姻登记处冬季办公时间的公告"
    page = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>因冬季作息调整，自2026年12月1日起，婚姻登记处办公时间调整如下：</p>
<table>
<tr><th>时段</th><th>时间</th></tr>
<tr><td>上午</td><td>8:30—12:00</td></tr>
<tr><td>下午</td><td>13:30—17:00</td></tr>
</table>
<p>周末预约登记照常办理。</p>
<p>示范县民政局</p>
<p>2026年11月20日</p>
</body>
</html>
"""
    write(root / "民政局" / "主动公开" / "婚姻登记处冬季办公时间公告.html", page.encode())


def office_form(root: Path) -> None:
    import docx as python_docx

    folder = root / "民政局" / "城乡低保标准"
    paper = Paper(
        "关于公布2026年城乡低保标准的通知",
        ("经县人民政府同意，现将2026年城乡最低生活保障标准公布如下。",),
        number="示民发〔2026〕18号",
        table=(("类别", "标准（元/月）"), ("城市低保", "860"), ("农村低保", "690")),
        signed="示范县民政局",
        date="2026年11月19日",
        note=PUBLIC_NOTE,
    )
    save_docx(docx(paper), folder / "正文.docx")
    form = python_docx.Document()
    form.add_paragraph("示范县民政局发文拟稿单")
    rows = (
        ("标题", paper.title),
        ("发文字号", paper.number),
        ("文种", "通知"),
        ("成文日期", paper.date),
        ("主办部门", "社会救助股"),
        ("公开属性", "☑主动公开　☐依申请公开　☐不予公开"),
        ("拟稿人", "田示丙"),
    )
    table = form.add_table(rows=0, cols=2)
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    save_docx(form, folder / "发文拟稿单.docx")


SAMPLES: tuple[Maker, ...] = (
    clean_notice, annual_plan, relief_list, marked_secret, minutes, hidden_sheet, tracked_changes, scan,
    old_encoding, wrong_attribute, exempt, on_request, joint, corrupted, duplicate, web_page, no_attribute,
    office_form, heating_price, ofd_draft, stamped_scan, scan_pair, scan_that_differs,
)  # fmt: skip
"""In the order of the numbers in ``expected/``."""


def main(root: Path) -> None:
    """Write every draft below ``root``."""
    for sample in SAMPLES:
        sample(root)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "drafts")
