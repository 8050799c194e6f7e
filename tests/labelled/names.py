"""Names of persons in office texts: private ones, officials, masked ones, and texts without any.

The family says what is in the text (``name.private``, ``name.official``, ``name.masked``, ``name.none``), the form
how the names are written. A name written over two cells or lines has a label in each of its segments.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from tests.labelled import names_texts
from tests.labelled.sample import Half, Mark, Sample, in_segments, of

KIND = "privacy.person_name"

_FAMILIES = {
    "dev": "王李张刘陈杨黄赵吴周徐孙马朱胡郭林何高梁郑罗宋谢唐韩曹许邓萧",
    "test": "冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆",
}
_COMPOUND = {"dev": ("欧阳", "上官", "诸葛"), "test": ("司马", "皇甫", "慕容")}
_GIVEN = {
    "dev": "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰建国志玉春梅",
    "test": "红宇浩凯健俊帆雪琳颖倩婷鑫博文嘉慧莹晨旭东海峰斌辉龙云凤珍",
}
_SEED = {"dev": 4101, "test": 8203}
_ROUNDS = 3
_PLACE = re.compile(r"\{(\d)\}")
_TRADITIONAL = str.maketrans(
    "张刘陈杨黄赵吴孙马郑罗谢韩许邓冯苏叶吕蒋钟卢陆军国丽娟兰红凤龙",
    "張劉陳楊黃趙吳孫馬鄭羅謝韓許鄧馮蘇葉呂蔣鍾盧陸軍國麗娟蘭紅鳳龍",
)


def samples(half: Half) -> Sequence[Sample]:
    """Every labelled text of a half."""
    chooser = random.Random(_SEED[half])
    texts = names_texts.DEV if half == "dev" else names_texts.TEST
    made: list[Sample] = []
    for family, templates in texts.items():
        for template in templates:
            rounds = _ROUNDS if _PLACE.search(template) else 1
            for number in range(rounds):
                form = ("plain", *_FORMS)[(number + chooser.randrange(len(_FORMS) + 1)) % (len(_FORMS) + 1)]
                made.append(
                    _filled(template, f"name.{family}", form if rounds > 1 else "plain", half, chooser)
                )
    made += _tables(half, chooser)
    made += _rows(half, chooser)
    return made


def _person(half: Half, chooser: random.Random) -> str:
    """A name that nobody in particular bears."""
    family = chooser.choice(_FAMILIES[half])
    if chooser.random() < 0.04:
        family = chooser.choice(_COMPOUND[half])
    return family + "".join(chooser.sample(_GIVEN[half], 1 if chooser.random() < 0.25 else 2))


def _spaced(name: str) -> str:
    return f"{name[0]}\u3000{name[1]}" if len(name) == 2 else name


def _zero_width(name: str) -> str:
    return "\u200b".join(name)


def _traditional(name: str) -> str:
    return name.translate(_TRADITIONAL)


_FORMS: dict[str, Callable[[str], str]] = {
    "spaced": _spaced,
    "zero_width": _zero_width,
    "traditional": _traditional,
}


def _filled(template: str, family: str, form: str, half: Half, chooser: random.Random) -> Sample:
    people: dict[str, str] = {}
    write = _FORMS.get(form, str)
    lines: list[list[str | Mark]] = []
    for line in template.split("\n"):
        pieces: list[str | Mark] = []
        for at, piece in enumerate(_PLACE.split(line)):
            if at % 2:
                name = people.setdefault(piece, _person(half, chooser))
                pieces.append(Mark(write(name), KIND))
            elif piece:
                pieces.append(piece)
        lines.append(pieces)
    if len(lines) == 1:
        return of(*lines[0], family=family, form=form, kinds=(KIND,))
    return in_segments(*lines, family=family, form=form, kinds=(KIND,))


_HEADINGS: dict[Half, Sequence[tuple[str, Sequence[str]]]] = {
    "dev": (
        ("name.private", ("序号", "姓名", "家庭人口", "补助金额")),
        ("name.private", ("序号", "申请人", "申请事项", "办理结果")),
        ("name.private", ("户主", "村组", "面积（亩）", "备注")),
        ("name.official", ("单位", "联系人", "座机", "备注")),
    ),
    "test": (
        ("name.private", ("编号", "学生姓名", "年级", "资助标准")),
        ("name.private", ("受益人姓名", "村", "发放金额", "开户行")),
        ("name.private", ("序号", "姓 名", "低保类别", "保障人数")),
        ("name.official", ("序号", "河流", "责任人", "职责")),
    ),
}
_CELLS = ("一组", "二类", "东坡村", "1280", "3", "同意", "已办结", "12.5", "无", "合格")


def _tables(half: Half, chooser: random.Random) -> Iterator[Sample]:
    for family, columns in _HEADINGS[half]:
        for _ in range(6):
            rows: list[Sequence[str | Mark]] = [columns]
            for number in range(1, 7):
                cells: list[str | Mark] = [chooser.choice(_CELLS) for _ in columns]
                for at, heading in enumerate(columns):
                    if heading in ("序号", "编号"):
                        cells[at] = str(number)
                    elif heading.replace(" ", "") in (
                        "姓名",
                        "申请人",
                        "户主",
                        "联系人",
                        "学生姓名",
                        "受益人姓名",
                        "责任人",
                    ):
                        cells[at] = Mark(_spaced(_person(half, chooser)), KIND)
                rows.append(cells)
            yield in_segments(*rows, family=family, form="table", kinds=(KIND,), table=True)


_OPENINGS: dict[Half, Sequence[tuple[str, str]]] = {
    "dev": (
        ("name.private", "低保对象名单："),
        ("name.private", "受助学生："),
        ("name.official", "参加人员："),
    ),
    "test": (("name.private", "拟救助对象："), ("name.private", "申请人："), ("name.official", "出席人员：")),
}


def _rows(half: Half, chooser: random.Random) -> Iterator[Sample]:
    """Names in a row: with blanks, commas, and with nothing between."""
    for family, opening in _OPENINGS[half]:
        for form, separator in (("row.blank", " "), ("row.comma", "、"), ("row.fused", "")):
            for _ in range(6):
                pieces: list[str | Mark] = [opening]
                for number in range(chooser.randint(3, 7)):
                    if number and separator:
                        pieces.append(separator)
                    pieces.append(Mark(_person(half, chooser), KIND))
                yield of(*pieces, family=family, form=form, kinds=(KIND,))
