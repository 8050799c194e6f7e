"""Prose about secrets, in which nothing is a marking or a notice: by hand, and from templates with changing words.

Every text comes as it is, wrapped into short lines as a page gives it, and as the body under a heading.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from disclosure_pipeline.model.text import Place, Segment, Text
from tests.labelled import secrecy_prose_dev, secrecy_prose_test
from tests.labelled.sample import Half, Sample

KINDS = frozenset({"secrecy.marking", "secrecy.internal", "secrecy.term"})
_SEEDS: Mapping[Half, int] = {"dev": 611, "test": 877}
_EACH = 4
_SPEAKS = re.compile(r"密级?\n?★\n?(?:[0-9]|长|启|工|解)|绝密级? \| |□绝密|绝密\n机密")
"""Full markings that are quoted and bare levels in tables: no markings, but a person may be asked about them."""
_BRACES = re.compile(r"\{(\w+)\}")

_BY_HAND: Mapping[Half, Sequence[str]] = {"dev": secrecy_prose_dev.ALL, "test": secrecy_prose_test.ALL}

WORDS: Mapping[Half, Mapping[str, Sequence[str]]] = {
    "dev": {
        "unit": ("县财政局", "示范镇人民政府", "县教育和体育局", "示范街道办事处", "县医疗保障局"),
        "level": ("绝密", "机密", "秘密"),
        "thing": ("国家秘密", "工作秘密", "商业秘密", "涉密信息", "内部资料", "涉密文件", "秘密载体"),
        "act": ("泄露", "外传", "擅自复制", "违规存储", "私自留存", "公开谈论"),
        "count": ("3", "12", "45", "二十", "7"),
        "years": ("三", "5", "10", "二十", "30"),
        "who": ("保密员", "机要秘书", "档案管理员", "全体干部职工", "评标专家", "驻场人员"),
    },
    "test": {
        "unit": ("市水利局", "样板乡人民政府", "区卫生健康局", "样板经济开发区管委会", "市市场监督管理局"),
        "level": ("绝密级", "机密级", "秘密级", "机密"),
        "thing": ("国家秘密", "内部文件", "工作秘密", "敏感信息", "国家机密", "技术秘密", "内部数据"),
        "act": ("泄漏", "外借", "擅自转发", "非法获取", "随意丢弃", "对外提供"),
        "count": ("2", "18", "60", "十五", "9"),
        "years": ("一", "3", "15", "十", "6"),
        "who": ("涉密人员", "公证员", "监考教师", "文印员", "系统管理员", "招标代理机构"),
    },
}

TEMPLATES: Mapping[Half, Sequence[str]] = {
    "dev": (
        "{unit}召开保密工作会议，传达上级精神，部署{thing}管理工作。",
        "{who}不得{act}{thing}，违者依规依纪处理。",
        "任何单位和个人不得{act}{level}级文件，发现问题应当及时报告。",
        "今年以来，{unit}共清理{level}文件{count}份，均已按规定移交。",
        "经审查，本文件不涉及{thing}，可以公开。",
        "对涉及{thing}的政府信息，{unit}应当区分处理后公开。",
        "{unit}与{who}签订保密协议，约定{years}年内不得{act}{thing}。",
        "因{act}{level}级国家秘密{count}件被追究责任的，{years}年内不得从事涉密岗位工作。",
        "第{count}条　{thing}的范围由{unit}会同有关部门规定。",
        "属于{thing}的，不得公开；不能确定的，报保密行政管理部门确定。",
        "{who}离岗后，应当继续保守在岗期间知悉的{thing}。",
        "会议要求，{who}要绷紧保密这根弦，不得以任何形式{act}{thing}。",
        "{level}级载体的保密期限一般不超过{years}年，法律另有规定的除外。",
        "某单位{who}因{act}{level}级资料，受到行政记过处分。",
        "密级分为绝密、机密和秘密，其中{level}级的最长期限为{years}年。",
        "投标人须承诺对{thing}保密，保密义务在合同终止后{years}年内有效。",
        "★{count}．投标人应当配备{who}，并对{thing}承担保密责任。",
        "{unit}关于印发{thing}管理办法的通知",
        "{unit}关于开展{thing}专项检查的通知",
        "关于加强{thing}管理的几点意见（征求意见稿）",
        "检查内容包括：{thing}管理、定密管理、涉密网络管理、{who}教育培训等。",
        "发现{act}{thing}行为的，可向{unit}举报，举报人信息严格保密。",
        "凡标有“{level}”字样的文件，{who}应当专柜存放。",
        "{unit}政务公开办负责核对文件密级，标注{level}的一律不得上网。",
        "选举大会设秘密写票处{count}个，{who}负责引导。",
        "{who}应当及时收回会议材料，核对份数，防止{thing}流失。",
        "你（单位）申请公开的信息涉及{thing}，本机关决定不予公开。",
        "依据《中华人民共和国保守国家秘密法》第{count}条，{unit}对{thing}进行了审核。",
        "保密承诺书：本人承诺不{act}{thing}，自愿接受监督检查。",
        "问：{who}能否用微信传输{thing}？答：不能。",
        "警示教育片以{who}{act}{thing}为主线，以案释法。",
        "{unit}内部控制评价得分{count}分，内部管理制度基本健全。",
        "{unit}内部设{count}个科室，内部事务由办公室统筹。",
        "机关内部刊物由{unit}编印，每{years}年评选一次优秀稿件。",
        "系统具备加密解密功能，密钥每{years}年更新一次，由{who}保管。",
        "数据分级：第{count}级为机密数据，仅限{who}访问。",
        "{who}要妥善保管{thing}，不得{act}，年底统一清退。",
        "{unit}将{thing}纳入年度考核，占{count}分。",
        "处理{level}、秘密等信息的设备，应当粘贴标识，与互联网物理隔离。",
        "内部资料性出版物应当标明准印证号和“内部资料，免费交流”字样。",
        "{unit}门户网站对公开内容实行“三审三校”，严防{act}{thing}。",
        "密级一栏填写“公开”，缓急一栏填写“平件”，由{who}核对。",
    ),
    "test": (
        "{unit}组织{who}集中学习保密法，观看警示教育片。",
        "{who}应当履行保密义务，严禁{act}{thing}。",
        "严禁{act}{level}国家秘密载体，一经发现，严肃追责。",
        "截至目前，{unit}现存{level}文件{count}件，全部登记在册。",
        "本机关对拟公开的信息进行了保密审查，确认不含{thing}。",
        "公开内容涉及{thing}的，{unit}应当删除或者作隐去处理。",
        "合同约定，{who}应当对{thing}承担保密责任，期限为{years}年。",
        "涉嫌{act}{level}文件{count}份以上的，移送司法机关处理。",
        "第{count}条　{unit}应当建立{thing}管理台账，每年核查一次。",
        "{thing}的确定、变更和解除，由{unit}依照法定权限办理。",
        "{who}在脱密期内不得出境，脱密期为{years}年。",
        "通知强调，假期期间{who}要加强值守，防止{act}{thing}的情况发生。",
        "{level}国家秘密应当自产生之日起{years}年内解密，特殊情形除外。",
        "通报显示，{who}{act}{level}文件资料，造成严重后果。",
        "按照重要程度，国家秘密依次为绝密、机密、秘密，{level}由有权机关确定。",
        "供应商及其{who}不得{act}采购人的{thing}，违者承担{count}万元违约金。",
        "★第{count}项：乙方应当保守{thing}；★其余各项须逐条应答。",
        "{unit}{thing}管理实施细则",
        "关于调整{unit}保密委员会组成人员的通知",
        "{unit}关于{thing}保护工作的自查报告",
        "本次自查共涉及{count}个方面，重点是{thing}、机要交通和涉密载体销毁。",
        "欢迎社会公众举报{act}{thing}的行为，{unit}将依法保护举报人。",
        "首页标注“{level}”的公文，须经{unit}主要负责人签批。",
        "网站编辑发现稿件含有{level}内容的，应当立即停止发布并报告{unit}。",
        "表决采用秘密投票方式，发出选票{count}张，收回{count}张。",
        "散会后，{who}应当清点会议资料，确保{thing}不遗失。",
        "经审核，所申请内容属于{thing}，根据有关规定不予提供。",
        "{unit}依照保密法律法规，对{count}名{who}开展了岗前审查。",
        "我承诺：不{act}{thing}，不在公共场所谈论工作内容。",
        "讨论题：{who}发现同事{act}{thing}，应当怎么办？",
        "展览设置{count}个展区，以图文讲解{thing}的保护知识。",
        "{unit}加强内部审计，内部流程压缩{count}个环节。",
        "{unit}内部机构改革方案已经批准，内部职能同步调整。",
        "内部参考价每{years}年调整一次，由{unit}测算后公布。",
        "加密传输采用国产算法，{years}年来未发生{act}事件。",
        "信息资产按机密性分为{count}级，{who}按权限访问。",
        "借阅{thing}须登记，{who}不得{act}，到期归还。",
        "{thing}保护工作列入{unit}重点任务，责任到人。",
        "涉及{level}、内部事项的会议，不得使用远程视频系统。",
        "《工作简报》为内部资料性出版物，由{unit}主办，双月出版。",
        "{unit}公众号发布信息前，由{who}检查是否含有{thing}。",
        "审批单载明：密级“无”，公开属性“主动公开”，{who}已复核。",
    ),
}


@cache
def samples(half: Half) -> Sequence[Sample]:
    """All samples of a half."""
    chance = random.Random(_SEEDS[half])
    texts = [*_BY_HAND[half], *_filled(chance, half)]
    return tuple(
        sample
        for text in texts
        for sample in (_sample("plain", text), _wrapped(chance, text), _under_heading(text))
    )


def _filled(chance: random.Random, half: Half) -> Iterator[str]:
    words = WORDS[half]
    for template in TEMPLATES[half]:
        for _ in range(_EACH):
            text = _BRACES.sub(lambda match: chance.choice(words[match[1]]), template)
            yield text.replace("级级", "级")


def _sample(form: str, text: str) -> Sample:
    segments: list[Segment] = []
    for number, line in enumerate(text.split("\n"), start=1):
        cells = line.split(" | ")
        for column, cell in enumerate(cells):
            place = (
                Place("text", "table", cell=f"table 1 {chr(ord('A') + column)}{number}")
                if len(cells) > 1
                else Place("text", "body", paragraph=number)
            )
            segments.append(Segment(cell, place))
    family, kinds = (
        ("prose.quoted", KINDS - {"secrecy.term"}) if _SPEAKS.search(text) else ("prose.secrecy", KINDS)
    )
    return Sample(family, form, Text("text/plain", "labelled", tuple(segments)), (), kinds)


def _wrapped(chance: random.Random, text: str) -> Sample:
    """The text in lines of equal length, as a narrow page shows it."""
    width = chance.randrange(9, 28)
    lines = [
        line[at : at + width]
        for line in text.split("\n")
        if " | " not in line
        for at in range(0, len(line), width)
    ]
    return _sample("wrapped", "\n".join(lines) if " | " not in text else text)


def _under_heading(text: str) -> Sample:
    return _sample("under_heading", f"第一章　总则\n{text}\n特此通知。\n2026年3月5日")
