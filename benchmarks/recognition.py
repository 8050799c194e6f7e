"""How well and how fast scans are read: character error rate, pages per minute, peak memory.

Run: ``python benchmarks/recognition.py [--pages 3] [--engines builtin.rapidocr builtin.tesseract]``. Renders known
text as A4 pages of 200 dpi, spoils them as office scanners do (noise, blur, a slant of one degree, a red seal over
the signature, upside down), and reads them through the recognition process, as the product does.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from rapidfuzz.distance import Levenshtein

from disclosure_pipeline.hooks import recognition
from disclosure_pipeline.hooks.contracts import Raster, RecognisedLine
from disclosure_pipeline.settings.models import Settings
from disclosure_pipeline.settings.policy import load_rulebook
from disclosure_pipeline.settings.workspace import Workspace

DPI = 200
PAGE = (1654, 2339)
MARGIN = 220
LINE = 78
SIZE = 44  # 三号 at 200 dpi
CHARACTERS = 28
SIMPLIFIED = 2  # of the faces in a Noto collection: Japanese, Korean, simplified Chinese …

SUBJECTS = ("各镇人民政府、街道办事处", "县政府各部门、直属机构", "县直有关单位", "牵头部门会同配合单位")
VERBS = (
    "应当按照职责分工落实",
    "要认真组织实施",
    "负责统筹推进",
    "每季度末向县政府办公室报送",
    "依法主动公开",
)
OBJECTS = (
    "本年度重点工作任务", "农村人居环境整治项目", "优化营商环境的若干措施", "惠民惠农补贴资金发放情况",
    "城镇老旧小区改造计划", "安全生产专项检查结果", "义务教育阶段招生政策", "国有土地使用权出让信息",
)  # fmt: skip
TAILS = (
    "，确保12月31日前完成。", "；涉及资金1280.56万元，专款专用。", "，联系电话：0531-88886666。",
    "（详见附件2）。", "，并于20个工作日内向社会公布。", "，完成率不低于98.5%。",
)  # fmt: skip


def lines_of(seed: int) -> list[str]:
    """The lines of one page of a 公文, the same for the same seed."""
    pick = random.Random(seed)
    text = "".join(
        f"{pick.choice(SUBJECTS)}{pick.choice(VERBS)}{pick.choice(OBJECTS)}{pick.choice(TAILS)}"
        for _ in range(16)
    )
    body = [text[start : start + CHARACTERS] for start in range(0, CHARACTERS * 19, CHARACTERS)]
    number = f"示政办发〔2026〕{seed + 21}号"
    return ["示范县人民政府办公室文件", number, *body, "示范县人民政府办公室", "2026年11月20日"]


def font(size: int) -> ImageFont.FreeTypeFont:
    """A Chinese serif face that fontconfig knows."""
    found = subprocess.run(
        ["fc-match", "-f", "%{file}", "Noto Serif CJK SC:lang=zh-cn"],
        capture_output=True,
        text=True,
        check=True,
    )
    return ImageFont.truetype(found.stdout, size, index=SIMPLIFIED if found.stdout.endswith(".ttc") else 0)


def draw(lines: list[str]) -> Image.Image:
    """A clean page."""
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    face = font(SIZE)
    pen.text((PAGE[0] / 2, 200), lines[0], font=font(80), fill=(210, 20, 20), anchor="mm")
    pen.text((PAGE[0] / 2, 310), lines[1], font=face, fill="black", anchor="mm")
    for number, line in enumerate(lines[2:-2]):
        pen.text((MARGIN, 380 + number * LINE), line, font=face, fill="black")
    for number, line in enumerate(lines[-2:]):
        pen.text((PAGE[0] - MARGIN, 1950 + number * LINE), line, font=face, fill="black", anchor="ra")
    return page


def noise(page: Image.Image) -> Image.Image:
    """Grey paper, grain and speckles."""
    grain = Image.effect_noise(page.size, 38).convert("RGB")
    grey = Image.blend(page, Image.new("RGB", page.size, (214, 210, 200)), 0.15)
    noisy = ImageChops.add(grey, grain, scale=1, offset=-128)
    pick, pen = random.Random(1), ImageDraw.Draw(noisy)
    for _ in range(1500):
        x, y = pick.randrange(page.width), pick.randrange(page.height)
        pen.ellipse((x, y, x + 1, y + 1), fill=(60, 60, 60))
    return noisy


def blur(page: Image.Image) -> Image.Image:
    """Slightly out of focus, saved as a strong JPEG."""
    from io import BytesIO

    stored = BytesIO()
    page.filter(ImageFilter.GaussianBlur(1.2)).save(stored, "JPEG", quality=40)
    return Image.open(BytesIO(stored.getvalue())).convert("RGB")


def slant(page: Image.Image) -> Image.Image:
    """One degree askew, with grain."""
    return noise(page.rotate(1.0, Image.Resampling.BICUBIC, fillcolor="white"))


def seal(page: Image.Image) -> Image.Image:
    """A red round seal over signature and date, with grain."""
    stamp = Image.new("RGB", page.size, "white")
    pen = ImageDraw.Draw(stamp)
    x, y, radius = PAGE[0] - MARGIN - 200, 2000, 165
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(225, 40, 40), width=9)
    pen.regular_polygon((x, y, 52), 5, fill=(225, 40, 40))
    face = font(38)
    for number, letter in enumerate("示范县人民政府办公室"):
        tile = Image.new("RGB", (46, 60), "white")
        ImageDraw.Draw(tile).text((23, 30), letter, font=face, fill=(225, 40, 40), anchor="mm")
        angle = 210 - number * 26.6
        turned = tile.rotate(angle - 90, expand=True, fillcolor="white")
        at = (
            int(x + (radius - 42) * math.cos(math.radians(angle)) - turned.width / 2),
            int(y - (radius - 42) * math.sin(math.radians(angle)) - turned.height / 2),
        )
        stamp.paste(turned, at, ImageChops.invert(turned.convert("L")))
    return noise(ImageChops.multiply(page, stamp))


def upside_down(page: Image.Image) -> Image.Image:
    """Fed the wrong way round, with grain."""
    return noise(page).rotate(180)


def sideways(page: Image.Image) -> Image.Image:
    """Fed on its side, with grain."""
    return noise(page).rotate(90, expand=True)


SPOILS: tuple[Callable[[Image.Image], Image.Image], ...] = (
    lambda page: page, noise, blur, slant, seal, upside_down, sideways,
)  # fmt: skip
NAMES = ("clean", "noisy", "blurred jpeg", "slanted", "seal", "upside down", "sideways")


def raster(page: Image.Image) -> Raster:
    """The page as engines see it."""
    return Raster(page.width, page.height, 3, page.tobytes(), DPI)


def squeezed(text: str) -> str:
    """Without white space, full-width brackets and commas as one form."""
    table = str.maketrans("（），；：％", "(),;:%")
    return re.sub(r"\s", "", text).translate(table)


def errors(lines: list[str], read: tuple[RecognisedLine, ...]) -> tuple[int, int]:
    """Wrong, missing and surplus characters, and how many there should be; the seal's own words do not count."""
    wanted = squeezed("".join(lines))
    got = squeezed("".join(line.text for line in read if not line.red or line.text in lines))
    return Levenshtein.distance(wanted, got), len(wanted)


def measure(engine: str, pages: int) -> list[dict[str, object]]:
    """One row a spoiling for an engine."""
    root = Path(__file__).resolve().parents[1]
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        space = Workspace(root / "config", Path(folder) / "var")
        settings = Settings.model_validate(
            {"recognition": {"engines": [engine], "max_pages": 1000, "page_timeout": 300}}
        )
        recognition.configure(settings, space, load_rulebook(space.config), ())
        try:
            recognition.recognise(raster(Image.new("RGB", (300, 100), "white")))  # the models are loaded
            for name, spoil in zip(NAMES, SPOILS, strict=True):
                wrong = total = 0
                began, low = time.monotonic(), 0
                for seed in range(pages):
                    lines = lines_of(seed)
                    answer = recognition.recognise(raster(spoil(draw(lines))))
                    if answer is None:
                        raise SystemExit(f"{engine} did not answer")
                    low += sum(line.confidence < settings.recognition.min_confidence for line in answer.lines)
                    page_wrong, page_total = errors(lines, answer.lines)
                    wrong, total = wrong + page_wrong, total + page_total
                seconds = (time.monotonic() - began) / pages
                rows.append(
                    {
                        "engine": engine, "scan": name, "cer": round(100 * wrong / total, 3),
                        "unsure lines": low / pages, "seconds a page": round(seconds, 2),
                        "pages a minute": round(60 / seconds, 1), "peak MB": recognition.peak_memory() >> 20,
                    }
                )  # fmt: skip
                print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
        finally:
            recognition.close()
    return rows


def main() -> None:
    """Print one line a spoiling and engine; the target is 0.5 % on noisy scans."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=3)
    parser.add_argument("--engines", nargs="+", default=["builtin.rapidocr", "builtin.tesseract"])
    given = parser.parse_args()
    for engine in given.engines:
        measure(engine, given.pages)


if __name__ == "__main__":
    main()
