"""Why a file could not be read: stable codes, and what the clerk can do about it."""

from __future__ import annotations

from disclosure_pipeline.errors import ExtractionFailed

REASONS: dict[str, tuple[str, str]] = {
    "file.empty": ("The file is empty.", "文件是空的，请重新投递完整的文件。"),
    "file.encrypted": (
        "The file is encrypted or password-protected.",
        "请取消文件密码后重新投递；也可在 slip.toml 中用 password 写明密码，或者请管理员在配置 [extraction] passwords 中登记。",
    ),
    "file.broken": (
        "The file is damaged or not what its format demands.",
        "文件已损坏或不完整，请用 Word、WPS 等软件打开并另存后重新投递。",
    ),
    "file.too_large": (
        "The file exceeds a limit of [extraction].",
        "文件内容过大，请拆分后重新投递，或请管理员调整上限。",
    ),
    "file.bomb": (
        "The file unpacks to far more than it should, or declares XML entities: it may be an attack.",
        "文件结构异常，请用 Word、WPS 等软件重新另存后投递；请勿继续传播该文件。",
    ),
    "file.unknown": (
        "The format of the file is not supported, or its beginning is damaged.",
        "不支持该文件格式，或者文件已损坏、扩展名有误，请另存为以下格式之一后重新投递：docx、xlsx、pptx、pdf、ofd、doc、xls、ppt、wps、et、dps、"
        "rtf、odt、ods、odp、html、txt、csv、eml、msg、zip、7z、tar、png、jpg、tiff、bmp。",
    ),
    "file.binary_workbook": (
        "The file is a binary workbook (xlsb), which is not read.",
        "暂不支持二进制工作簿（xlsb），请在 Excel、WPS 中另存为 xlsx 后重新投递。",
    ),
    "text.encoding": (
        "The character encoding of the text cannot be determined.",
        "无法识别文本编码，请另存为 UTF-8 编码后重新投递。",
    ),
    "text.binary": (
        "The file holds control characters that no text has.",
        "文件不是纯文本，请投递原格式的文件，或另存为 docx、pdf 后重新投递。",
    ),
    "annotate.unsupported": (
        "Remarks cannot be written into files of this format.",
        "批注只能写入 docx 文档；其他格式请按退回说明中的位置逐处修改。",
    ),
    "clean.formula": (
        "A formula in it has no stored result.",
        "表格中有公式没有保存计算结果，请在 Excel、WPS 中打开文件、保存一次再清理。",
    ),
    "clean.nothing": (
        "It shows no page, sheet or slide.",
        "文件没有任何可见的页面、工作表或者幻灯片，请取消隐藏需要公开的内容后再清理。",
    ),
    "clean.object": (
        "It shows something that a clean copy cannot take over.",
        "文件中有图表、SmartArt、嵌入对象或者旧版图形，请在 Word、WPS 中改成普通图片（另存为图片后插入）再清理。",
    ),
    "clean.picture": (
        "A picture in it cannot be painted anew.",
        "文件中有无法重绘的图片（如 EMF、WMF），请另存为 PNG 后重新插入再清理。",
    ),
    "archive.split": (
        "The archive is one part of several.",
        "这是分卷压缩包的一部分，请合并为一个压缩包，或者直接投递其中的文件。",
    ),
}  # fmt: skip
"""``code`` → (what happened, advice in Chinese)."""

_LXML_MEMORY = "ERR_NO_MEMORY"
_ZLIB_MEMORY = "Error -4 "
"""``Z_MEM_ERROR`` while unpacking; only when it begins does zlib raise ``MemoryError`` itself."""


def check_memory(error: Exception) -> None:
    """Tell memory that ran out from a broken file: lxml and zlib raise the same errors for both.

    Call it before such an error becomes a failure, a doubt or nothing at all.

    Args:
        error: what they raised; any other error passes.

    Raises:
        MemoryError: it ran out; the sandbox ends the process for it.
    """
    log = getattr(error, "error_log", ())
    if str(error).startswith(_ZLIB_MEMORY) or any(entry.type_name == _LXML_MEMORY for entry in log):
        raise MemoryError from None


def failure(code: str, detail: str = "") -> ExtractionFailed:
    """The error for a reason.

    Args:
        code: a key of :data:`REASONS`.
        detail: a further sentence in English, without document text.
    """
    message, advice = REASONS[code]
    return ExtractionFailed(f"{message} {detail}".rstrip(), code=code, advice=advice)
