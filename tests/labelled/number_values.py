"""Values of the labelled numbers: right in every check digit, nobody's by intention."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from disclosure_pipeline.builtin.detectors.numbers.checks import check_character, is_luhn
from tests.labelled.sample import Half

AREAS: Mapping[Half, tuple[str, ...]] = {
    "dev": ("0531", "010", "0371", "021", "0756", "0451", "0991", "025"),
    "test": ("0538", "020", "0731", "022", "0592", "0471", "0971", "028"),
}
REGIONS: Mapping[Half, tuple[str, ...]] = {
    "dev": ("110105", "370102", "410527", "350481", "650102", "230302", "142301", "513021"),
    "test": ("310115", "440305", "420983", "532128", "610524", "152104", "210211", "460105"),
}
MAILS: Mapping[Half, tuple[str, ...]] = {
    "dev": ("qq.com", "163.com", "example.com", "mail.example.com.cn", "sina.cn", "outlook.com"),
    "test": ("126.com", "foxmail.com", "example.net", "stu.example.edu.cn", "139.com", "gmail.com"),
}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
ISSUERS = ("622202", "621700", "622848", "621661", "623052", "622700", "621485", "621096")
BEGINNINGS = (
    "130", "135", "138", "139", "147", "150", "159", "166", "170", "171", "173", "177", "180", "186", "189", "191", "198", "199"
)  # fmt: skip


def digits(chance: random.Random, length: int) -> str:
    """So many random digits."""
    return "".join(chance.choice("0123456789") for _ in range(length))


def _birthday(chance: random.Random) -> date:
    return date(1935, 1, 1) + timedelta(days=chance.randrange(31_000))


def identity(chance: random.Random, half: Half) -> str:
    """公民身份号码."""
    body = f"{chance.choice(REGIONS[half])}{_birthday(chance):%Y%m%d}{digits(chance, 3)}"
    return body + check_character(body)


def former_identity(chance: random.Random, half: Half) -> str:
    """十五位居民身份证编号."""
    born = date(1935, 1, 1) + timedelta(days=chance.randrange(23_000))
    return f"{chance.choice(REGIONS[half])}{born:%y%m%d}{digits(chance, 3)}"


def residence_permit(chance: random.Random, half: Half) -> str:
    """港澳台居民居住证，外国人永久居留身份证 (2023)."""
    begin = chance.choice(("810000", "820000", "830000", f"9{chance.randrange(11, 65)}{digits(chance, 3)}"))
    body = f"{begin}{_birthday(chance):%Y%m%d}{digits(chance, 3)}"
    return body + check_character(body)


def mobile(chance: random.Random, half: Half) -> str:
    """手机号码."""
    return chance.choice(BEGINNINGS) + digits(chance, 8)


def landline(chance: random.Random, half: Half) -> str:
    """固定电话 with area code in the usual ways."""
    area = chance.choice(AREAS[half])
    local = chance.choice("2345678") + digits(chance, 7 if len(area) == 3 or chance.random() < 0.6 else 6)
    return chance.choice(
        (f"{area}-{local}", f"{area}-{local}", f"({area}){local}", f"{area} {local}", f"{area}{local}")
    )


def local_number(chance: random.Random, half: Half) -> str:
    """固定电话 without area code."""
    return chance.choice("2345678") + digits(chance, chance.choice((6, 7)))


def card(chance: random.Random, half: Half) -> str:
    """银行卡号."""
    body = chance.choice(ISSUERS) + digits(chance, chance.choice((9, 12, 12, 12)))
    return next(body + last for last in "0123456789" if is_luhn(body + last))


def email(chance: random.Random, half: Half) -> str:
    """电子邮箱."""
    names = {
        "dev": ("zhangwei", "li.na", "wang_qiang", "chenjing"),
        "test": ("sunyue", "zhou.min", "hu-bo", "xulei"),
    }
    start = chance.choice(
        (chance.choice(names[half]), chance.choice(names[half]) + digits(chance, 2), "1" + digits(chance, 8))
    )
    return f"{start}@{chance.choice(MAILS[half])}"


def plate(chance: random.Random, half: Half) -> str:
    """机动车号牌."""
    begin = chance.choice(PROVINCES) + chance.choice(LETTERS[:10])
    usual = [*digits(chance, 5)]
    for at in chance.sample(range(4), chance.choice((0, 0, 1, 2))):
        usual[at] = chance.choice(LETTERS)
    return begin + chance.choice(
        ("".join(usual), "".join(usual), chance.choice("DF") + digits(chance, 5), digits(chance, 5) + "D",
         digits(chance, 4) + chance.choice("学警挂"))
    )  # fmt: skip


def passport(chance: random.Random, half: Half) -> str:
    """护照号码."""
    return chance.choice(
        (
            "E" + digits(chance, 8),
            f"E{chance.choice('ABCDEFGHJ')}{digits(chance, 7)}",
            "G" + digits(chance, 8),
            "PE" + digits(chance, 7),
        )
    )


def travel_permit(chance: random.Random, half: Half) -> str:
    """港澳居民来往内地通行证."""
    return chance.choice("HM") + digits(chance, chance.choice((8, 10)))


def taiwan_permit(chance: random.Random, half: Half) -> str:
    """台湾居民来往大陆通行证."""
    return digits(chance, 8)


def officer(chance: random.Random, half: Half) -> str:
    """军官证号."""
    return f"{chance.choice('军士文武')}字第{digits(chance, chance.choice((7, 8)))}号"


def wechat(chance: random.Random, half: Half) -> str:
    """微信号."""
    names = {"dev": ("lihua_", "wxid_", "zhao-"), "test": ("xiaoyu_", "Mr_sun", "feng-")}
    return chance.choice(names[half]) + digits(chance, chance.choice((4, 6))) + chance.choice(("", "a"))


def qq(chance: random.Random, half: Half) -> str:
    """QQ 号."""
    return chance.choice("123456789") + digits(chance, chance.choice((5, 7, 8, 9)))


def alipay(chance: random.Random, half: Half) -> str:
    """支付宝用户号."""
    return "2088" + digits(chance, 12)


@dataclass(frozen=True)
class Value:
    """A kind of number: its finding kind, how one is made, the lengths of its groups."""

    kind: str
    make: Callable[[random.Random, Half], str]
    groups: tuple[int, ...]
    forms: str = "digits"


VALUES: Mapping[str, Value] = {
    "id": Value("privacy.resident_id", identity, (6, 8, 4)),
    "former": Value("privacy.resident_id", former_identity, (6, 6, 3)),
    "permit": Value("privacy.resident_id", residence_permit, (6, 8, 4)),
    "mobile": Value("privacy.mobile", mobile, (3, 4, 4)),
    "landline": Value("privacy.landline", landline, (), "landline"),
    "local": Value("privacy.landline", local_number, (4, 4)),
    "card": Value("privacy.bank_card", card, (4, 4, 4, 4, 4)),
    "email": Value("privacy.email", email, (), "address"),
    "plate": Value("privacy.plate", plate, (2, 6)),
    "passport": Value("privacy.passport", passport, (1, 4, 4)),
    "travel": Value("privacy.passport", travel_permit, (1, 4, 4, 2)),
    "taiwan": Value("privacy.passport", taiwan_permit, (4, 4)),
    "officer": Value("privacy.passport", officer, (), "words"),
    "wechat": Value("privacy.email", wechat, (), "name"),
    "qq": Value("privacy.email", qq, (3, 3, 4)),
    "alipay": Value("privacy.bank_card", alipay, (4, 4, 4, 4)),
}
"""By the name templates use."""

KINDS = frozenset(value.kind for value in VALUES.values())
