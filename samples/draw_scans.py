"""Draws the pictures in ``assets/`` and ``scans/`` that stand for scanned paper.

Run by hand when a text changes: ``python samples/draw_scans.py FONT`` with any Chinese font. The
pictures are part of the repository, so that ``make.py`` needs no font.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

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


if __name__ == "__main__":
    main()
