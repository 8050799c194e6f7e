"""What looks like a number of a person and is none: money, documents, projects, serial numbers, statistics …"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from disclosure_pipeline.builtin.detectors.numbers.checks import is_luhn
from tests.labelled.number_forms import FORMS
from tests.labelled.number_values import KINDS, digits, identity, landline, mobile
from tests.labelled.sample import Half, Sample, in_segments, of

_SEEDS: Mapping[Half, int] = {"dev": 1301, "test": 2207}
_EACH = 5
_NOISE = (
    "plain",
    "plain",
    "plain",
    "full_width",
    "spaced_groups",
    "zero_width",
    "line_broken",
    "other_digits",
    "odd_blanks",
)
_GROUPS: Mapping[int, Sequence[int]] = {
    11: (3, 4, 4),
    15: (6, 6, 3),
    18: (6, 8, 4),
    16: (4, 4, 4, 4),
    19: (4, 4, 4, 4, 3),
}


def eleven(chance: random.Random, half: Half) -> str:
    """Eleven digits that begin like a mobile number."""
    return mobile(chance, half)


def fifteen(chance: random.Random, half: Half) -> str:
    """Fifteen digits that begin like an identity number of the first generation."""
    return f"{chance.choice(('370102', '110105'))}{chance.randrange(50, 99)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}{digits(chance, 3)}"


def eighteen(chance: random.Random, half: Half) -> str:
    """A region, a day, four digits: what offices call a code."""
    code = f"370{digits(chance, 3)}2026{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}{digits(chance, 3)}"
    number = identity(chance, half)
    wrong = str((int(code[-1]) + 1) % 10)
    return chance.choice(
        (code + wrong, number[:17] + ("5" if number[17] != "5" else "6"), "202611" + digits(chance, 12))
    )


def long(chance: random.Random, half: Half) -> str:
    """Sixteen to nineteen digits, some of them like a card's."""
    while True:
        number = chance.choice(("62", "20", "37", "1", "9")) + digits(chance, chance.choice((14, 16, 17)))
        if not (number.startswith("62") and is_luhn(number)):
            return number


def card_like(chance: random.Random, half: Half) -> str:
    """What passes every test of a card number."""
    while not is_luhn(number := "6222" + digits(chance, 15)):
        pass
    return number


def credit(chance: random.Random, half: Half) -> str:
    """A unified social credit code of digits, or with letters."""
    return (
        chance.choice(("91", "11", "52", "12"))
        + digits(chance, 6)
        + chance.choice(
            (
                digits(chance, 10),
                "MA" + digits(chance, 1) + "C" + digits(chance, 5) + chance.choice("XQL8"),
                digits(chance, 9) + "X",
            )
        )
    )


def bid(chance: random.Random, half: Half) -> str:
    """A number of a tender."""
    return chance.choice(
        (f"SDGP{digits(chance, 6)}2026{digits(chance, 8)}", f"ZB-2026-{mobile(chance, half)}", f"{landline(chance, half)[:4]}-2026{digits(chance, 4)}",
         f"JSZC-{digits(chance, 6)}-{digits(chance, 4)}-C{digits(chance, 4)}", f"HBT-{digits(chance, 8)}-{digits(chance, 6)}")
    )  # fmt: skip


def isbn(chance: random.Random, half: Half) -> str:
    """An ISBN."""
    body = digits(chance, 10)
    return chance.choice(
        (f"978-7-{body[:4]}-{body[4:8]}-{body[8]}", f"9787{body[:9]}", f"7-{body[:4]}-{body[4:8]}-X")
    )


def coordinate(chance: random.Random, half: Half) -> str:
    """Degrees with many decimals."""
    return f"{chance.choice(('118', '135', '131', '87'))}.{digits(chance, chance.choice((6, 8, 7)))}"


def span(chance: random.Random, half: Half) -> str:
    """A range of days or months."""
    return chance.choice(
        (
            "2026.01.15-2026.12.31",
            "1998.09-2002.07",
            "20260101-20261231",
            "2026-11-22 15",
            "1985.3—2026.11",
            "1998-09-20—2003-06-30",
            "19980920 1503",
        )
    )


def hotline(chance: random.Random, half: Half) -> str:
    """A number everybody may call."""
    return chance.choice(
        (
            "12345",
            "96128",
            "12315",
            "400-618-" + digits(chance, 4),
            "800-" + digits(chance, 3) + "-" + digits(chance, 4),
            "4006" + digits(chance, 6),
            "95" + digits(chance, 3),
            "12333",
        )
    )


def masked(chance: random.Random, half: Half) -> str:
    """A number somebody has masked."""
    number, person, start = mobile(chance, half), identity(chance, half), chance.choice(("*", "＊", "×", "●"))
    return chance.choice(
        (
            number[:3] + start * 4 + number[7:],
            number[:7] + start * 4,
            person[:6] + start * 8 + person[14:],
            person[:2] + start * 13 + person[15:],
            "6222" + start * 11 + digits(chance, 4),
        )
    )


def figures(chance: random.Random, half: Half) -> str:
    """Figures in a row."""
    return " ".join(
        digits(chance, chance.choice((3, 4, 5, 6))).replace("0", "1", 1)
        for _ in range(chance.choice((4, 5, 7)))
    )


def office(chance: random.Random, half: Half) -> str:
    """A telephone with area code."""
    return landline(chance, half)


Make = Callable[[random.Random, Half], str]

TRAPS: Mapping[str, tuple[Make, Mapping[Half, Sequence[str]]]] = {
    "money": (eleven, {
        "dev": ("项目总投资{x}元，其中财政资金占六成。", "中标价：人民币{x}元（含税）。", "合同金额为￥{x}，分三期支付。", "本年度一般公共预算收入{x}元", "罚没款合计{x}.50元。", "资产总额{x}万元，负债率36%。", "采购预算（元）：{x}"),
        "test": ("工程造价{x}元，超概算部分不予认定。", "最高限价为{x}元。", "共拨付资金{x}元，惠及2300户。", "成交金额：{x}.00元", "注册资本{x}元人民币", "支出决算数为{x}元，完成预算的98.2%。", "投标报价：¥{x}"),
    }),
    "document": (eleven, {
        "dev": ("示政办发〔2026〕{x}号", "根据鲁民函〔2025〕第{x}号文件要求", "行政处罚决定书（示市监罚〔2026〕{x}号）", "文号：{x}", "本院（2026）鲁0102民初{x}号判决书"),
        "test": ("参照国办函[2026]{x}号执行。", "复议案号：{x}", "不动产权第{x}号", "公证书编号为{x}。", "许可证号：{x}，有效期三年。"),
    }),
    "bid": (bid, {
        "dev": ("招标编号：{x}", "项目编号为{x}的采购项目已完成评审。", "采购文件编号：{x}；采购方式：竞争性磋商。", "{x}标段中标结果公示"),
        "test": ("标段编号：{x}（二次）", "本项目（{x}）采用电子化交易。", "采购计划备案号：{x}", "询价编号 {x}"),
    }),
    "project": (eighteen, {
        "dev": ("项目代码：{x}", "备案项目编码{x}，建设地点：柳埠街道。", "不动产单元号：{x}", "宗地编码：{x}，用途为工业。"),
        "test": ("投资项目统一代码 {x}", "建设工程编号：{x}", "项目赋码为：{x}", "监管码：{x}，图斑面积1.2亩。"),
    }),
    "isbn": (isbn, {
        "dev": ("ISBN {x}", "教材书号：ISBN：{x}，定价32.00元。", "《政务公开读本》（{x}）", "国际标准书号{x}"),
        "test": ("书号ISBN{x}，人民出版社出版。", "征订目录：{x}", "ISBN号为{x}", "图书条码{x}"),
    }),
    "credit": (credit, {
        "dev": ("统一社会信用代码：{x}", "示范建设有限公司（信用代码{x}）", "纳税人识别号：{x}", "当事人：某商贸公司，统一社会信用代码 {x}"),
        "test": ("组织机构代码（信用代码）：{x}", "{x}（统一社会信用代码）", "社会信用代码为{x}，住所地：滨江新城。", "税号：{x}"),
    }),
    "serial": (long, {
        "dev": ("流水号：{x}", "设备序列号{x}，保修三年。", "电子回执单号：{x}", "发票号码：{x}，发票代码：037002200111", "产品批号：{x}", "检验报告编号：{x}"),
        "test": ("受理单编号：{x}", "交易流水：{x}", "固定资产编号为{x}。", "条形码：{x}", "电能表表号{x}", "电子票据号码：{x}"),
    }),
    "serial11": (eleven, {
        "dev": ("户号：{x}，地址：中山路5号。", "学号：{x}", "IMEI：{x}", "工单编号{x}已办结。", "序列号：{x}", "受理号：{x}、{x2}、{x3}"),
        "test": ("水表编号{x}", "准考证号：{x}", "诉求编号：{x}，办理单位：城管局。", "登记号：{x}；{x2}", "批准文号：{x}", "会员号{x}"),
    }),
    "serial15": (fifteen, {
        "dev": ("注册号：{x}", "设备IMEI：{x}", "原营业执照注册号{x}作废。", "纳税人编号：{x}"),
        "test": ("登记证号：{x}", "机身串号：{x}", "业务流水号为{x}", "许可编号{x}"),
    }),
    "order": (card_like, {
        "dev": ("订单号：{x}", "交易单号{x}，已退款。", "快递单号：{x}", "电子运单号为{x}。"),
        "test": ("商户订单号：{x}", "物流单号 {x}", "业务受理编号：{x}", "凭证号：{x}"),
    }),
    "coordinate": (coordinate, {
        "dev": ("中心坐标：东经{x}，北纬36.651216。", "监测点经度{x}°", "拐点坐标（{x}，36.6512）", "X={x}"),
        "test": ("位于E{x}、N36.20", "经纬度：{x},36.200252", "站点经度为{x}度", "点位{x}，误差小于5米"),
    }),
    "range": (span, {
        "dev": ("工作时间：{x}", "任职年限（{x}）", "服务期为{x}。", "统计区间：{x}，数据来源于台账。"),
        "test": ("有效期限{x}", "学习经历：{x}在省委党校学习。", "公示时间为{x}", "施工工期 {x}"),
    }),
    "figures": (figures, {
        "dev": ("全市各县区户籍人口依次为{x}", "小麦 {x}", "2021年至2025年受理量：{x}", "合计 {x}"),
        "test": ("分季度产值为{x}", "玉米播种面积{x}", "历年办件量 {x}", "总计\t{x}"),
    }),
    "hotline": (hotline, {
        "dev": ("请拨打{x}咨询。", "服务热线：{x}", "举报电话：{x}，网址见官网。", "客服电话{x}（工作日）"),
        "test": ("如遇问题可致电{x}。", "政务服务便民热线{x}", "投诉电话：{x}", "24小时热线：{x}"),
    }),
    "office": (office, {
        "dev": ("咨询电话：{x}", "示范县民政局办公室 办公电话：{x}", "监督举报电话：{x}，传真：{x2}", "县政务服务大厅服务电话：{x}", "采购人联系电话：{x}", "区教育局值班电话{x}"),
        "test": ("业务咨询：{x}", "传真：{x}", "市医疗保障局联系电话：{x}，邮编271000", "代理机构电话：{x}", "受理部门：信访局，电话：{x}", "办公室电话：{x}"),
    }),
    "masked": (masked, {
        "dev": ("姓名：张某某，{x}", "身份证号：{x}", "联系电话：{x}", "卡号：{x}"),
        "test": ("中奖号码{x}", "申请人李某，证件号码{x}", "手机号：{x}", "王**，{x}，已发放"),
    }),
    "index": (long, {
        "dev": ("索 引 号：01527918X-2020-{x}", "信息索引号：{x}", "档号：{x}", "鲁公网安备 37040502000012号　备案{x}"),
        "test": ("索引号：000014349/2026-{x}", "主题词编码：{x}", "目录编号：{x}", "资源标识码{x}"),
    }),
}  # fmt: skip
"""By family: what is put into the sentences, and the sentences of each half."""

TABLES: Mapping[Half, Sequence[tuple[str, Make]]] = {
    "dev": (("金额（元）", eleven), ("订单编号", card_like), ("项目代码", eighteen), ("信用代码", credit), ("人口（人）", eleven), ("注册号", fifteen)),
    "test": (("投资额", eleven), ("流水号", card_like), ("统一代码", eighteen), ("社会信用代码", credit), ("产值（元）", eleven), ("登记证号", fifteen)),
}  # fmt: skip
"""Columns of tables: heading and what stands below."""


@cache
def samples(half: Half) -> Sequence[Sample]:
    """Every trap of a half, the same in every run."""
    chance = random.Random(_SEEDS[half])
    return [*_sentences(chance, half), *_columns(chance, half), *_statistics(chance, half)]


def _sentences(chance: random.Random, half: Half) -> list[Sample]:
    return [
        of(_filled(chance, half, template, make, form), family=f"trap.{name}", form=form, kinds=sorted(KINDS))
        for name, (make, templates) in TRAPS.items()
        for template in templates[half]
        for form in chance.sample(_NOISE, _EACH)
    ]


def _filled(chance: random.Random, half: Half, template: str, make: Make, form: str) -> str:
    for slot in ("{x}", "{x2}", "{x3}"):
        number = make(chance, half)
        groups = _GROUPS.get(len(number), (4, 4)) if number.isdecimal() else ()
        template = template.replace(slot, FORMS[form](chance, number, groups) if groups else number)
    return template


def _columns(chance: random.Random, half: Half) -> list[Sample]:
    found = []
    for heading, make in TABLES[half]:
        for form in ("plain", "full_width", "spaced_groups", "line_broken"):
            rows = [["序号", "单位", heading, "备注"]]
            for row in range(1, 5):
                number = make(chance, half)
                rows.append(
                    [
                        str(row),
                        "示范建设有限公司",
                        FORMS[form](chance, number, _GROUPS.get(len(number), (4, 4))),
                        "—",
                    ]
                )
            found.append(in_segments(*rows, family="trap.table", form=form, kinds=sorted(KINDS), table=True))
    return found


def _statistics(chance: random.Random, half: Half) -> list[Sample]:
    """Tables of plain figures whose cells, read together, give long numbers."""
    found = []
    for _ in range(25):
        rows = [["地区", "户数", "人口", "面积", "产值"]]
        for place in ("东营村", "西营村", "河口乡", "城关镇", "合计"):
            rows.append(
                [
                    place,
                    *(
                        chance.choice("123456789") + digits(chance, chance.choice((2, 3, 4, 6)))
                        for _ in range(4)
                    ),
                ]
            )
        found.append(
            in_segments(*rows, family="trap.statistics", form="plain", kinds=sorted(KINDS), table=True)
        )
        found.append(
            of(
                "\n".join("\t".join(row) for row in rows),
                family="trap.statistics",
                form="lines",
                kinds=sorted(KINDS),
            )
        )
        found.append(
            of(
                "\n".join("\n".join(row) for row in rows),
                family="trap.statistics",
                form="one_cell_a_line",
                kinds=sorted(KINDS),
            )
        )
    return found
