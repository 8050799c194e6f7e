"""The 发文拟稿单 template that `disclosure init` lays out for each department.

A plain table of labels and empty cells in a docx, which Word and WPS open alike: no content controls,
no macros, no embedded fonts. The labels are those that the tag stage reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

_ROWS = (
    ("标题", ""),
    ("发文字号", ""),
    ("文种", ""),
    ("成文日期", ""),
    ("主办部门", ""),
    ("联合发文", ""),
    ("公开属性", "☐主动公开　☐依申请公开　☐不予公开"),
    ("不予公开理由", ""),
    ("收件号", ""),
    ("拟稿人", ""),
    ("联系电话", ""),
    ("保密审查意见", ""),
)

_NOTES = (
    "公开属性勾选一项（将☐改为☑）；勾选“不予公开”的须写明理由。",
    "退回后重新报送的，请在“收件号”填写收件回执上的号码。",
    "本单与文稿放在同一文件夹内投递；本单不对外公开。",
)

_FONT = "仿宋"
_LABEL_WIDTH, _VALUE_WIDTH = 1.4, 4.8  # inches; together the text width of an A4 page


def write_template(path: Path) -> None:
    """Write the template.

    Args:
        path: the docx file to write.
    """
    import docx
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
    from docx.shared import Inches

    form = docx.Document()
    form.core_properties.author = ""
    form.core_properties.title = "发文拟稿单"
    _set_font(form.styles["Normal"])
    form.add_paragraph("发文拟稿单").alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    grid = form.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in _ROWS:
        cells = grid.add_row().cells
        for cell, text, width in ((cells[0], label, _LABEL_WIDTH), (cells[1], value, _VALUE_WIDTH)):
            cell.text, cell.width = text, Inches(width)
    for note in _NOTES:
        form.add_paragraph(note)
    form.save(str(path))


def _set_font(style: Any) -> None:
    """Name the font for Chinese characters too, which python-docx leaves to the theme."""
    from docx.oxml.ns import qn

    style.font.name = _FONT
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
