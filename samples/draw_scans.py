"""Draws the pictures in ``assets/`` and ``scans/`` that stand for scanned paper.

Run by hand when a text changes: ``python samples/draw_scans.py FONT`` with any Chinese font. The
pictures are part of the repository, so that ``make.py`` needs no font.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

HERE = Path(__file__).parent
PAGE = (827, 1169)
_INK, _SEAL = 40, 110

SCANS: dict[str, tuple[str, ...]] = {
    "assets/approval-scan.png": (
        "示范县民政局",
        "示民许〔2026〕8号",
        "",
        "关于同意示范县书法爱好者协会",
        "变更登记的批复",
        "",
        "示范县书法爱好者协会：",
        "　　你会报来的变更登记申请收悉。经审查，",
        "符合《社会团体登记管理条例》的规定，同意",
        "你会住所变更为示范镇中心街文化站二楼。",
        "　　请于三十日内办理证书换领手续。",
        "",
        "　　　　　　　　　　　　示范县民政局",
        "　　　　　　　　　　　2026年11月16日",
        "（此件依申请公开）",
    ),
    "scans/countersign-reply.png": (
        "示范县教育局",
        "示教函〔2026〕45号",
        "",
        "关于营养餐资金管理通知（会签稿）的复函",
        "",
        "示范县财政局：",
        "　　你局送来的会签稿收悉。经研究，我局无",
        "不同意见，同意主动公开。",
        "",
        "　　　　　　　　　　　　示范县教育局",
        "　　　　　　　　　　　2026年11月23日",
    ),
    "scans/paper-signature.png": (
        "政府信息公开审查签批单",
        "",
        "文　　件：集中供热价格的通知",
        "公开属性：主动公开",
        "会　　议：县政府第13次常务会议",
        "终审意见：同意公开。",
        "",
        "签　　字：钟示终　　2026年11月24日",
    ),
}


STAMPED: dict[str, tuple[str, ...]] = {
    "assets/reading-week-scan.png": (
        "关于举办示范县全民阅读周活动的公告",
        "",
        "　　为倡导全民阅读，定于2026年12月7日至13日",
        "举办全民阅读周活动，欢迎广大居民参加。",
        "　　活动期间，县图书馆开放时间延长至21:00，",
        "各镇文化站同步举办读书分享会。",
        "",
        "　　　　　　　　　　示范县人民政府办公室",
        "　　　　　　　　　　2026年11月19日",
        "（此件公开发布）",
    ),
    "assets/meal-subsidy-scan.png": (
        "关于调整社区食堂就餐补助标准的通知",
        "",
        "各社区食堂：",
        "　　经研究，自2027年1月1日起，七十周岁以上老年人",
        "就餐补助标准调整为每餐8元。",
        "　　补助资金由县财政承担，按月结算。",
        "",
        "　　　　　　　　　　　　　示范县财政局",
        "　　　　　　　　　　　　　2026年11月18日",
        "（此件公开发布）",
    ),
    "assets/training-subsidy-scan.png": (
        "关于发放职业技能培训补贴的通知",
        "",
        "各培训机构：",
        "　　2026年职业技能培训补贴标准为每人1850元，",
        "培训合格并取得证书的，于结业后30日内发放。",
        "",
        "　　　　　　　　　　　　　示范县财政局",
        "　　　　　　　　　　　　　2026年11月17日",
        "（此件公开发布）",
    ),
}
"""In colour, with the seal over name and date."""


def draw_stamped(lines: tuple[str, ...], font_path: str) -> Image.Image:
    """One page in colour; the seal's ink lets toner through."""
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(font_path, 28)
    for number, line in enumerate(lines):
        pen.text((80, 140 + number * 60), line, fill=(_INK, _INK, _INK), font=font)
    stamp = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(stamp)
    x, y = 560, 140 + (len(lines) - 3) * 60 + 45
    pen.ellipse((x - 82, y - 82, x + 82, y + 82), outline=(225, 45, 45), width=5)
    pen.regular_polygon((x, y, 26), 5, fill=(225, 45, 45))
    chance, dots = random.Random(11), ImageDraw.Draw(page)
    for _ in range(150):
        dots.point((chance.randrange(PAGE[0]), chance.randrange(PAGE[1])), fill=(120, 120, 120))
    return ImageChops.multiply(page, stamp).rotate(0.3, fillcolor="white").quantize(16)


def draw(lines: tuple[str, ...], font_path: str) -> Image.Image:
    """One page: lines of text, a seal, the specks and the slight skew of a scanner."""
    page = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(font_path, 30)
    for number, line in enumerate(lines):
        pen.text((90, 110 + number * 54), line, fill=_INK, font=font)
    pen.ellipse((500, 820, 680, 1000), outline=_SEAL, width=5)
    pen.text((560, 880), "★", fill=_SEAL, font=ImageFont.truetype(font_path, 60))
    chance = random.Random(7)
    for _ in range(250):
        pen.point((chance.randrange(PAGE[0]), chance.randrange(PAGE[1])), fill=120)
    return page.rotate(0.4, fillcolor=255).quantize(8)


def main() -> None:
    """Draw every picture with the font named on the command line."""
    for name, lines in SCANS.items():
        draw(lines, sys.argv[1]).save(HERE / name, optimize=True)
    for name, lines in STAMPED.items():
        draw_stamped(lines, sys.argv[1]).save(HERE / name, optimize=True, dpi=(100, 100))


if __name__ == "__main__":
    main()
