"""What everyday papers say: official documents of one to twelve pages, budget tables and lists, drawn by lot."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[str | float]]
Block = str | Rows
"""A paragraph (a heading begins with 一、 or （一）), or a table."""

_COUNTIES = ("示范县", "样例县", "例示市示范区")
_OFFICES = ("人民政府办公室", "财政局", "民政局", "教育局", "卫生健康局", "住房和城乡建设局", "交通运输局")
_MATTERS = (
    "冬季清洁取暖", "农村人居环境整治", "老旧小区改造", "政府信息公开", "养老服务补贴发放", "义务教育招生",
    "城乡居民医疗保险参保", "农村公路养护", "安全生产专项检查", "惠企政策兑现",
)  # fmt: skip
_FORMS = (
    "关于做好{}工作的通知",
    "关于印发{}工作要点的通知",
    "关于进一步加强{}工作的意见",
    "关于{}有关事项的公告",
)
_TASKS = (
    "各镇人民政府、街道办事处要落实属地责任，明确分管负责人和具体经办人员，建立工作台账，每月25日前报送进展情况",
    "县直有关部门按照职责分工组织实施，加强协作配合，对发现的问题立行立改，一时不能解决的列出整改时限",
    "严格执行资金管理制度，专款专用，按照进度拨付，自觉接受审计监督和社会监督",
    "坚持应公开尽公开，依托政府门户网站及时发布政策文件、办理流程和服务指南，并做好政策解读",
    "广泛听取群众意见，通过座谈会、问卷调查等方式收集建议，完善政策措施",
    "优化办事流程，压减申请材料，推行“一窗受理、集成服务”，让群众少跑腿、好办事",
    "加强督促检查，将落实情况纳入年度综合考核，对工作不力、进度滞后的予以通报",
    "强化技术支撑，做好数据归集和共享，确保统计数据真实、准确、完整、及时",
)
_FACTS = (
    "今年计划投入资金{}万元，其中上级补助{}万元。", "2026年9月底前完成改造{}户，12月底前累计完成{}户。",
    "完成率不低于{}.5%，群众满意度不低于{}%。", "标准为每人每月{}元，较上年提高{}元。",
    "共涉及{}个行政村、{}个居民小区。",
)  # fmt: skip
_SECTIONS = ("总体要求", "主要任务", "工作步骤", "保障措施", "资金安排", "监督检查", "组织领导", "有关要求")
_UNITS = ("县教育局", "县民政局", "县财政局", "县交通运输局", "县水利局", "示范镇", "清泉镇", "石桥街道")
_NUMERALS = "一二三四五六七八九十"
_PARAGRAPHS_A_PAGE = 8


@dataclass(frozen=True)
class Paper:
    """An official document in the order of its elements (GB/T 9704)."""

    letterhead: str
    number: str
    title: str
    addressed: str
    blocks: tuple[Block, ...]
    signed: str
    date: str
    note: str

    @property
    def opening(self) -> tuple[str, ...]:
        """What stands above the first paragraph."""
        return self.letterhead, self.number, self.title, self.addressed

    @property
    def closing(self) -> tuple[str, ...]:
        """What stands below the last one."""
        return self.signed, self.date, self.note

    @property
    def paragraphs(self) -> Iterator[str]:
        """Every line in order, the cells of tables too."""
        yield from self.opening
        for block in self.blocks:
            yield from [block] if isinstance(block, str) else (str(cell) for row in block for cell in row)
        yield from self.closing


def paper(seed: int, pages: int | None = None) -> Paper:
    """A document, the same for the same seed.

    Args:
        seed: draws everything.
        pages: about how many; one to twelve by default.
    """
    lot = random.Random(seed)
    county, office = lot.choice(_COUNTIES), lot.choice(_OFFICES)
    wanted = (pages or lot.randint(1, 12)) * _PARAGRAPHS_A_PAGE
    blocks: list[Block] = [f"为贯彻落实上级部署，切实做好{lot.choice(_MATTERS)}工作，现将有关事项通知如下。"]
    for section in range(len(_NUMERALS)):
        if len(blocks) >= wanted:
            break
        blocks += _section(lot, section, min(wanted - len(blocks), max(3, wanted // 5)))
    return Paper(
        f"{county}{office}文件",
        f"示{lot.choice('政财民教卫')}{lot.choice(('发', '办发', '函'))}〔2026〕{lot.randint(1, 120)}号",
        lot.choice(_FORMS).format(lot.choice(_MATTERS)),
        lot.choice(("各镇人民政府，县政府各部门：", "各镇（街道），县直有关单位：", "各有关单位：")),
        tuple(blocks),
        f"{county}{office}",
        f"2026年{lot.randint(1, 12)}月{lot.randint(1, 28)}日",
        lot.choice(("（此件公开发布）", "（此件主动公开）", "（联系单位：县政务服务中心）")),
    )


def _section(lot: random.Random, number: int, size: int) -> Iterator[Block]:
    yield f"{_NUMERALS[number]}、{_SECTIONS[number % len(_SECTIONS)]}"
    for item in range(1, size):
        begins = f"（{_NUMERALS[item - 1]}）" if item <= len(_NUMERALS) and number % 2 else f"{item}．"
        fact = lot.choice(_FACTS).format(lot.randint(20, 900), lot.randint(10, 98))
        yield f"{begins}{lot.choice(_TASKS)}；{lot.choice(_TASKS)}。{fact}"
    if number % 3 == 1:
        yield task_table(lot)


def task_table(lot: random.Random) -> Rows:
    """Tasks with who does them and until when."""
    head = ("序号", "任务事项", "责任单位", "完成时限", "备注")
    return (
        head,
        *(
            (
                str(row),
                f"{lot.choice(_MATTERS)}第{row}项任务",
                lot.choice(_UNITS),
                f"{lot.randint(1, 12)}月底前",
                "",
            )
            for row in range(1, lot.randint(4, 12))
        ),
    )


def budget(seed: int) -> Rows:
    """A budget table: name, this year, last year; what sums it is left to the program."""
    lot = random.Random(seed)
    items = (
        "基本支出",
        "人员经费",
        "公用经费",
        "项目支出",
        "社会保障和就业支出",
        "卫生健康支出",
        "住房保障支出",
    )
    return tuple((item, round(lot.uniform(20, 3000), 2), round(lot.uniform(20, 3000), 2)) for item in items)


def places(seed: int) -> Rows:
    """A list that is published each year: service points with address and hours."""
    lot = random.Random(seed)
    return tuple(
        (row, f"{lot.choice(_UNITS)}便民服务站", f"中心街{lot.randint(1, 90)}号", "周一至周五 8:30—17:30")
        for row in range(1, lot.randint(8, 60))
    )
